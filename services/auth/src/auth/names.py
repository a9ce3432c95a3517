"""What people and workspaces may be called: nearly everything."""

import unicodedata
from typing import ClassVar

from servicekit.errors import BadRequest

MAX_CHARS = 100


class NameInvalid(BadRequest):
    """A name is empty or holds characters that nobody could see."""

    slug: ClassVar[str] = "name-invalid"
    title: ClassVar[str] = "This cannot be a name"


def tidy(text: str, *, field: str) -> str:
    """Trim a name and write its letters in one way. Raises `NameInvalid`."""
    name = unicodedata.normalize("NFC", text.strip())
    if not name:
        raise NameInvalid("a name has at least one letter", field=field)
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in name):
        raise NameInvalid("a name holds no control characters", field=field)
    return name
