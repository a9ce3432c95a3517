"""A form with a file in it, taken apart as it arrives: the file is handed on piece by piece and never held whole."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection

import msgspec
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from servicekit.errors import BadRequest, Problem

FILE = "file"
MOST_PARTS = 16
MAX_FIELD_BYTES = 256_000


class FormRefused(BadRequest):
    """The form is none, or holds what is not asked for."""

    slug = "invalid-input"
    title = "Some of the input is not valid"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(None, errors=[{"field": field, "message": message}])


class FileTooLarge(Problem):
    """The file is larger than we take."""

    status = 413
    slug = "file-too-large"
    title = "The file is too large"


class Form(msgspec.Struct):
    """What came besides the file: its name, and the fields."""

    filename: str | None = None
    fields: dict[str, str] = {}


async def read_form(
    body: AsyncIterator[bytes],
    content_type: str,
    *,
    fields: Collection[str],
    at_most: int,
    take: Callable[[bytes], Awaitable[None]],
) -> Form:
    """Read a form that has one file and perhaps these fields; `take` is given the file as it comes.

    Raises `FormRefused` and `FileTooLarge`.
    """
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise FormRefused(FILE, "send a form (multipart/form-data) with the file in it")
    form, part = Form(), _Part(None)
    try:
        with PushMultipartParser(options["boundary"], max_segment_count=MOST_PARTS) as parser:
            async for chunk in body:
                for event in parser.parse(chunk) if chunk and not parser.closed else ():
                    if isinstance(event, MultipartSegment):
                        part = _begin(form, event, fields)
                    elif event is None:
                        part.end(form)
                    elif part.is_file:
                        await take(bytes(event))
                    else:
                        part.add(bytes(event))
    except MultipartError as error:
        raise FormRefused(FILE, f"the form cannot be read: {error}") from error
    except RequestEntityTooLarge as error:
        raise FileTooLarge(f"at most {at_most:,} bytes are taken") from error
    if form.filename is None:
        raise FormRefused(FILE, "there is no file in this form")
    return form


class _Part(msgspec.Struct):
    """A part of the form that is being read."""

    name: str | None
    content: bytes = b""

    @property
    def is_file(self) -> bool:
        return self.name == FILE

    def add(self, content: bytes) -> None:
        self.content += content
        if len(self.content) > MAX_FIELD_BYTES:
            raise FormRefused(str(self.name), f"it is longer than {MAX_FIELD_BYTES:,} bytes")

    def end(self, form: Form) -> None:
        if self.name is None or self.is_file:
            return
        try:
            form.fields[self.name] = self.content.decode()
        except UnicodeDecodeError:
            raise FormRefused(self.name, "it is not valid UTF-8") from None


def _begin(form: Form, segment: MultipartSegment, fields: Collection[str]) -> _Part:
    name = segment.name or ""
    if name == FILE:
        if form.filename is not None:
            raise FormRefused(FILE, "one file at a time")
        form.filename = segment.filename or ""
    elif name not in fields:
        raise FormRefused(name, f"there is no such field; there are {', '.join((FILE, *fields))}")
    elif name in form.fields:
        raise FormRefused(name, "it is given twice")
    return _Part(name)
