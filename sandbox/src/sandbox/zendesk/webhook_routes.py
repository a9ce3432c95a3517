"""Webhooks over HTTP: making, showing and deleting them, and the secret of each."""

import secrets
from base64 import b64encode

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox import changes
from sandbox.clock import now_ms
from sandbox.store import Sandbox
from sandbox.targets import Target
from sandbox.wire import JSON, Answer, HTTPRequest, answer
from sandbox.zendesk.errors import bad_parameter, not_found
from sandbox.zendesk.gate import Caller
from sandbox.zendesk.requests import given
from sandbox.zendesk.webhooks import PREFIX

_ULID = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@post("/webhooks")
async def create_webhook(
    request: HTTPRequest, sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Make one."""
    _need(caller, "write")
    wish = await given(request, "webhook")
    events = tuple(str(each) for each in wish.get("subscriptions") or ())
    if not wish.get("endpoint") or not wish.get("name") or not events:
        raise bad_parameter("name, endpoint and subscriptions are required", "InvalidWebhook")
    if not all(each.startswith(PREFIX) for each in events):
        raise bad_parameter("An event type does not exist", "InvalidWebhook")
    target = Target(
        id="01" + "".join(secrets.choice(_ULID) for _ in range(24)),
        url=str(wish["endpoint"]),
        secret=b64encode(secrets.token_bytes(32)).decode(),
        events=events,
    )
    key = caller.desk.opened.account
    sandbox.commit(changes.Subscribed(at=now_ms(), account=key, target=target))
    return answer({"webhook": _shown(target)}, 201)


@get("/webhooks")
async def list_webhooks(sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]) -> Answer:
    """All of them, on one page."""
    _need(caller, "read")
    shown = [_shown(target) for target in sandbox.subscriptions_of(caller.desk)]
    meta: JSON = {"has_more": False, "after_cursor": None, "before_cursor": None}
    return answer({"webhooks": shown, "meta": meta, "links": {"prev": None, "next": None}})


@get("/webhooks/{webhook_id:str}")
async def show_webhook(
    webhook_id: FromPath[str], sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """One of them."""
    _need(caller, "read")
    return answer({"webhook": _shown(_find(sandbox, caller, webhook_id))})


@get("/webhooks/{webhook_id:str}/signing_secret")
async def show_secret(
    webhook_id: FromPath[str], sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """What its calls are signed with."""
    _need(caller, "read")
    target = _find(sandbox, caller, webhook_id)
    return answer({"signing_secret": {"secret": target.secret, "algorithm": "SHA256"}})


@delete("/webhooks/{webhook_id:str}")
async def delete_webhook(
    webhook_id: FromPath[str], sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> None:
    """Delete one."""
    _need(caller, "write")
    target = _find(sandbox, caller, webhook_id)
    sandbox.commit(changes.Unsubscribed(at=now_ms(), account=caller.desk.opened.account, id=target.id))


def _need(caller: Caller, right: str) -> None:
    caller.need("webhooks", right)
    caller.need_administrator()


def _find(sandbox: Sandbox, caller: Caller, webhook_id: str) -> Target:
    known = sandbox.subscriptions_of(caller.desk)
    found = next((target for target in known if target.id == webhook_id), None)
    if found is None:
        raise not_found()
    return found


def _shown(target: Target) -> JSON:
    return {
        "id": target.id,
        "name": "Lead Manager",
        "status": "active",
        "subscriptions": list(target.events),
        "endpoint": target.url,
        "http_method": "POST",
        "request_format": "json",
    }


ROUTES = (create_webhook, list_webhooks, show_webhook, show_secret, delete_webhook)
