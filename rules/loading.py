"""Reads packs from YAML and refuses, with every reason at once, one by which a case could not be decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from rules import strict_yaml
from rules.checking import Path, findings
from rules.pack import Pack

_SUFFIX = ".yaml"


@dataclass(frozen=True)
class PackProblem:
    """One reason to refuse a pack: where it is, which rule is broken, and the fact that breaks it."""

    file: str
    path: str
    rule: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.path or '(top)'}: {self.rule}: {self.message}"


class PackRefused(ValueError):
    """The file is no pack that could decide a case; `problems` names every reason."""

    def __init__(self, problems: list[PackProblem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class CityUnknown(LookupError):
    """There is no pack for this city."""

    def __init__(self, city: str) -> None:
        self.city = city
        super().__init__(f"no pack for {city}; there are {', '.join(cities())}")


def cities() -> list[str]:
    """The cities that have a pack, in alphabetical order."""
    return sorted(f.name.removesuffix(_SUFFIX) for f in _folder("packs").iterdir() if f.name.endswith(_SUFFIX))


@cache
def load_pack(city: str) -> Pack:
    """The city's pack, read once in a process. Raises `CityUnknown`, and `PackRefused` as `load_file` does."""
    if city not in cities():
        raise CityUnknown(city)
    file = city + _SUFFIX
    pack = load_text((_folder("packs") / file).read_text(encoding="utf-8"), file)
    if pack.city != city:
        raise PackRefused([PackProblem(file, "city", "misnamed_file", f"{file} describes {pack.city}")])
    return pack


def load_file(path: FilePath) -> Pack:
    """The pack in a file. Raises `PackRefused` with every problem found, `OSError` if the file cannot be read."""
    return load_text(path.read_text(encoding="utf-8"), str(path))


def load_text(text: str, file: str) -> Pack:
    """The pack in a YAML text; `file` is named in problems. Raises `PackRefused` with every problem found."""
    try:
        written = strict_yaml.load(text, file)
    except strict_yaml.YamlRefused as refused:
        raise PackRefused(_yaml_problems(file, text, refused)) from refused
    try:
        pack = Pack.model_validate(written)
    except ValidationError as error:
        index = _Index(text)
        raise PackRefused([_shape_problem(file, index, e) for e in error.errors(include_url=False)]) from error
    found = findings(pack, _calendars())
    if found:
        index = _Index(text)
        raise PackRefused([_problem(file, index, f.path, f.rule, f.message) for f in found])
    return pack


class _Index:
    """Where each path of a well-formed YAML text stands, and the keys that are given twice."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self.duplicates: list[Path] = []
        root = YAML(typ="safe", pure=True).compose(text)
        if root is not None:
            self._read(root, (), ())

    def _read(self, node: Node, path: Path, around: tuple[Node, ...]) -> None:
        if node in around:  # an alias that leads back to what it stands in
            return
        for key, place, child in _entries(node):
            here = (*path, key)
            if here in self.lines:
                self.duplicates.append(here)
            self.lines[here] = place.start_mark.line + 1
            self._read(child, here, (*around, node))

    def written(self, loc: Path) -> Path:
        """The path without the names of union members that pydantic puts into it and the file knows nothing of."""
        path: Path = ()
        for key in loc:
            path = (*path, key) if (*path, key) in self.lines else path
        return path

    def line(self, path: Path) -> int | None:
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


def _problem(file: str, index: _Index, path: Path, rule: str, message: str) -> PackProblem:
    return PackProblem(file, strict_yaml.dotted(path), rule, message, index.line(path))


def _yaml_problems(file: str, text: str, refused: strict_yaml.YamlRefused) -> list[PackProblem]:
    try:
        index = _Index(text)
    except YAMLError:
        index = None
    if index and index.duplicates:
        return [_problem(file, index, p, "duplicate_key", f"{p[-1]} is written twice") for p in index.duplicates]
    return [PackProblem(file, strict_yaml.dotted(refused.path), "not_yaml", refused.reason, refused.line)]


_RULES_OF_KEYS: Mapping[str, str] = {
    "cite": "uncited",
    "body": "no_responsible_body",
    "label": "missing_label",
    "zh": "missing_label",
    "en": "missing_label",
}
"""What it breaks to leave out a key, where that has a name of its own."""


def _shape_problem(file: str, index: _Index, error: ErrorDetails) -> PackProblem:
    """A broken shape, under the name of the rule that it breaks."""
    path = index.written(error["loc"])
    last = error["loc"][-1] if error["loc"] else ""
    kind = error["type"]
    if kind == "missing":
        return _problem(
            file, index, (*path, last), _RULES_OF_KEYS.get(str(last), "missing_key"), f"{last} is not given"
        )
    if kind == "extra_forbidden":
        return _problem(file, index, path, "unknown_key", f"{last} is no key here")
    rule = "wrong_value"
    if "period" in path and path[-1] != "period":
        rule = "period_syntax"
    if last == "cite":
        rule = "uncited" if error["input"] is None else "citation_syntax"
    return _problem(file, index, path, rule, f"{error['msg']}; given: {error['input']!r}")


@cache
def _calendars() -> Collection[str]:
    """The territories that have a calendar of working days."""
    scopes = strict_yaml.load(_folder("notices") / "scopes.yaml", "scopes.yaml")
    return frozenset(scope["scope"] for scope in scopes["scopes"])


def _folder(name: str) -> Traversable:
    return files("rules") / name
