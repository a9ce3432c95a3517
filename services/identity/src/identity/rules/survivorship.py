"""Survivorship: how the members of a golden record are asked for the value of a field. Part of a workspace's rules."""

from typing import Literal

import msgspec

Rule = Literal["latest", "source_priority", "most_frequent", "longest"]
LATEST: Rule = "latest"


class Survivorship(msgspec.Struct, frozen=True, kw_only=True):
    """The rule of each field that has another than the latest value's, and the providers, the most trusted first."""

    rules: dict[str, Rule] = {}
    priority: tuple[str, ...] = ()
