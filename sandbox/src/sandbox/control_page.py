"""The control page: the orders of `control` as buttons, without a script."""

from collections.abc import Iterable
from html import escape
from typing import get_args

from sandbox.faults import Kind
from sandbox.pages import page
from sandbox.wire import JSON

_ACTS = ("create", "edit", "archive", "restore", "erase", "merge")


def control_page(accounts: Iterable[JSON], *, seconds: float, limits_on: bool) -> str:
    """The whole page."""
    rows = "".join(_row(account) for account in accounts)
    head = "<tr><th>account<th>contacts<th>archived<th>dealings<th>to a contact of chance</tr>"
    kinds = "".join(f"<option>{kind}</option>" for kind in get_args(Kind))
    limits = _form("rate-limits", "off" if limits_on else "on", on="false" if limits_on else "true")
    account = (
        _field("provider", "hubspot"), _field("account_id", 333), _field("name", "Big"), _field("contacts", 20000)
    )  # fmt: skip
    return page(
        "Sandbox",
        f"<section><h2>Accounts</h2><table>{head}{rows}</table></section>"
        f"<section><h2>Changes by chance</h2>{_form('changes', '1 now', count=1)}{_form('changes', '20 now', count=20)}"
        f"{_form('churn', 'every so many seconds', _field('seconds', f'{seconds:g}'))}</section>"
        f"<section><h2>Access</h2>{_form('expire-tokens', 'expire all access tokens')}"
        f"Rate limits are {'on' if limits_on else 'off'}: {limits} {_form('new-day', 'begin a new day')}"
        'What was counted: <a href="/control/limits">/control/limits</a></section>'
        '<section><h2>Something goes wrong</h2><form method="post" action="/control/faults">'
        f'the next {_field("times", 1)} calls of {_field("path", "/crm")} answer <select name="kind">{kinds}</select> '
        f"with {_field('seconds', 1)} seconds <button>plan it</button></form></section>"
        "<section><h2>Beginning</h2>"
        f"{_form('accounts', 'open an account', *account)}"
        f"{_form('reset', 'begin again', _field('seed', ''), _field('people', ''))}</section>"
        '<section>What should come of it: <a href="/control/expected">/control/expected</a>; what it cost: '
        '<a href="/control/usage">/control/usage</a></section>',
    )


def _row(account: JSON) -> str:
    base = f"accounts/{account['provider']}/{account['account_id']}"
    acts = "".join(_form(f"{base}/{act}", act) for act in _ACTS)
    numbers = "".join(f'<td class="number">{account[name]}' for name in ("contacts", "archived", "dealings"))
    withdraw = _form(f"{base}/withdraw", "withdraw grants")
    name = f"{account['provider']} {escape(str(account['name']))} <code>{account['account_id']}</code>"
    return f"<tr><td>{name}{numbers}<td>{acts}{withdraw}</tr>"


def _form(action: str, label: str, *fields: str, **values: object) -> str:
    hidden = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in values.items())
    return f'<form method="post" action="/control/{action}">{hidden}{"".join(fields)}<button>{label}</button></form>'


def _field(name: str, value: object) -> str:
    return f'<input name="{name}" value="{value}" placeholder="{name}" aria-label="{name}">'
