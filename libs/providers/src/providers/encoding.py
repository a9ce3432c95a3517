"""How the bytes of a file are text: watched while the file comes in, for its first lines do not always tell.

A file is kept as it came, but for UTF-16 and UTF-32, which become UTF-8 on the way: in all that is kept, a line ends
with the byte of a line's end.
"""

import codecs

from charset_normalizer import from_bytes

LOOK_BYTES = 4_096
SAMPLE_BYTES = 64_000
LONGEST_LINE_BYTES = 1_000_000

_WIDE_MARKS = (  # the longer ones first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LIKELIEST = "cp1252"
_OTHERS = (
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp932", "gb18030", "big5", "cp949", "koi8_r"),
)


class EncodingWatch:
    """Sees all bytes of a file, hands out those to keep, and at the end knows what they are."""

    def __init__(self) -> None:
        self._held = b""
        self._begun = False
        self._wide: codecs.IncrementalDecoder | None = None
        self._wide_name = ""
        self._line = b""
        self._sound = 0
        self._broken = 0
        self._sample = b""

    def take(self, chunk: bytes) -> bytes:
        """Return what to keep of a chunk, and perhaps of those before it."""
        self._held += chunk
        if not self._begun and len(self._held) < LOOK_BYTES:
            return b""
        return self._pass_on(last=False)

    def end(self) -> bytes:
        """Return what is left to keep."""
        kept = self._pass_on(last=True)
        self._weigh(b"\n")
        return kept

    @property
    def came_as(self) -> str:
        """The encoding the file came in, in the words people know."""
        return self._wide_name or self.encoding

    @property
    def encoding(self) -> str:
        """The encoding of what was kept, as Python calls it."""
        if self._wide or self._sound >= self._broken:
            return "utf-8"
        return _guess(self._sample)

    def _pass_on(self, *, last: bool) -> bytes:
        if not self._begun:
            self._begin()
        held, self._held = self._held, b""
        if self._wide is not None:
            # Half a surrogate becomes three bytes that are no UTF-8: its row is told as unreadable, and no other.
            held = self._wide.decode(held, last).encode("utf-8", "surrogatepass")
        self._weigh(held)
        return held

    def _begin(self) -> None:
        self._begun = True
        mark, name = next(((mark, name) for mark, name in _WIDE_MARKS if self._held.startswith(mark)), (b"", ""))
        self._wide_name = name or _without_mark(self._held[:LOOK_BYTES])
        if self._wide_name:
            self._held = self._held[len(mark) :]
            self._wide = codecs.getincrementaldecoder(self._wide_name)("surrogatepass")

    def _weigh(self, chunk: bytes) -> None:
        """Count the lines beyond ASCII that are UTF-8, and those that are not."""
        whole, end, rest = chunk.rpartition(b"\n")
        if not end and len(self._line) + len(rest) <= LONGEST_LINE_BYTES:
            self._line += rest
            return
        lines, self._line = self._line + whole + end, rest
        if lines.isascii():
            return
        for line in lines.split(b"\n"):
            if line.isascii():
                continue
            try:
                line.decode()
                self._sound += 1
            except UnicodeDecodeError:
                self._broken += 1
                if len(self._sample) < SAMPLE_BYTES:
                    self._sample += line + b"\n"


def _without_mark(head: bytes) -> str:
    """Tell UTF-16 that does not say so: every other byte of most text in it is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd * 10 > len(head) * 4 and even * 10 < odd:
        return "utf-16-le"
    if even * 10 > len(head) * 4 and odd * 10 < even:
        return "utf-16-be"
    return ""


def _guess(sample: bytes) -> str:
    """Name the old encoding that a sample reads best in; the western one where nothing speaks against it."""
    matches = list(from_bytes(sample, cp_isolation=[_LIKELIEST, *_OTHERS]))
    readable = [match for match in matches if match.chaos <= matches[0].chaos]
    if not matches or any(_LIKELIEST in match.could_be_from_charset for match in readable):
        return _LIKELIEST
    return matches[0].encoding
