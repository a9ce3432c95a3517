"""The person's browser in the demo: it opens the provider's consent page and presses Allow."""

from html.parser import HTMLParser
from urllib.parse import urljoin

from aiohttp import ClientSession

from lead.complaint import Complaint


class ConsentPage(HTMLParser):
    """The form of a consent page: where it goes, what it carries, and what there is to choose from."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.carried: dict[str, str] = {}
        self.choices: dict[str, str] = {}
        """The value of each account on offer, and the field that takes it."""
        self.allow: dict[str, str] = {}
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a form's parts."""
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        match tag, given.get("type"):
            case "form", _:
                self.action = given.get("action", "")
            case "select", _:
                self._select = name
            case "option", _:
                self.choices[value] = self._select
            case "input", "radio":
                self.choices[value] = name
            case "input", "hidden":
                self.carried[name] = value
            case ("button", _) | ("input", "submit") if "allow" in value.lower():
                self.allow[name] = value
            case _:
                pass


async def allow(http: ClientSession, url: str, account: str) -> None:
    """Allow access to an account, and follow the provider back to where we came from. Raises Complaint."""
    back = await consent(http, url, account)
    async with http.get(back, allow_redirects=False, headers={"Accept": "text/html"}) as answer:
        if answer.status >= 400:
            raise Complaint(f"Connecting {account} failed: {answer.status} {(await answer.text())[:300]}")


async def consent(http: ClientSession, url: str, account: str) -> str:
    """Allow access to an account; return where the provider sends us then. Raises Complaint."""
    page = await _open(http, url)
    form = {**page.carried, page.choices[account]: account, **page.allow}
    target = urljoin(url, page.action or url)
    async with http.post(target, data=form, allow_redirects=False) as answer:
        back = answer.headers.get("Location")
    if back is None:
        raise Complaint(f"The consent page sent us nowhere: it answered {answer.status}.")
    return back


async def _open(http: ClientSession, url: str) -> ConsentPage:
    async with http.get(url) as answer:
        return ConsentPage(await answer.text())
