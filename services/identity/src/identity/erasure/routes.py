"""HTTP in: handing out all that is held of a person, and forgetting it."""

from datetime import UTC, datetime
from uuid import UUID

from contracts.erasures import EraseWish, ErasureOutcome
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from servicekit.database import Database
from servicekit.principal import PERSON, Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.erasure import export, people


@get("/contacts/{golden_id:str}/export", media_type="application/json")
async def export_contact(
    golden_id: FromPath[UUID],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
) -> Stream:
    """Download all that is held of a person as one JSON document, a `ContactExport`."""
    head, found = await export.begin(conn, principal.workspace_id, golden_id, now=datetime.now(UTC))
    return Stream(
        export.write(db, principal.workspace_id, head, found),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="contact-{head.id}.json"'},
    )


# What is gone for good is a person's word, and no program's that read it somewhere.
@post("/contacts/{golden_id:uuid}/erase", status_code=200, opt={"scope": PERSON})
async def erase_contact(
    golden_id: FromPath[UUID],
    data: JSONBody[EraseWish],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
) -> ErasureOutcome:
    """Forget a person everywhere, for good; with `dry_run`, see what would go."""
    return await people.erase_contact(conn, principal.workspace_id, golden_id, dry_run=data.dry_run)


ROUTES = [export_contact, erase_contact]
