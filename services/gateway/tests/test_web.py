"""The page as the gateway serves it: where, how long it is kept, what it may do, and what is there before it."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

INDEX = b"<!doctype html><title>the page</title>"
SCRIPT = b"console.log('the page')" * 100
HASHED = "assets/index-abc123.js"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_bytes(INDEX)
    (root / HASHED).write_bytes(SCRIPT)
    (root / f"{HASHED}.gz").write_bytes(gzip.compress(SCRIPT))
    (root / f"{HASHED}.br").write_bytes(b"brotli of it")
    (tmp_path / "secret.js").write_bytes(b"outside")
    return root


@pytest.mark.parametrize("path", ["/app", "/app/", "/app/contacts", "/app/contacts/0190?x=1&connected=2", "/app/a.b/c"])
async def test_every_path_of_the_page_is_the_page_and_is_asked_for_anew(gateway: Any, built: Path, path: str) -> None:
    async with gateway(web_root=str(built)) as client, client.get(path) as answer:
        assert (answer.status, await answer.read()) == (200, INDEX)
        assert answer.content_type == "text/html"
        assert answer.headers["Cache-Control"] == "no-cache"


async def test_the_page_may_run_its_own_files_and_nothing_else(gateway: Any, built: Path) -> None:
    async with gateway(web_root=str(built)) as client, client.get("/app/") as answer:
        policy = dict(part.split(maxsplit=1) for part in answer.headers["Content-Security-Policy"].split("; "))

    assert policy["default-src"] == policy["form-action"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in str(policy)


async def test_hashed_files_are_kept_for_ever_and_one_that_is_not_there_is_not_the_page(
    gateway: Any, built: Path
) -> None:
    async with gateway(web_root=str(built)) as client:
        async with client.get(f"/app/{HASHED}") as answer:
            assert (answer.status, answer.content_type) == (200, "text/javascript")
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        for path in ["assets/old-123.js", "assets/"]:
            async with client.get(f"/app/{path}") as missing:
                assert missing.status == 404
                assert missing.content_type == "application/problem+json"


def replace(one: Path, other: Path) -> Path:
    return one.rename(other)


ACCEPTED = [
    ("br, gzip", "br"),
    ("gzip, deflate, br;q=0.9", "br"),
    ("gzip", "gzip"),
    ("br;q=0, gzip", "gzip"),
    ("br; q=0.0", None),
    ("identity", None),
    ("", None),
]


@pytest.mark.parametrize(("accepted", "encoding"), ACCEPTED)
async def test_files_come_compressed_as_the_browser_takes_them(
    gateway: Any, built: Path, accepted: str, encoding: str | None
) -> None:
    async with gateway(web_root=str(built)) as client:
        client._auto_decompress = False
        async with client.get(f"/app/{HASHED}", headers={"Accept-Encoding": accepted}) as answer:
            content = await answer.read()
            assert answer.headers.get("Content-Encoding") == encoding
            assert answer.headers["Vary"] == "Accept-Encoding"
    ending = {"br": ".br", "gzip": ".gz", None: ""}[encoding]
    assert content == (built / f"{HASHED}{ending}").read_bytes()


async def test_a_page_that_is_known_is_not_sent_again(gateway: Any, built: Path) -> None:
    async with gateway(web_root=str(built)) as client:
        async with client.get("/app/") as first:
            etag = first.headers["ETag"]
        async with client.get("/app/contacts", headers={"If-None-Match": etag}) as again:
            assert (again.status, await again.read()) == (304, b"")
            assert again.headers["Cache-Control"] == "no-cache"
        async with client.get("/app/", headers={"If-None-Match": 'W/"other"'}) as other:
            assert other.status == 200


@pytest.mark.parametrize(
    "path", ["/app/../secret.js", "/app/%2e%2e/secret.js", "/app//etc/passwd", "/app/..%2fsecret.js"]
)
async def test_nothing_outside_the_built_files_is_served(gateway: Any, built: Path, path: str) -> None:
    async with gateway(web_root=str(built)) as client:
        url = URL(f"{str(client._base_url).rstrip('/')}{path}", encoded=True)
        async with client.get(url) as answer:
            assert b"outside" not in await answer.read()


async def test_the_short_names_stay_the_interfaces(gateway: Any, built: Path) -> None:
    async with gateway(web_root=str(built)) as client:
        for path in ["/contacts", "/connections"]:
            async with client.get(path, headers={"Accept": "text/html"}) as answer:
                assert answer.status == 401
        async with client.get("/docs") as docs:
            assert b"The interface" in await docs.read()
        async with client.post("/app/contacts") as posted:
            assert posted.status == 405
        async with client.head("/app/contacts") as head:
            assert (head.status, await head.read()) == (200, b"")


async def test_the_front_door_leads_to_the_page_once_it_is_built(gateway: Any, tmp_path: Path) -> None:
    root = tmp_path / "dist"
    async with gateway(web_root=str(root)) as client:
        async with client.get("/") as welcome:
            assert (welcome.status, b"<h1>Lead Manager</h1>" in await welcome.read()) == (200, True)
        async with client.get("/app/contacts") as waiting:
            assert (waiting.status, waiting.headers["Retry-After"]) == (503, "2")
            assert b"being built" in await waiting.read()

        root.mkdir()
        (root / "index.html").write_bytes(INDEX)

        async with client.get("/", allow_redirects=False) as home:
            assert (home.status, home.headers["Location"]) == (303, "/app/")
        async with client.get("/app/contacts") as page:
            assert (page.status, await page.read()) == (200, INDEX)


async def test_a_page_built_anew_is_served_and_the_old_one_while_it_is_replaced(gateway: Any, built: Path) -> None:
    async with gateway(web_root=str(built)) as client:
        async with client.get("/app/") as before:
            assert await before.read() == INDEX

        aside = replace(built, built.with_name("aside"))
        async with client.get("/app/") as meanwhile:
            assert await meanwhile.read() == INDEX
        (aside / "index.html").write_bytes(b"<title>new</title>")
        replace(aside, built)

        async with client.get("/app/") as after:
            assert await after.read() == b"<title>new</title>"


async def test_without_a_place_for_a_page_there_is_none(gateway: Any) -> None:
    async with gateway() as client:
        async with client.get("/app/contacts") as answer:
            assert answer.status == 404
        async with client.get("/") as welcome:
            assert b"<h1>Lead Manager</h1>" in await welcome.read()


async def test_head_works_where_get_does(gateway: Any) -> None:
    async with gateway() as client:
        for path, status in (("/", 200), ("/docs", 200), ("/health/live", 200), ("/contacts", 401)):
            async with client.head(path) as answer:
                assert (answer.status, await answer.read()) == (status, b"")
