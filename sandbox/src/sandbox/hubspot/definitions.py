"""What an account defines beside its records: pipelines, owners, properties, and itself."""

from collections.abc import Mapping

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox.hubspot.catalogue import (
    CUSTOM,
    DATETIMES,
    LIFECYCLE,
    NUMBERS,
    READ_ONLY,
    STAGES,
    TICKET_STAGES,
    TYPE_NAMES,
    ObjectType,
)
from sandbox.hubspot.errors import HubSpotError, not_found
from sandbox.hubspot.gate import Caller
from sandbox.hubspot.requests import table_of, whole
from sandbox.wire import JSON, Answer, HTTPRequest, answer

_EPOCH = "1970-01-01T00:00:00Z"
_OWNER_NAMES = ("Robin Vance", "Sascha Lindqvist", "Kim Okafor", "Alex Moreau", "Dana Petrov")


@get("/{object_type:str}")
async def list_pipelines(object_type: FromPath[str], caller: NamedDependency[Caller]) -> Answer:
    """The one pipeline of deals or tickets; its `metadata` holds truths and numbers as text."""
    table = table_of(caller, object_type, "read")
    if table.kind.name == "tickets":
        listed = [
            _stage(name, label, place, {"ticketState": state})
            for place, (name, label, state) in enumerate(TICKET_STAGES)
        ]
        return answer({"results": [_pipeline("0", "Support Pipeline", listed)]})
    if table.kind.name != "deals":
        raise not_found(f"pipelines of {object_type}")
    listed = [
        _stage(name, label, place, {"isClosed": str(name.startswith("closed")).lower(), "probability": chance})
        for place, (name, label, chance) in enumerate(STAGES)
    ]
    return answer({"results": [_pipeline("default", "Sales Pipeline", listed)]})


@get("/")
async def list_owners(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """The people of the account who work with its records; the last one has left it."""
    caller.need("owners", "read")
    archived = request.query_params.get("archived") == "true"
    owners = [owner for owner in _owners(caller) if owner["archived"] == archived]
    if email := request.query_params.get("email"):
        owners = [owner for owner in owners if owner["email"] == email]
    ids = [str(owner["id"]) for owner in owners]
    limit, after = whole(request, "limit", default=100, most=500), request.query_params.get("after")
    start = ids.index(after) + 1 if after in ids else 0
    body: JSON = {"results": owners[start : start + limit]}
    if start + limit < len(owners):
        body["paging"] = {"next": {"after": ids[start + limit - 1]}}
    return answer(body)


@get("/{owner_id:str}")
async def get_owner(owner_id: FromPath[str], caller: NamedDependency[Caller]) -> Answer:
    """One of them."""
    caller.need("owners", "read")
    for owner in _owners(caller):
        if owner["id"] == owner_id:
            return answer(owner)
    raise not_found("owner")


@get("/{object_type:str}")
async def list_properties(object_type: FromPath[str], caller: NamedDependency[Caller]) -> Answer:
    """What records of a kind can hold."""
    if object_type not in TYPE_NAMES:
        raise HubSpotError(400, f"Unable to infer object type from: {object_type}")
    kind = caller.portal.tables[TYPE_NAMES[object_type]].kind
    return answer({"results": [_property(kind, name) for name in sorted(kind.properties)]})


@get("/account-info/v3/details")
async def get_account(caller: NamedDependency[Caller]) -> Answer:
    """The account itself."""
    return answer(
        {
            "portalId": caller.portal.portal_id,
            "accountType": "STANDARD",
            "timeZone": "US/Eastern",
            "companyCurrency": "EUR",
            "additionalCurrencies": [],
            "utcOffset": "-05:00",
            "utcOffsetMilliseconds": -18_000_000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
    )


def stage_label(kind: str, properties: Mapping[str, str | None]) -> str | None:
    """What the stage is called that a deal or a ticket is in."""
    stages = {"deals": STAGES, "tickets": TICKET_STAGES}.get(kind, ())
    held = properties.get("dealstage" if kind == "deals" else "hs_pipeline_stage")
    return next((label for name, label, _ in stages if name == held), None)


def _pipeline(name: str, label: str, stages: list[JSON]) -> JSON:
    times = {"createdAt": _EPOCH, "updatedAt": _EPOCH, "archived": False}
    return {"label": label, "displayOrder": 0, "id": name, "stages": stages, **times}


def _stage(name: str, label: str, place: int, metadata: dict[str, str]) -> JSON:
    return {
        "label": label,
        "displayOrder": place,
        "metadata": metadata,
        "id": name,
        "createdAt": _EPOCH,
        "updatedAt": _EPOCH,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        "archived": False,
    }


def _owners(caller: Caller) -> list[JSON]:
    owners: list[JSON] = []
    for identity, name in zip(caller.portal.owner_ids, _OWNER_NAMES, strict=True):
        first, last = name.split()
        left = name == _OWNER_NAMES[-1]
        owners.append(
            {
                "id": identity,
                "email": f"{first}.{last}@portal-{caller.portal.portal_id}.example".lower(),
                "type": "PERSON",
                "firstName": first,
                "lastName": last,
                # Who left has no user any more, only the memory of one.
                **({} if left else {"userId": int(identity)}),
                "userIdIncludingInactive": int(identity),
                "createdAt": "2023-01-01T09:00:00.120Z",
                "updatedAt": "2023-06-01T09:00:00.120Z",
                "archived": left,
            }
        )
    return owners


def _property(kind: ObjectType, name: str) -> JSON:
    sort = "datetime" if name in DATETIMES else "number" if name in NUMBERS else "string"
    options = [
        {"label": stage.title(), "value": stage, "displayOrder": place, "hidden": False}
        for place, stage in enumerate(LIFECYCLE if name == "lifecyclestage" else ())
    ]
    return {
        "updatedAt": "2024-07-23T16:12:26.745Z",
        "createdAt": "2020-06-30T15:57:37.640Z",
        "name": name,
        "label": name.replace("_", " ").title(),
        "type": "enumeration" if options else sort,
        "fieldType": "radio" if options else {"datetime": "date", "number": "number", "string": "text"}[sort],
        "description": "",
        "groupName": f"{kind.singular}information",
        "options": options,
        "displayOrder": -1,
        "calculated": False,
        "externalOptions": False,
        "hasUniqueValue": name in {"email", "hs_object_id"},
        "hidden": False,
        "hubspotDefined": name not in CUSTOM,
        "modificationMetadata": {
            "archivable": True,
            "readOnlyDefinition": True,
            "readOnlyValue": name in READ_ONLY,
        },
        "formField": True,
        "dataSensitivity": "non_sensitive",
    }


PIPELINES = (list_pipelines,)
OWNERS = (list_owners, get_owner)
PROPERTIES = (list_properties,)
ACCOUNT = (get_account,)
