"""How well a grouping agrees with the truth: over pairs, and over records."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec


class Figures(msgspec.Struct, frozen=True):
    """Shares of 1, and the size of the largest group."""

    precision: float
    recall: float
    f1: float
    b_cubed: float
    largest: int

    def cells(self) -> list[str]:
        """Write them for a table, in per cent."""
        return [f"{100 * each:.2f}" for each in (self.precision, self.recall, self.f1, self.b_cubed)] + [
            str(self.largest)
        ]


def figures(groups: Iterable[Sequence[int]], truth: Mapping[int, str]) -> Figures:
    """Measure groups against the truth: precision, recall and F1 of pairs, B-cubed F1 of records."""
    groups = list(groups)
    people = Counter(truth.values())
    found = sum(_pairs(len(group)) for group in groups)
    right, exact, whole = 0, 0.0, 0.0
    for group in groups:
        for person, count in Counter(truth[number] for number in group).items():
            right += _pairs(count)
            exact += count * count / len(group)
            whole += count * count / people[person]
    wanted = sum(_pairs(count) for count in people.values())
    precision, recall = right / found if found else 1.0, right / wanted if wanted else 1.0
    return Figures(
        precision,
        recall,
        _mean(precision, recall),
        _mean(exact / len(truth), whole / len(truth)),
        max(map(len, groups), default=0),
    )


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _mean(left: float, right: float) -> float:
    return 2 * left * right / (left + right) if left + right else 0.0
