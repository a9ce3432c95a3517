"""How many golden records there should be: the rule itself, put to the sandbox's own people; and how many dealings.

Written without a look at how the product does it: two contacts are one person when they share an address, taken
without case and outer space, that is not a role's mailbox; and so are all that such pairs connect.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from sandbox.accounts import Account

ROLE_MAILBOXES = frozenset(
    {
        *("abuse", "admin", "administrator", "billing", "contact", "contacts", "enquiries", "enquiry", "finance"),
        *("hello", "help", "helpdesk", "hostmaster", "hr", "info", "information", "inquiries", "jobs", "mail"),
        *("marketing", "noreply", "no-reply", "office", "orders", "postmaster", "press", "privacy", "root"),
        *("sales", "security", "service", "support", "team", "webmaster"),
    }
)


def identifying(emails: Iterable[str]) -> list[str]:
    """The addresses that tell who somebody is."""
    plain = [email.strip().lower() for email in emails]
    return [email for email in plain if email and email.partition("@")[0].partition("+")[0] not in ROLE_MAILBOXES]


def groups(contacts: Sequence[Sequence[str]]) -> list[list[int]]:
    """The places of contacts, given by their addresses, that belong to one person each."""
    above = list(range(len(contacts)))

    def top(place: int) -> int:
        while above[place] != place:
            above[place] = above[above[place]]
            place = above[place]
        return place

    first_with: dict[str, int] = {}
    for place, emails in enumerate(contacts):
        for email in identifying(emails):
            above[top(place)] = top(first_with.setdefault(email, place))
    found: dict[int, list[int]] = {}
    for place in range(len(contacts)):
        found.setdefault(top(place), []).append(place)
    return list(found.values())


def dealings(*accounts: Account) -> dict[str, int]:
    """How many living records of each kind tell what was done with people."""
    found: Counter[str] = Counter()
    for account in accounts:
        found.update({kind: account.tables[kind].living for kind in account.ALL_DEALINGS})
    return dict(found)
