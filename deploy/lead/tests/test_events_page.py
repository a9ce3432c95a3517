"""`docs/events.md` says who publishes and who listens; here it is held against the code."""

import re
from importlib import import_module, util
from pathlib import Path

import pytest
from contracts.registry import EVENTS
from servicekit.house import SERVICES, package_of

CHECKOUT = Path(__file__).parents[3]
PAGE = CHECKOUT / "docs" / "events.md"
NOBODY = "\u2013"
ROW = re.compile(r"^\| `([^`]+)` \| (\S+) \| (\S+) \| (.+?) \|$", re.MULTILINE)


def rows() -> dict[str, tuple[str, str, set[str]]]:
    """The page's table: topic, publisher and listeners of each event."""
    found = ROW.findall(PAGE.read_text())
    return {name: (topic, by, set(to.split(", ")) - {NOBODY}) for name, topic, by, to in found}


def test_the_page_has_every_event_with_its_topic() -> None:
    assert {name: topic for name, (topic, _, _) in rows().items()} == {n: e.TOPIC for n, e in EVENTS.items()}


@pytest.mark.parametrize("service", SERVICES)
def test_the_page_names_what_a_service_listens_to(service: str) -> None:
    package = package_of(service)
    listens: set[str] = set()
    if util.find_spec(f"{package}.handlers"):
        handlers = import_module(f"{package}.handlers")
        derived = handlers.projections() if hasattr(handlers, "projections") else {}
        listens = {s.event_type.NAME for some in (handlers.subscriptions(), *derived.values()) for s in some}

    assert {name for name, (_, _, listeners) in rows().items() if service in listeners} == listens


@pytest.mark.parametrize("service", SERVICES)
def test_the_page_names_what_a_service_publishes(service: str) -> None:
    package = package_of(service)
    source = "".join(path.read_text() for path in (CHECKOUT / "services" / service / "src" / package).rglob("*.py"))
    claimed = {EVENTS[name].__name__ for name, (_, by, _) in rows().items() if by == service}

    # Building an event is publishing it: nobody has another use for one of their own.
    built = {event.__name__ for event in EVENTS.values() if re.search(rf"\b{event.__name__}\(", source)}
    assert built == claimed
