"""Where revisions lie, and which is the newest: files named in their order, read without loading Alembic."""

from importlib import resources
from pathlib import Path

from servicekit.house import package_of


def folder_of(service: str) -> Path:
    """Where a service's revisions lie."""
    return Path(str(resources.files(package_of(service)))) / "migrations"


def bus_folder() -> Path:
    """Where the bus's revisions lie."""
    return Path(str(resources.files("servicekit"))) / "bus_migrations"


def head_of(folder: Path) -> str:
    """The newest revision of a folder: what stands before the first underscore of the last name."""
    names = sorted(path.name for path in folder.glob("[0-9]*.py"))
    return names[-1].partition("_")[0] if names else "none"
