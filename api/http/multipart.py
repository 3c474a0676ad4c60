"""A body of several parts (multipart/form-data), read as it arrives: no part lies in memory or on disk whole."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

MEDIA_TYPE = b"multipart/form-data"


class PartsBroken(Exception):
    """The body is not what its Content-Type says, or ended before its last part did."""


@dataclass(frozen=True)
class Part:
    """The head of a part; its data is read before the next part is. `filename` is empty where it names none."""

    name: str
    filename: str


def name_of(written: bytes) -> str:
    """A name as who sent it wrote it: in UTF-8, or else in GB18030, as programs on Windows in China do."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            continue
    return written.decode(errors="replace")


@dataclass
class _Found:
    """What the parser has found and nobody has taken yet."""

    things: deque[Part | bytes | None] = field(default_factory=deque)
    """Heads of parts, data, and None where the body ends."""
    _name: bytes = b""
    _value: bytes = b""
    _disposition: bytes = b""

    def part_begins(self) -> None:
        self._disposition = b""

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_ends(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name = self._value = b""

    def headers_end(self) -> None:
        kind, options = parse_options_header(self._disposition)
        if kind != b"form-data" or b"name" not in options:
            raise PartsBroken
        self.things.append(Part(name_of(options[b"name"]), name_of(options.get(b"filename", b""))))

    def data(self, data: bytes, start: int, end: int) -> None:
        self.things.append(data[start:end])

    def body_ends(self) -> None:
        self.things.append(None)


class Parts:
    """The parts of a body, in their order. What it raises beside PartsBroken is raised by the source of the chunks."""

    def __init__(self, content_type: str, chunks: AsyncIterator[bytes]) -> None:
        """Raises PartsBroken if the Content-Type names no boundary."""
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise PartsBroken
        self._found = found = _Found()
        self._chunks = chunks
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": found.part_begins,
                    "on_header_field": found.header_name,
                    "on_header_value": found.header_value,
                    "on_header_end": found.header_ends,
                    "on_headers_finished": found.headers_end,
                    "on_part_data": found.data,
                    "on_end": found.body_ends,
                },
            )
        except FormParserError as fact:
            raise PartsBroken from fact

    async def next(self) -> Part | None:
        """The head of the next part, past whatever of the one before was not read; None at the end of the body."""
        while True:
            thing = await self._next_thing()
            if thing is None:
                return None
            self._found.things.popleft()
            if isinstance(thing, Part):
                return thing

    async def data(self) -> AsyncIterator[bytes]:
        """What the part holds whose head was taken last."""
        while isinstance(thing := await self._next_thing(), bytes):
            self._found.things.popleft()
            yield thing

    async def _next_thing(self) -> Part | bytes | None:
        """What comes next, which stays there."""
        while not self._found.things:
            try:
                chunk = await anext(self._chunks)
                self._parser.write(chunk)
            except (StopAsyncIteration, FormParserError) as fact:
                raise PartsBroken from fact
        return self._found.things[0]


def is_multipart(content_type: str) -> bool:
    return parse_options_header(content_type)[0] == MEDIA_TYPE
