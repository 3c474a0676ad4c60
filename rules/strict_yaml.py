"""YAML 1.2 read strictly: what a person wrote twice or wrote wrongly is refused with its place, never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

KeyPath = tuple[str | int, ...]
Source = Path | Traversable | str


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
    no scalar, a tag that plain YAML does not have, an impossible date, or a second document.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _StrictConstructor
    try:
        return yaml.load(_text(source))
    except _Refused as refused:
        raise YamlRefused(name, refused.line, refused.path, refused.reason) from None
    except (YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(name, error) from error


def top_level_scalar(source: Source, name: str, key: str) -> str | None:
    """The text of one scalar at the top of a mapping, without reading further than to it; `None` where it is absent.

    Raises `YamlRefused` for a text that is malformed before that place.
    """
    depth = 0
    pending: str | None = None
    try:
        for event in YAML(typ="safe", pure=True).parse(_text(source)):
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
    except (YAMLError, UnicodeDecodeError) as error:
        raise _refused(name, error) from error
    return None


class _Refused(Exception):
    def __init__(self, line: int, path: KeyPath, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.path = path
        self.reason = reason


class _StrictConstructor(SafeConstructor):
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


def _text(source: Source) -> str:
    return source if isinstance(source, str) else source.read_text(encoding="utf-8")


def _refused(name: str, error: YAMLError | UnicodeDecodeError | RecursionError) -> YamlRefused:
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        reason = " ".join(part for part in (error.context, error.problem) if part)
        return YamlRefused(name, None if mark is None else mark.line + 1, (), reason)
    if isinstance(error, UnicodeDecodeError):
        return YamlRefused(name, None, (), "is not UTF-8")
    if isinstance(error, RecursionError):
        return YamlRefused(name, None, (), "is nested too deeply")
    return YamlRefused(name, None, (), str(error))
