"""The page that people use: the files that `web/` is built to, held in memory, read again when it is built anew."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

INDEX = "index.html"
HASHED = "assets/"
"""Files below it carry a hash of their content in their name."""
ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""What the build compresses to, the better one first, and how those files end."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


class WebFile(msgspec.Struct, frozen=True):
    """A file of the page: its content, and the same compressed."""

    media_type: str
    cache_control: str
    etag: str
    plain: bytes
    compressed: Mapping[str, bytes]

    def headers(self) -> dict[str, str]:
        """Say how long it may be kept, and what it may do."""
        return {
            "Cache-Control": self.cache_control,
            "Content-Security-Policy": POLICY,
            "Cross-Origin-Opener-Policy": "same-origin",
            "ETag": self.etag,
            "Vary": "Accept-Encoding",
        }

    def encoded(self, accepted: str) -> tuple[bytes, str | None]:
        """Choose the content for what a browser's `Accept-Encoding` takes, and name its encoding."""
        usable = _encodings_of(accepted) & self.compressed.keys()
        name = next((name for name in ENCODINGS if name in usable), None)
        return (self.plain, None) if name is None else (self.compressed[name], name)


class Web:
    """The built page, or none: it may be built while we run, and again."""

    def __init__(self, root: str) -> None:
        self._root = Path(root) if root else None
        self._built_at: int | None = None
        self._files: dict[str, WebFile] = {}

    @property
    def expected(self) -> bool:
        """Whether there is a place where a page will be, if it is not there yet."""
        return self._root is not None

    def find(self, path: str) -> WebFile | None:
        """Find what answers a path below `/app/`: a file, or the page itself for a path of its own.

        None for a hashed file that there is not, and while nothing is built.
        """
        self._read_if_built()
        if path.startswith(HASHED):
            return self._files.get(path)
        return self._files.get(path) or self._files.get(INDEX)

    def _read_if_built(self) -> None:
        """Read the files if they are not those we know; while they are being replaced, the old ones serve."""
        if self._root is None:
            return
        try:
            built_at = (self._root / INDEX).stat().st_mtime_ns
            if built_at != self._built_at:
                self._files = _read_files(self._root)
                self._built_at = built_at
        except FileNotFoundError:
            return


def _read_files(root: Path) -> dict[str, WebFile]:
    files = [path for path in root.rglob("*") if path.suffix in MEDIA_TYPES]
    return {path.relative_to(root).as_posix(): _read_file(root, path) for path in files}


def _read_file(root: Path, path: Path) -> WebFile:
    plain = path.read_bytes()
    hashed = path.relative_to(root).as_posix().startswith(HASHED)
    beside = {name: path.with_name(path.name + ending) for name, ending in ENCODINGS.items()}
    return WebFile(
        media_type=MEDIA_TYPES[path.suffix],
        cache_control="public, max-age=31536000, immutable" if hashed else "no-cache",
        # Weak, because the same stands for every encoding.
        etag=f'W/"{hashlib.sha256(plain).hexdigest()[:32]}"',
        plain=plain,
        compressed={name: file.read_bytes() for name, file in beside.items() if file.exists()},
    )


def _encodings_of(accepted: str) -> set[str]:
    """Read the encodings a browser takes; what it gives a quality of 0, it does not take."""
    taken = set()
    for each in accepted.lower().split(","):
        name, _, quality = each.partition(";")
        if quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            taken.add(name.strip())
    return taken
