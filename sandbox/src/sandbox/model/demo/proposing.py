"""What is to be done: found in a question's words, and handed to the tool that proposes it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sandbox.model.demo import people
from sandbox.model.demo.asking import Asking, Stuck

FIELDS = {
    "phone": "phone", "phone number": "phone", "telephone": "phone", "telephone number": "phone", "number": "phone",
    "email": "email", "e-mail": "email", "email address": "email", "e-mail address": "email", "mail address": "email",
    "company": "company", "job title": "job_title", "title": "job_title", "city": "city", "country": "country",
    "street": "street", "postal code": "postal_code", "zip code": "postal_code", "region": "region",
    "first name": "first_name", "last name": "last_name", "surname": "last_name",
}  # fmt: skip
FIELD = "|".join(re.escape(each) for each in sorted(FIELDS, key=len, reverse=True))
ONLY = re.compile(
    r",?\s+(?:but\s+)?(?:only\s+)?(?:in|at)\s+(?P<provider>hubspot|pipedrive|zendesk)(?:\s+only)?$", re.IGNORECASE
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = re.compile(
    r"\b(?P<iso>\d{4}-\d\d-\d\d)(?!\d)|\b(?P<long>\d{1,2}\s+[a-z]+\s+\d{4})\b|"
    rf"\b(?P<near>today|tomorrow)\b|\b(?P<week>{'|'.join(DAYS)})\b",
    re.IGNORECASE,
)
HOUR = re.compile(
    r"(?:\bat\s+(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?|(?<![\d:])(?P<clock>\d{1,2}):(?P<past>\d\d))\s*(?P<half>[ap]m)?\b",
    re.IGNORECASE,
)
LONGEST_SUBJECT = 60


def change(ask: Asking, told: re.Match[str]) -> str:
    """Propose another value."""
    value, provider = _where(told["value"])
    field = FIELDS[re.sub(r"\s+", " ", told["field"].casefold())]
    if field != "company":  # "Inc." keeps its full stop
        value = value.rstrip(".")
    return _propose(ask, "updateContact", people.certain(ask, told["who"]), changes={field: value}, **provider)


def join(ask: Asking, told: re.Match[str]) -> str:
    """Propose that two are one."""
    one, other = (people.named(told[each]) or told[each].strip() for each in ("who", "other"))
    if one.casefold() == other.casefold():
        return join_namesakes(ask, told)
    ids = [people.certain(ask, one), people.certain(ask, other)]
    if len(set(ids)) == 1:
        return "These are one contact already."
    return _done(ask("mergeContacts", contact_ids=ids))


def join_namesakes(ask: Asking, told: re.Match[str]) -> str:
    """Propose that the two of one name are one."""
    return _done(ask("mergeContacts", contact_ids=people.both(ask, people.named(told["who"]) or told["who"].strip())))


def note(ask: Asking, told: re.Match[str]) -> str:
    """Propose a note."""
    return _propose(ask, "addNote", people.certain(ask, told["who"]), body=_plain(told["what"]))


def mail(ask: Asking, told: re.Match[str]) -> str:
    """Propose an e-mail: a matter becomes a frame to be filled in, other words stand as they are."""
    what, given = _plain(told["what"]), told.groupdict()
    contact_id = people.certain(ask, told["who"])
    if given.get("subject"):
        return _propose(ask, "sendEmail", contact_id, subject=_plain(told["subject"]), body=what)
    if told["how"].casefold().strip() in ("about", "regarding"):
        body = f"Hello,\n\nI am writing to you about {what}.\n\nKind regards"
        return _propose(ask, "sendEmail", contact_id, subject=_subject(what), body=body)
    return _propose(ask, "sendEmail", contact_id, subject=_subject(what), body=what)


def meeting(ask: Asking, told: re.Match[str]) -> str:
    """Propose a meeting, for half an hour."""
    when = told["when"] or ""
    starts_at = _time(when, ask.now)
    if starts_at is None:
        raise Stuck('Say when, by a day and an hour in UTC: "… on 2027-05-04 at 10:00", "… tomorrow at 3 pm".')
    about = re.search(r"\babout\s+(.+)$", when, re.IGNORECASE | re.DOTALL)
    contact_id = people.certain(ask, told["who"])
    title = told["title"] or (_subject(_plain(about[1])) if about else "Meeting")
    return _propose(ask, "scheduleMeeting", contact_id, title=title, starts_at=starts_at.isoformat())


def incomplete(what: str) -> Callable[[Asking, re.Match[str]], str]:
    """Make the answer to an order of which something is missing."""

    def answer(_: Asking, told: re.Match[str]) -> str:
        del told
        return what

    return answer


def _propose(ask: Asking, tool: str, contact_id: str, **given: Any) -> str:
    return _done(ask(tool, contact_id=contact_id, **given))


def _done(told: Any) -> str:
    return str(told)


def _where(value: str) -> tuple[str, dict[str, str]]:
    """Part a value from the source in which alone it is to be written."""
    only = ONLY.search(value.rstrip(" ."))
    bare = value.rstrip(" .")[: only.start()] if only else value
    return _plain(bare), {"provider": only["provider"].casefold()} if only else {}


def _plain(words: str) -> str:
    """Leave out quotes around words, and the full stop after them."""
    bare = words.strip()
    quoted = re.fullmatch(r"[\"“„](.*)[\"”“]\.?", bare, re.DOTALL)
    return quoted[1].strip() if quoted else bare.rstrip(" ")


def _subject(words: str) -> str:
    line = words.splitlines()[0].rstrip(" .") if words else ""
    cut = line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1].rsplit(' ', 1)[0]}…"
    return cut[:1].upper() + cut[1:]


def _time(words: str, now: datetime | None) -> datetime | None:
    """Read a day and an hour, in UTC; the hour is needed."""
    day, hour = _day(words, now), HOUR.search(words)
    if day is None or hour is None:
        return None
    number, minute = int(hour["hour"] or hour["clock"]), int(hour["minute"] or hour["past"] or 0)
    if hour["half"]:
        number = number % 12 + 12 * (hour["half"].casefold() == "pm")
    try:
        return datetime.combine(day, time(number, minute), UTC)
    except ValueError:
        return None


def _day(words: str, now: datetime | None) -> date | None:
    found = DAY.search(words)
    if found is None:
        return None
    if found["iso"] or found["long"]:
        form = "%Y-%m-%d" if found["iso"] else "%d %B %Y"
        try:
            return datetime.strptime(found["iso"] or " ".join(found["long"].split()), form).replace(tzinfo=UTC).date()
        except ValueError:
            return None
    if now is None:
        return None
    if found["near"]:
        return now.date() + timedelta(days=found["near"].casefold() == "tomorrow")
    ahead = (DAYS.index(found["week"].casefold()) - now.weekday() - 1) % 7 + 1
    return now.date() + timedelta(days=ahead)
