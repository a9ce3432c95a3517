"""Times as Pipedrive writes them."""

from sandbox.clock import iso


def stamp(ms: int) -> str:
    """A time in v2: whole seconds."""
    return iso(ms // 1000 * 1000)


def old_stamp(ms: int) -> str:
    """A time in v1."""
    return stamp(ms).replace("T", " ").removesuffix("Z")
