"""The pages that come from here, as files of the package."""

from importlib import resources

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
FILES = (
    ("/docs", "docs.html", "text/html"),
    ("/docs.js", "docs.js", "text/javascript"),
    ("/gateway.css", "gateway.css", "text/css"),
)
"""Address, file and kind."""
WELCOME = "welcome.html"
BEING_BUILT = "being-built.html"


def read_page(name: str) -> bytes:
    """Read a file of `gateway/static`."""
    return (resources.files("gateway") / "static" / name).read_bytes()
