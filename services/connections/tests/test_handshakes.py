"""The pure rules of a handshake."""

from uuid import UUID

import pytest
from connections.handshakes import (
    ReturnToInvalid,
    browser_secret,
    challenge_of,
    cookie_name,
    local_path,
    new_secret,
    with_words,
)

CONNECTION = UUID(int=7)


@pytest.mark.parametrize("path", [None, "/", "/settings", "/a/b?c=d&e=%2F", "/a//b", "/@x:y", "/" + "a" * 499])
def test_a_path_of_ours_may_be_returned_to(path: str | None) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "evil",
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/a\\b",
        "/\t/evil.example",
        "/a\nSet-Cookie: b=c",
        "/a\r\n",
        "/a\n",
        "/a#fragment",
        "/a b",
        "/ü",
        '/"><script>',
        "javascript:alert(1)",
        "/" + "a" * 500,
    ],
)
def test_anything_else_may_not(path: str) -> None:
    with pytest.raises(ReturnToInvalid):
        local_path(path)


@pytest.mark.parametrize(
    ("path", "place"),
    [("/", f"/?connected={CONNECTION}"), ("/a?b=c", f"/a?b=c&connected={CONNECTION}")],
)
def test_the_page_returned_to_learns_of_the_connection(path: str, place: str) -> None:
    assert with_words(path, {"connected": str(CONNECTION)}) == place


def test_the_challenge_is_the_one_of_rfc_7636() -> None:
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("public_url", "name"),
    [
        ("http://localhost:4000", "lead_oauth_4000"),
        ("http://lead.example", "lead_oauth_80"),
        ("https://lead.example/", "lead_oauth_443"),
    ],
)
def test_the_cookie_is_named_by_port(public_url: str, name: str) -> None:
    assert cookie_name(public_url) == name


def test_a_browser_keeps_its_secret_and_a_made_up_cookie_is_replaced() -> None:
    own = new_secret()

    assert browser_secret(own) == own
    assert browser_secret("short") != "short"
    assert len(browser_secret(None)) == 43
