"""Texts that a provider keeps as HTML, as plain text: what people read, line by line."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {"address", "blockquote", "br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"li", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)
_UNSEEN = frozenset({"script", "style", "head", "title"})
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")
_LINES = re.compile(r" ?\n[ \n]*")


def plain_text(markup: str | None) -> str | None:
    """The words of a text in HTML, a line for each block; what is no HTML comes back as it is, but for its spaces."""
    if not markup:
        return None
    reader = _Reader()
    reader.feed(markup.replace("\0", ""))
    reader.close()
    return _LINES.sub("\n", _SPACES.sub(" ", "".join(reader.words))).strip() or None


class _Reader(HTMLParser):
    """Gathers what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a line; what is not shown counts down to its end."""
        if tag in _UNSEEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        if tag in _UNSEEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        """The words themselves."""
        if not self._hidden:
            self.words.append(data)
