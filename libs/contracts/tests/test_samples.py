"""One recorded sample per event version: what was once published can be read for ever."""

from pathlib import Path

import msgspec
import pytest
from contracts.registry import EVENTS

SAMPLES = Path(__file__).parent / "samples"


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_todays_code_reads_the_recorded_sample(name: str) -> None:
    sample = (SAMPLES / f"{name}.json").read_bytes()

    event = msgspec.json.decode(sample, type=EVENTS[name])

    recorded, today = msgspec.json.decode(sample), msgspec.json.decode(msgspec.json.encode(event))
    assert {key: today[key] for key in recorded} == recorded


def test_no_sample_is_left_of_an_event_that_is_gone() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(EVENTS)


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_names_end_in_their_version_and_say_what_happened(name: str) -> None:
    subject, _, rest = name.partition(".")
    happened, _, version = rest.partition(".")

    assert subject
    assert happened
    assert version.removeprefix("v").isdigit()
