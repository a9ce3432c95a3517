"""The rules over whole populations: automatic joins are right, and with people's help most are found."""

import pytest
from identity.rules.learning import learn
from identity.rules.ruleset import DEFAULT

from bench.figures import figures
from bench.offline import answered, prepare, resolve
from bench.populations import population


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [
        ("strangers", 0.995, 0.65),
        ("namesakes", 0.995, 0.65),
        ("offices, role mailboxes", 0.995, 0.3),
        ("odd dates", 0.995, 0.9),
        ("names mixed up, few emails", 0.995, 0.5),
        ("other languages, nicknames", 0.995, 0.65),
        # A family's one mailbox joins the two who are seen with it, as equal emails do.
        ("households", 0.97, 0.55),
        # Some of these records say nothing by which anyone could tell father from son.
        ("fathers and sons", 0.85, 0.7),
    ],
)
def test_joins_by_rule_are_right(name: str, precision: float, recall: float) -> None:
    contacts, truth = population(name, 240, seed=3)
    ready = prepare(contacts, "GB")
    learned = learn(ready.forms, ready.shared)

    for rules in (DEFAULT, learned):
        found = figures(resolve(ready, rules).groups, truth)
        assert found.precision >= precision
        assert found.recall >= recall
        assert found.largest <= 8


def test_most_of_the_rest_is_suggested() -> None:
    contacts, truth = population("names mixed up, few emails", 240, seed=3)
    ready = prepare(contacts, "GB")

    outcome, asked = answered(ready, learn(ready.forms, ready.shared), truth)

    found = figures(outcome.groups, truth)
    assert found.recall >= 0.95
    assert found.precision >= 0.995
    assert asked < 2 * len(contacts)


def test_the_order_of_records_does_not_matter_for_who_is_joined() -> None:
    contacts, _ = population("households", 80, seed=5)
    ready, turned = prepare(contacts, "GB"), prepare(contacts[::-1], "GB")

    assert ready.shared == turned.shared
    assert learn(ready.forms, ready.shared) == learn(turned.forms, turned.shared)


def test_figures_are_those_of_the_definition() -> None:
    found = figures([[0, 1, 2], [3]], {0: "a", 1: "a", 2: "b", 3: "b"})

    assert (round(found.precision, 3), round(found.recall, 3), found.largest) == (0.333, 0.5, 3)
    assert round(found.b_cubed, 3) == 0.706
