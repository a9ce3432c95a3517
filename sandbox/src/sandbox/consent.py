"""The screen of every provider where a person lets an app into an account."""

from collections.abc import Iterable
from html import escape

from sandbox.changes import AccountOpened
from sandbox.pages import page


def consent_page(title: str, *, app: str, accounts: Iterable[AccountOpened], scopes: Iterable[str]) -> str:
    """The whole page: who asks, for what, and for which account; it posts `account` and `decision`."""
    choices = "".join(
        f'<label><input type="radio" name="account" value="{account.account_id}"{" checked" * (place == 0)}> '
        f"{escape(account.name)} <code>{account.account_id}</code></label>"
        for place, account in enumerate(accounts)
    )
    asked = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in scopes)
    # Without an action the form goes to this same address, with all that the app asked for.
    form = (
        f'<form method="post">{choices}<p><button class="main" name="decision" value="allow">Allow</button> '
        '<button name="decision" value="deny">Deny</button></p></form>'
    )
    return page(
        title,
        f"<section><h2>{escape(app)} wants to connect to an account</h2>{form}</section>"
        f"<section><h2>It asks for</h2><ul>{asked}</ul></section>",
    )
