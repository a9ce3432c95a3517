"""What happened, a line each in a file, so that a sandbox that starts again finds its world as it left it."""

from pathlib import Path
from typing import Generic, TypeVar

import msgspec

Change = TypeVar("Change")


class Journal(Generic[Change]):
    """A file of changes, or none where `path` is None.

    Its first line, `about`, says which beginning the changes build on: what another beginning wrote is set
    aside beside it, not read.
    """

    def __init__(self, path: str | None, *, about: str, decoder: "msgspec.json.Decoder[Change]") -> None:
        self._path = Path(path) if path else None
        self._about = f"{about}\n".encode()
        self._decoder = decoder

    def read(self) -> list[Change]:
        """All that was written since the beginning. Raises `msgspec.MsgspecError` when a line is not ours."""
        if self._path is None or not self._path.exists():
            return []
        about, *lines = self._path.read_bytes().splitlines(keepends=True) or [b""]
        if about != self._about:
            self._path.rename(f"{self._path}.old")
            return []
        if lines and not lines[-1].endswith(b"\n"):
            # A kill in the middle of a write leaves half a line: it never happened.
            self._path.write_bytes(about + b"".join(lines[:-1]))
            lines.pop()
        return [self._decoder.decode(line) for line in lines]

    def write(self, change: Change) -> None:
        """Add a change. It is with the operating system when this returns, so a killed process loses none."""
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(change) + b"\n")

    def restart(self) -> None:
        """Forget everything and begin again."""
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_bytes(self._about)
