"""What tools found, in sentences."""

import re
from collections.abc import Sequence
from typing import Any

LABELS = {"hubspot": "HubSpot", "pipedrive": "Pipedrive", "zendesk": "Zendesk", "csv": "a file", "vcard": "a file"}
FIELDS = {"email": "e-mail", "job_title": "job title", "first_name": "first name", "last_name": "last name"}
NOT_TOLD = {"url"}
"""Fields that differ by nature: every record has its own."""
MOST = 5


def label(provider: str) -> str:
    """What people call a provider."""
    return LABELS.get(provider, provider)


def field(name: str) -> str:
    """What people call a field."""
    return FIELDS.get(name, name.replace("_", " "))


def listed(names: Sequence[str]) -> str:
    """Names with commas, and an "and" before the last."""
    *most, last = list(dict.fromkeys(names)) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def entry(contact: dict[str, Any]) -> str:
    """An entry of a list."""
    parts = [contact.get("email"), contact.get("phone"), contact.get("company")]
    known = listed([label(each) for each in contact.get("sources") or []])
    about = ", ".join([str(each) for each in (*parts, known) if each])
    return f"**{contact.get('name')}** ({about})" if about else f"**{contact.get('name')}**"


def nobody(who: str, searched: Sequence[dict[str, Any]]) -> str:
    """That nobody was found, and where."""
    where = listed([label(str(each.get("provider"))) for each in searched])
    return f"I found nobody by {who}" + (f"; I looked in {where}." if where else ".")


def portrait(told: dict[str, Any], others: int) -> str:
    """Who somebody is, by the contact's own values."""
    values = told.get("fields") or {}
    place = ", ".join(str(values[name]) for name in ("street", "postal_code", "city", "country") if values.get(name))
    title, company = values.get("job_title"), values.get("company")
    work = " ".join(filter(None, (title, f"at {company}" if company else "")))
    first = [part for part in (work, f"in {place}" if place else "") if part]
    says = [f"**{told.get('name')}** is {', '.join(first)}" if first else f"That is **{told.get('name')}**"]
    emails, phones = told.get("emails") or [], told.get("phones") or []
    reached = [("e-mail", emails or [values.get("email")]), ("phone", phones or [values.get("phone")])]
    says += [f"{name} {listed([str(each) for each in known if each])}" for name, known in reached if any(known)]
    known = listed([label(str(each["source"])) for each in told.get("sources") or []])
    differing = [name for name in told.get("disagreeing") or {} if name not in NOT_TOLD]
    end = f"Known from {known}" if known else ""
    if differing:
        end += f"; about {listed([field(each) for each in differing])} the sources disagree"
    found = "1 more is" if others == 1 else f"{others:,} more are"
    more = f"{found} found by these words; an e-mail address tells them apart." if others else ""
    return " ".join(filter(None, ("; ".join(says) + ".", f"{end}." if end else "", more)))


def conflicts(told: dict[str, Any]) -> str:
    """What sources disagree about, and what each says."""
    found = {name: each for name, each in (told.get("conflicts") or {}).items() if name not in NOT_TOLD}
    if not found:
        return f"Nothing: the sources of **{told.get('name')}** agree, or only one of them says something."
    lines = [f"- {field(name)}: {' / '.join(_said(value) for value in each['values'])}" for name, each in found.items()]
    return "\n".join([f"About **{told.get('name')}** the sources disagree; what is shown stands first:", *lines])


def _said(told: dict[str, Any]) -> str:
    return f"{told['value']} ({', '.join(filter(None, (label(told['source']), day(told.get('as_of')))))})"


def why(told: dict[str, Any]) -> str:
    """Why records are one contact."""
    reasons = dict.fromkeys(str(each["sentence"]) for each in told.get("edges") or [] if each.get("joined"))
    return "\n".join([str(told["sentence"]), *(f"- {each}" for each in list(reasons)[:MOST])])


def happened(told: dict[str, Any], kind: str | None) -> str:
    """What happened with somebody, all of it or of one kind."""
    found = [each for each in told.get("interactions") or [] if kind in (None, each.get("kind"))]
    more = ["There is more before that."] if told.get("next_cursor") or len(found) > MOST else []
    if not found:
        return " ".join([f"I see no {kind or 'mail, call, meeting, note, ticket or deal'}.", *more])
    lines = [f"- {_happening(each)}" for each in found[:MOST]]
    return "\n".join(["The latest first:", *lines, *more])


def _happening(told: dict[str, Any]) -> str:
    when = day(told.get("occurred_at") or told.get("created_at") or told.get("updated_at"))
    what = str(told.get("title") or told.get("body") or "").splitlines()
    parts = (when, str(told.get("kind") or ""), what[0] if what else "", str(told.get("status") or ""))
    return f"{', '.join(filter(None, parts))} ({label(str(told.get('source')))})"


def duplicates(told: dict[str, Any]) -> str:
    """How many pairs may be one person, and the likeliest of them."""
    total, pairs = told.get("total") or 0, told.get("pairs") or []
    if not total:
        return "No two contacts wait for a decision whether they are one person."
    lines = [f"- {' and '.join(entry(each) for each in pair['contacts'])}: {pair['why']}" for pair in pairs]
    counted = "1 pair of contacts waits" if total == 1 else f"{total:,} pairs of contacts wait"
    return "\n".join([f"{counted} for a decision whether they are one person; the likeliest first:", *lines])


def sources(told: dict[str, Any]) -> str:
    """What is connected, and how fresh it is."""
    if not (found := told.get("sources") or []):
        return "Nothing is connected yet."
    return "\n".join(f"- {_source(each)}" for each in found)


def _source(told: dict[str, Any]) -> str:
    name = label(str(told.get("provider")))
    account = f" ({told['account']})" if told.get("account") else ""
    read = f"read last on {moment(told['synced_at'])}" if told.get("synced_at") else "not read to its end yet"
    now = ", and being read just now" if told.get("syncing_now") else ""
    return f"{name}{account}: {told.get('state')}, {read}{now}"


def day(when: object) -> str:
    """The day of a time."""
    return str(when)[:10] if when else ""


def moment(when: object) -> str:
    """A time as people write it, to the minute."""
    found = re.match(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)", str(when))
    return f"{found[1]} at {found[2]} UTC" if found else str(when)
