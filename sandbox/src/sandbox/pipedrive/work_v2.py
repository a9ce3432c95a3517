"""Companies, activities and what persons consist of, over v2."""

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox.pipedrive import activities, fields, organizations
from sandbox.pipedrive.gate import Caller, priced
from sandbox.pipedrive.lists import done, kept_row, listed, matching, page, read_query
from sandbox.wire import Answer, HTTPRequest

_READ_PERSONS = ("contacts:read", "contacts:full")
_READ_ACTIVITIES = ("activities:read", "activities:full")


@get("/organizations", opt=priced(10, *_READ_PERSONS))
async def list_organizations(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """A page of organizations; never those deleted."""
    table, given = caller.company.organizations, request.query_params
    rows, cursor = page(table, read_query(given), matching(given, "owner_id"))
    return listed([organizations.shown(table, row, table.record(row)) for row in rows], cursor)


@get("/organizations/{organization_id:str}", opt=priced(1, *_READ_PERSONS))
async def get_organization(organization_id: FromPath[str], caller: NamedDependency[Caller]) -> Answer:
    """One organization, also for a while after it was deleted."""
    table = caller.company.organizations
    row = kept_row(table, organization_id, "Organization")
    return done(organizations.shown(table, row, table.record(row)))


@get("/activities", opt=priced(10, *_READ_ACTIVITIES))
async def list_activities(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """A page of activities; never those deleted."""
    table, given = caller.company.activities, request.query_params
    rows, cursor = page(table, read_query(given), matching(given, "owner_id", "person_id", "deal_id", "org_id"))
    attendees = "attendees" in given.get("include_fields", "")
    return listed([activities.shown(table, row, table.record(row), attendees=attendees) for row in rows], cursor)


@get("/activities/{activity_id:str}", opt=priced(1, *_READ_ACTIVITIES))
async def get_activity(activity_id: FromPath[str], caller: NamedDependency[Caller]) -> Answer:
    """One activity, also for a while after it was deleted."""
    table = caller.company.activities
    row = kept_row(table, activity_id, "Activity")
    return done(activities.shown(table, row, table.record(row), attendees=True))


@get("/personFields", opt=priced(10, *_READ_PERSONS))
async def list_person_fields() -> Answer:
    """What a person consists of."""
    return listed(fields.person_fields(), None)


ROUTES = (list_organizations, get_organization, list_activities, get_activity, list_person_fields)
