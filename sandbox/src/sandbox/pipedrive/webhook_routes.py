"""Webhooks over v1: making, listing and deleting them."""

from typing import Literal

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox import changes
from sandbox.clock import now_ms
from sandbox.pipedrive.errors import not_found
from sandbox.pipedrive.gate import Caller, priced
from sandbox.store import Sandbox
from sandbox.targets import Target
from sandbox.wire import JSON, Answer, HTTPRequest, Refusal, answer


class WebhookInput(msgspec.Struct):
    """A webhook to make."""

    subscription_url: str
    event_action: Literal["create", "change", "delete", "*"]
    event_object: str
    name: str = ""
    user_id: int | None = None
    http_auth_user: str | None = None
    http_auth_password: str | None = None
    version: str = "2.0"


@post("/webhooks", opt=priced(10, "admin"))
async def create_webhook(
    request: HTTPRequest, sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Make one."""
    try:
        given = msgspec.json.decode(await request.body(), type=WebhookInput)
    except msgspec.MsgspecError as error:
        raise Refusal(400, {"status": "error", "success": False, "errors": {"body": [str(error)]}}) from error
    if len(sandbox.subscriptions_of(caller.company)) >= 40:
        errors: JSON = {"user_id": ["has too many webhooks"]}
        raise Refusal(400, {"status": "error", "success": False, "errors": errors})
    target = Target(
        id=str(sandbox.next_subscription()),
        url=given.subscription_url,
        user=given.http_auth_user or "",
        secret=given.http_auth_password or "",
        events=(f"{given.event_action}.{given.event_object}",),
    )
    key = caller.company.opened.account
    sandbox.commit(changes.Subscribed(at=now_ms(), account=key, target=target))
    return answer({"status": "ok", "success": True, "data": _shown(caller, target)}, 201)


@get("/webhooks", opt=priced(20, "admin"))
async def list_webhooks(sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]) -> Answer:
    """All of them."""
    shown = [_shown(caller, target) for target in sandbox.subscriptions_of(caller.company)]
    return answer({"status": "ok", "success": True, "data": shown})


@delete("/webhooks/{webhook_id:str}", status_code=200, opt=priced(6, "admin"))
async def delete_webhook(
    webhook_id: FromPath[str], sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Delete one."""
    if all(target.id != webhook_id for target in sandbox.subscriptions_of(caller.company)):
        raise not_found("Webhook")
    sandbox.commit(changes.Unsubscribed(at=now_ms(), account=caller.company.opened.account, id=webhook_id))
    return answer({"status": "ok", "success": True})


def _shown(caller: Caller, target: Target) -> JSON:
    action, _, name = target.events[0].partition(".")
    return {
        "id": int(target.id),
        "company_id": caller.company.company_id,
        "owner_id": caller.token.user_id,
        "user_id": caller.token.user_id,
        "event_action": action,
        "event_object": name,
        "subscription_url": target.url,
        "version": "2.0",
        "is_active": 1,
        "http_auth_user": target.user or None,
        "http_auth_password": target.secret or None,
        "name": "Lead Manager",
    }


ROUTES = (create_webhook, list_webhooks, delete_webhook)
