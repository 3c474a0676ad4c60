"""Where each thing of a YAML text stands, by its path."""

from __future__ import annotations

from collections.abc import Iterator

from yaml.nodes import MappingNode, Node, SequenceNode

from rules.strict_yaml import KeyPath, composed


class Places:
    """The line of each path of a well-formed YAML text, and the keys that are written twice.

    Raises what the parser raises where it is not well formed.
    """

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self.duplicates: list[KeyPath] = []
        root = composed(text)
        if root is not None:
            self._read(root, (), ())

    def _read(self, node: Node, path: KeyPath, around: tuple[Node, ...]) -> None:
        if node in around:  # an alias that leads back to what it stands in
            return
        for key, place, child in _entries(node):
            here = (*path, key)
            if here in self.lines:
                self.duplicates.append(here)
            self.lines[here] = place.start_mark.line + 1
            self._read(child, here, (*around, node))

    def written(self, loc: KeyPath) -> KeyPath:
        """The path without the names of union members that pydantic puts into it and the file knows nothing of."""
        path: KeyPath = ()
        for key in loc:
            path = (*path, key) if (*path, key) in self.lines else path
        return path

    def line(self, path: KeyPath) -> int | None:
        """The line of the path, or of the nearest thing around it that is written."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def _entries(node: Node) -> Iterator[tuple[str | int, Node, Node]]:
    """Key, place and value of everything in a mapping or list."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield str(key.value), key, value
    elif isinstance(node, SequenceNode):
        for position, item in enumerate(node.value):
            yield position, item, item
