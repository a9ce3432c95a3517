"""What a workspace's own records teach."""

from itertools import pairwise
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from identity.normalise import Form
from identity.rules.comparison import LEVELS
from identity.rules.learning import PRIORS, STRAYING, learn
from identity.rules.ruleset import DEFAULT, Rules
from identity.rules.scoring import score

NAMES = ("ada", "grace", "alan", "edsger", "barbara", "donald", "frances", "tony", "radia", "vint")


def town(people: int, seed: int = 1) -> list[Form]:
    """Make up people who have two records each, and of whom every second is called Smith."""
    random = Random(seed)
    forms = []
    for number in range(people):
        family = "smith" if random.random() < 0.5 else f"family{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}"
        birth = f"{random.randrange(1940, 2000)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
        person = Form(given=random.choice(NAMES), family=family, births=(birth,), emails=(f"{family}{number}@x.org",))
        # The second never has the person's email, and often another city: both are as good as random here.
        forms += [person, msgspec.structs.replace(person, emails=(f"other{number}@y.org",))]
    return [msgspec.structs.replace(form, city=random.choice(("leeds", "york", "bath"))) for form in forms]


def test_nothing_is_learned_from_nothing() -> None:
    assert learn([]) == learn([Form(given="ada")]) == DEFAULT


def test_the_same_records_teach_the_same_in_any_order() -> None:
    forms = town(60)
    shuffled = Random(2).sample(forms, len(forms))

    assert learn(forms) == learn(shuffled)


def test_little_data_changes_little() -> None:
    learned = learn(town(3))

    for field, levels in LEVELS.items():
        for level in levels:
            assert abs(learned.strengths[field][level] - DEFAULT.strengths[field][level]) <= 20


def test_a_common_name_is_worth_less_than_a_rare_one() -> None:
    learned = learn(town(150))

    assert learned.values["family"]["smith"] < 20
    assert learned.strengths["family"]["same"] > 60


def test_fields_that_do_not_tell_people_apart_lose_their_weight() -> None:
    learned = learn(town(150))

    assert learned.values["place"]["leeds"] < DEFAULT.strengths["place"]["city"]
    assert learned.strengths["place"]["differs"] > DEFAULT.strengths["place"]["differs"]
    assert learned.strengths["email"]["differs"] > DEFAULT.strengths["email"]["differs"]


def test_the_prior_follows_how_many_records_a_person_has() -> None:
    many, few = town(150), town(150)[::2]

    assert learn(many).prior > learn(few).prior


def test_thresholds_and_limits_are_kept() -> None:
    rules = Rules(strengths=DEFAULT.strengths, join=77, suggest=-7, block_limit=9, group_limit=8)
    learned = learn(town(20), rules=rules)

    assert (learned.join, learned.suggest, learned.block_limit, learned.group_limit) == (77, -7, 9, 8)


def test_rules_can_be_kept_as_json() -> None:
    learned = learn(town(40))

    assert msgspec.json.decode(msgspec.json.encode(learned), type=Rules) == learned


forms = st.builds(
    Form,
    given=st.sampled_from(["", *NAMES]),
    family=st.sampled_from(["", "smith", "jones"]),
    births=st.sampled_from([(), ("1985-12-10",), ("1950-03-01",)]),
    emails=st.sampled_from([(), ("ada77@x.org",), ("grace@y.org",)]),
    city=st.sampled_from(["", "leeds"]),
)


@given(st.lists(forms, max_size=15))
@settings(max_examples=25, deadline=None)
def test_whatever_is_learned_stays_in_bounds(members: list[Form]) -> None:
    learned = learn(members)

    for field, levels in DEFAULT.strengths.items():
        for level, strength in levels.items():
            assert abs(learned.strengths[field][level] - strength) <= STRAYING
    assert learned.prior in PRIORS or learned == DEFAULT
    for left, right in pairwise(members):
        assert score(left, right, learned) == score(right, left, learned)
