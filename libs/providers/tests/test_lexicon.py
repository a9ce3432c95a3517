"""What is kept of the names of an account."""

import pytest
from providers import lexicon
from providers.lexicon import Lexicon


class Account:
    """An account whose list is asked for, and how often it was."""

    def __init__(self, **names: str) -> None:
        self.names, self.asked = names, 0

    async def list(self) -> dict[str, str]:
        self.asked += 1
        return dict(self.names)


async def test_a_list_is_asked_for_once_and_again_for_what_it_lacks():
    names, account = Lexicon(), Account(a="Ada")

    assert await names.look_up("users", ["a"], account.list) == {"a": "Ada"}
    account.names["b"] = "Bob"
    assert (await names.look_up("users", ["a"], account.list)).get("b") is None
    assert await names.look_up("users", ["b", "x"], account.list) == {"a": "Ada", "b": "Bob", "x": ""}
    assert await names.look_up("users", ["x"], account.list) == {"a": "Ada", "b": "Bob", "x": ""}
    assert account.asked == 2


async def test_what_has_no_name_is_remembered_when_another_is_asked_for():
    names, account = Lexicon(), Account()

    for each in ("x", "y", "x", "y"):
        await names.look_up("users", [each], account.list)

    assert account.asked == 2


async def test_an_empty_list_is_known_too():
    names, account = Lexicon(), Account()

    for _ in range(2):
        await names.look_up("users", [], account.list)

    assert account.asked == 1


async def test_a_list_that_is_too_long_is_not_kept(monkeypatch):
    monkeypatch.setattr(lexicon, "NAMES_AT_MOST", 1)
    names, account = Lexicon(), Account(a="Ada", b="Bob")

    for _ in range(2):
        assert await names.look_up("users", ["a"], account.list) == {"a": "Ada", "b": "Bob"}

    assert account.asked == 2


async def test_what_could_not_be_asked_for_is_asked_for_again():
    names, account = Lexicon(), Account(a="Ada")

    async def fail() -> dict[str, str]:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await names.look_up("users", ["a"], fail)

    assert await names.look_up("users", ["a"], account.list) == {"a": "Ada"}
