"""Building the page: what its sources are, when it is built again, and what comes out. By the real Node and npm."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from lead import web, web_build
from lead.complaint import Complaint
from lead.environments import of_build, of_machine, of_service
from lead.settings import load


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The page's sources, apart, with what building them needs."""
    sources = web.folder()
    assert sources is not None
    web.install(sources, for_development=False)
    copied = tmp_path / "web"
    shutil.copytree(sources, copied, ignore=shutil.ignore_patterns("node_modules", "dist", "dist.new"))
    (copied / "node_modules").symlink_to(sources / "node_modules")
    return copied


def write_after(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


CHANGES: list[tuple[str, Callable[[Path], None], bool]] = [
    ("nothing", lambda _: None, False),
    ("a source", lambda copy: write_after(copy / "src" / "main.tsx", "\n// changed"), True),
    ("a new file", lambda copy: (copy / "src" / "new.ts").write_text("export {};"), True),
    ("a file that moved", lambda copy: os.renames(copy / "src" / "icon.svg", copy / "src" / "other.svg"), True),
    ("what is installed", lambda copy: write_after(copy / "package-lock.json", " "), True),
    ("a test", lambda copy: write_after(copy / "src" / "search-params.test.ts", "\n// changed"), False),
    ("what explains it", lambda copy: write_after(copy / "README.md", "changed"), False),
]


@pytest.mark.parametrize(("change", "differs"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_what_the_page_is_made_of_tells_its_builds_apart(
    copy: Path, change: Callable[[Path], None], differs: bool
) -> None:
    before = web.digest_of(copy)

    change(copy)

    assert (web.digest_of(copy) != before) is differs


def test_the_page_is_built_once_and_again_when_a_source_changed(copy: Path) -> None:
    assert not web.is_current(copy)
    web.build(copy)
    built = copy / "dist"
    scripts = [file.name for file in (built / "assets").glob("index-*.js*")]
    index = (built / "index.html").read_text()

    assert web.is_current(copy)
    assert {Path(name).suffix for name in scripts} == {".js", ".br", ".gz"}
    assert 'src="/app/assets/index-' in index
    assert "<style" not in index
    assert "<script>" not in index

    at = (built / "index.html").stat().st_mtime_ns
    web.build(copy)
    assert (built / "index.html").stat().st_mtime_ns == at

    write_after(copy / "src" / "styles.css", "\n.changed { color: red }")
    web.build(copy)
    assert (built / "index.html").stat().st_mtime_ns > at


def test_a_page_that_cannot_be_built_leaves_the_one_that_was(copy: Path) -> None:
    (copy / "dist").mkdir()
    (copy / "dist" / "index.html").write_text("the one before")
    write_after(copy / "src" / "main.tsx", "\nthis is no TypeScript")

    with pytest.raises(Complaint, match="vite build"):
        web.build(copy)

    assert (copy / "dist" / "index.html").read_text() == "the one before"
    assert not web.is_current(copy)


def test_the_gateway_is_told_where_the_page_is_and_may_be_told_otherwise(tmp_path: Path) -> None:
    def root_told(environ: dict[str, str]) -> str:
        settings = load({"LEAD_HOME": str(tmp_path), **environ}, checkout=tmp_path)
        return of_service("gateway", settings, database_url="postgresql://x", sandbox=False)["WEB_ROOT"]

    assert root_told({}) == f"{web.folder()}/dist"
    assert root_told({"WEB_ROOT": "/srv/page"}) == "/srv/page"


def test_nothing_is_built_for_a_page_that_is_elsewhere(tmp_path: Path) -> None:
    said: list[str] = []
    settings = load({"LEAD_HOME": str(tmp_path), "WEB_ROOT": "/srv/page"}, checkout=tmp_path)

    with web_build.building(settings, said.append):
        pass

    assert said == []


def test_what_builds_the_page_is_told_where_packages_are_and_none_of_our_secrets(tmp_path: Path) -> None:
    environ = {
        "LEAD_SECRET": "s" * 40,
        "DATABASE_URL": "postgresql://ours",
        "HUBSPOT_CLIENT_SECRET": "theirs",
        "NPM_CONFIG_REGISTRY": "http://127.0.0.1:9",
        "PATH": "/bin",
    }
    settings = load({"LEAD_HOME": str(tmp_path), **environ}, checkout=tmp_path)

    told = {**of_machine(settings), **of_build(settings)}

    assert told.keys() & environ.keys() == {"NPM_CONFIG_REGISTRY", "PATH"}
