"""What HubSpot defines for every account: object types, properties, associations, pipelines."""

# ruff: noqa: SIM905 - names of properties read best as one line of words

import msgspec


class ObjectType(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of record; `stamp` is the property that tells when one was last changed."""

    name: str
    singular: str
    type_id: str
    scope: str
    properties: tuple[str, ...]
    shown: tuple[str, ...]
    searched: tuple[str, ...]
    stamp: str = "hs_lastmodifieddate"
    created: str = "createdate"


_COMMON = "createdate hs_object_id hs_object_source hs_object_source_id hs_object_source_label hubspot_owner_id"
_ENGAGEMENT = "hs_createdate hs_lastmodifieddate hs_object_id hs_timestamp hubspot_owner_id"


def _engagement(name: str, type_id: str, properties: str) -> ObjectType:
    return ObjectType(
        name=name,
        singular=name.removesuffix("s"),
        type_id=type_id,
        scope="contacts",
        properties=tuple(f"{_ENGAGEMENT} {properties}".split()),
        shown=("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        searched=tuple(properties.split()),
        created="hs_createdate",
    )


CONTACTS = ObjectType(
    name="contacts",
    singular="contact",
    type_id="0-1",
    scope="contacts",
    stamp="lastmodifieddate",
    properties=tuple(
        f"{_COMMON} lastmodifieddate email hs_additional_emails firstname lastname phone mobilephone company jobtitle "
        "website address city state zip country date_of_birth lifecyclestage hs_lead_status associatedcompanyid "
        "salutation fax industry message hs_language hs_merged_object_ids hs_calculated_merged_vids "
        "loyalty_tier".split()
    ),
    shown=("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    searched=("firstname", "lastname", "email", "phone", "hs_additional_emails", "company"),
)

DEALS = ObjectType(
    name="deals",
    singular="deal",
    type_id="0-3",
    scope="deals",
    properties=tuple(
        f"{_COMMON} hs_lastmodifieddate dealname amount closedate dealstage pipeline dealtype description "
        "deal_currency_code hs_is_closed hs_is_closed_won hs_priority hs_merged_object_ids margin_percent".split()
    ),
    shown=(
        *("amount", "closedate", "createdate", "dealname", "dealstage"),
        *("hs_lastmodifieddate", "hs_object_id", "pipeline"),
    ),
    searched=("dealname", "pipeline", "dealstage", "description", "dealtype"),
)

COMPANIES = ObjectType(
    name="companies",
    singular="company",
    type_id="0-2",
    scope="companies",
    properties=tuple(
        f"{_COMMON} hs_lastmodifieddate name domain website phone industry city state country description "
        "hs_merged_object_ids".split()
    ),
    shown=("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    searched=("website", "phone", "name", "domain"),
)

TICKETS = ObjectType(
    name="tickets",
    singular="ticket",
    type_id="0-5",
    scope="tickets",
    properties=tuple(
        f"{_COMMON} hs_lastmodifieddate subject content hs_pipeline hs_pipeline_stage hs_ticket_category "
        "hs_ticket_priority hs_merged_object_ids".split()
    ),
    shown=(
        *("content", "createdate", "hs_lastmodifieddate", "hs_object_id", "hs_pipeline"),
        *("hs_pipeline_stage", "hs_ticket_category", "hs_ticket_priority", "subject"),
    ),
    searched=("subject", "content"),
)

TYPES = {
    kind.name: kind
    for kind in (
        CONTACTS,
        DEALS,
        COMPANIES,
        TICKETS,
        _engagement("notes", "0-46", "hs_note_body hs_body_preview"),
        _engagement(
            "emails",
            "0-49",
            "hs_email_subject hs_email_text hs_email_html hs_email_direction hs_email_status hs_email_headers",
        ),
        _engagement(
            "meetings",
            "0-47",
            "hs_meeting_title hs_meeting_body hs_meeting_start_time hs_meeting_end_time hs_meeting_outcome "
            "hs_meeting_location",
        ),
        _engagement("calls", "0-48", "hs_call_title hs_call_body hs_call_direction hs_call_duration hs_call_status"),
        _engagement("tasks", "0-27", "hs_task_subject hs_task_body hs_task_status hs_task_priority hs_task_type"),
    )
}
"""By the plural name that stands in paths."""

TYPE_NAMES = {alias: kind.name for kind in TYPES.values() for alias in (kind.name, kind.singular, kind.type_id)}
"""Paths and bodies may also say `contact` or `0-1`."""

CUSTOM = frozenset({"loyalty_tier", "margin_percent"})
"""What accounts added to what HubSpot defines."""

LINK_TYPES = {
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("contacts", "deals"): 4,
    ("deals", "contacts"): 3,
    ("contacts", "tickets"): 15,
    ("tickets", "contacts"): 16,
    ("contacts", "notes"): 201,
    ("notes", "contacts"): 202,
    ("contacts", "emails"): 197,
    ("emails", "contacts"): 198,
    ("contacts", "meetings"): 199,
    ("meetings", "contacts"): 200,
    ("contacts", "calls"): 193,
    ("calls", "contacts"): 194,
    ("contacts", "tasks"): 203,
    ("tasks", "contacts"): 204,
    ("deals", "notes"): 213,
    ("notes", "deals"): 214,
    ("deals", "emails"): 209,
    ("emails", "deals"): 210,
    ("deals", "companies"): 341,
    ("companies", "deals"): 342,
    ("contacts", "contacts"): 449,
}
"""HubSpot's own association type ids."""

READ_ONLY = frozenset(
    "createdate lastmodifieddate hs_createdate hs_lastmodifieddate hs_object_id hs_object_source hs_object_source_id "
    "hs_object_source_label hs_merged_object_ids hs_calculated_merged_vids hs_is_closed hs_is_closed_won "
    "hs_body_preview".split()
)

DATETIMES = frozenset(
    "createdate lastmodifieddate hs_createdate hs_lastmodifieddate hs_timestamp closedate hs_meeting_start_time "
    "hs_meeting_end_time".split()
)

NUMBERS = frozenset("amount hs_object_id hubspot_owner_id associatedcompanyid hs_call_duration".split())

LIFECYCLE = (
    *("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead"),
    *("opportunity", "customer", "evangelist", "other"),
)
"""The stages of a contact's life, which it passes forward only."""

STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)

TICKET_STAGES = (("1", "New", "OPEN"), ("2", "Waiting on contact", "OPEN"), ("4", "Closed", "CLOSED"))
