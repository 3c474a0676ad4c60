"""YAML 1.2 read strictly: what a person wrote twice or wrote wrongly is refused with its place, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

KeyPath = tuple[str | int, ...]
Source = Path | Traversable | str
DEEPEST = 100
"""Levels. Nodes are put together in C, level by level on its stack, which a hostile file would exhaust."""


class YamlRefused(ValueError):
    """A YAML text that is not well formed, or ambiguous. `line` counts from 1; both it and `path` may be unknown."""

    def __init__(self, name: str, line: int | None, path: KeyPath, reason: str) -> None:
        self.name = name
        self.line = line
        self.path = path
        self.reason = reason
        place = name if line is None else f"{name}:{line}"
        super().__init__(f"{place}: {dotted(path)}: {reason}" if path else f"{place}: {reason}")


def dotted(path: KeyPath) -> str:
    """A key path as people write it: `procedures.objection.stages[2].body`."""
    text = ""
    for step in path:
        match step:
            case int():
                text += f"[{step}]"
            case _ if text:
                text += f".{step}"
            case _:
                text = step
    return text


def load(source: Source, name: str) -> Any:
    """The one document of a YAML text or file as plain dicts, lists and scalars; dates are dates, `no` is a string.

    `name` is how errors call the source. Raises `YamlRefused` for a malformed text, a key written twice, a key that is
    no scalar, a tag that plain YAML does not have, an impossible date, a second document, or one nested over
    `DEEPEST` levels.
    """
    text = _text(source, name)
    try:
        _measured(text)
        return yaml.load(text, _Strict)  # noqa: S506 - it is a safe loader
    except _Refused as refused:
        raise YamlRefused(name, refused.line, refused.path, refused.reason) from None
    except YAMLError as error:
        raise _refused(name, text, error) from error


def composed(text: str) -> Node | None:
    """The nodes of a well-formed text, with the places where they stand; `None` where it is empty.

    Raises `YAMLError` for a malformed text or one nested too deeply. A key written twice is in it twice.
    """
    _measured(text)
    node: Node | None = yaml.compose(text, _Strict)
    return node


def top_level_scalar(source: Source, name: str, key: str) -> str | None:
    """The text of one scalar at the top of a mapping, without reading further than to it; `None` where it is absent.

    Raises `YamlRefused` for a text that is malformed before that place.
    """
    text = _text(source, name)
    depth = 0
    pending: str | None = None
    try:
        for event in yaml.parse(text, _Strict):
            if isinstance(event, (CollectionStartEvent, AliasEvent)):
                pending = None
            if isinstance(event, CollectionStartEvent):
                depth += 1
            elif isinstance(event, CollectionEndEvent):
                depth -= 1
            elif isinstance(event, ScalarEvent) and depth == 1:
                if pending == key:
                    return str(event.value)
                pending = event.value if pending is None else None
    except YAMLError as error:
        raise _refused(name, text, error) from error
    return None


class _Refused(Exception):
    def __init__(self, line: int, path: KeyPath, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.path = path
        self.reason = reason


def _measured(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, _Strict):
        if isinstance(event, CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise YAMLError("is nested too deeply")
        elif isinstance(event, CollectionEndEvent):
            depth -= 1


_OF_SCALARS = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
    "merge": (r"<<", "<"),
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "timestamp": (
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
        r"(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)?",
        "0123456789",
    ),
}
"""What a plain scalar may be and how it begins, by the core schema of YAML 1.2, and dates and `<<`: `no`, `12:30` and
`1_000` are texts."""


class _Strict(yaml.CSafeLoader):  # in C, since each process reads every pack
    def construct_document(self, node: Node) -> Any:
        written: dict[KeyPath, int] = {}
        self._paths: dict[int, KeyPath] = {}
        for path, place, value in _places(node):
            line = place.start_mark.line + 1
            if path in written:
                raise _Refused(line, path, f"the key is written twice, first in line {written[path]}")
            written[path] = line
            self._paths[id(value)] = path
        return super().construct_document(node)

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, OverflowError) as error:
            path = self._paths.get(id(node), ())
            raise _Refused(node.start_mark.line + 1, path, f"{node.value!r} is impossible: {error}") from error


def _whole_number(_: _Strict, node: ScalarNode) -> int:
    """Decimal with leading zeros too; octal only as `0o17`."""
    written = str(node.value)
    return int(written, 0) if written.startswith(("0o", "0x")) else int(written)


_Strict.add_constructor("tag:yaml.org,2002:int", _whole_number)
_Strict.yaml_implicit_resolvers = {}  # what plain scalars are by YAML 1.1
for _kind, (_form, _beginnings) in _OF_SCALARS.items():
    _Strict.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"^(?:{_form})$"), list(_beginnings))


def _places(root: Node) -> Iterator[tuple[KeyPath, Node, Node]]:
    """Each key or list item: its path, the node that marks its place, and the node of its value."""
    seen: set[int] = set()
    waiting: list[tuple[KeyPath, Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:  # reached before through an alias, which may even lead back to itself
            continue
        seen.add(id(node))
        children: list[tuple[KeyPath, Node, Node]] = []
        if isinstance(node, MappingNode):
            for key, value in node.value:
                if not isinstance(key, ScalarNode):
                    raise _Refused(key.start_mark.line + 1, path, "a key must be a scalar")
                children.append(((*path, str(key.value)), key, value))
        elif isinstance(node, SequenceNode):
            children = [((*path, position), item, item) for position, item in enumerate(node.value)]
        yield from children
        waiting += [(child, value) for child, _, value in reversed(children)]


def _text(source: Source, name: str) -> str:
    if isinstance(source, str):
        return source
    try:
        return source.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise YamlRefused(name, None, (), "is not UTF-8") from error


def _refused(name: str, text: str, error: YAMLError) -> YamlRefused:
    if not isinstance(error, MarkedYAMLError):
        return YamlRefused(name, None, (), str(error))
    reason = " ".join(part for part in (error.context, error.problem) if part)
    mark = error.problem_mark or error.context_mark
    last = max(1, len(text.splitlines()))  # a text that ends too early is found wanting in the line after its last
    return YamlRefused(name, None if mark is None else min(mark.line + 1, last), (), reason)
