"""All that can be ordered: the state of the sandbox, and the weather around it."""

from sandbox.churn import Churn
from sandbox.deliveries import Deliveries, Teller
from sandbox.faults import Fault
from sandbox.hubspot import webhooks as hubspot_webhooks
from sandbox.model.script import Book
from sandbox.pipedrive import webhooks as pipedrive_webhooks
from sandbox.store import Sandbox
from sandbox.zendesk import webhooks as zendesk_webhooks

TELLERS: dict[str, Teller] = {
    "hubspot": hubspot_webhooks.TELLER,
    "pipedrive": pipedrive_webhooks.TELLER,
    "zendesk": zendesk_webhooks.TELLER,
}
"""What each provider tells of changes."""


class Conditions:
    """What the orders of the control change."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.faults: list[Fault] = []
        self.churn = Churn(sandbox)
        self.deliveries = Deliveries(sandbox, TELLERS)
        self.book = Book()
