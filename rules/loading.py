"""Reads packs from YAML and refuses, with every reason at once, one by which a case could not be decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from yaml.error import YAMLError

from rules import strict_yaml
from rules.checking import Finding, Path, findings
from rules.pack import Pack
from rules.places import Places
from rules.wrong_shapes import FILL_IN, keys_of, left_blank, only_follows, wrong_shape

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
    return load_text(_text_of(city), city + _SUFFIX)


def load_file(path: FilePath) -> Pack:
    """The pack in a file. Raises `PackRefused` with every problem found, `OSError` if the file cannot be read."""
    return load_text(path.read_text(encoding="utf-8"), str(path))


def load_text(text: str, file: str) -> Pack:
    """The pack in a YAML text; `file` is named in problems. Raises `PackRefused` with every problem found."""
    try:
        written = strict_yaml.load(text, file)
    except strict_yaml.YamlRefused as refused:
        raise PackRefused(yaml_problems(file, text, refused)) from refused
    blanks = [Finding(path, "to_be_filled_in", what) for path, what in left_blank(written)]
    try:
        pack = Pack.model_validate(written)
    except ValidationError as error:
        wrong = [each for each in error.errors(include_url=False) if not _is_blank(each["input"])]
        raise PackRefused([*problems_of(file, text, blanks), *shape_problems(file, text, wrong, Pack)]) from error
    found = [*blanks, *_of_the_file(pack, FilePath(file).name), *findings(pack, _calendars())]
    if found:
        raise PackRefused(problems_of(file, text, found))
    return pack


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and value.startswith(FILL_IN)


def problems_of(file: str, text: str, found: Iterable[Finding]) -> list[PackProblem]:
    """What was found in a text, each with its line."""
    places = Places(text)
    return [_problem(file, places, each.path, each.rule, each.message) for each in found]


def skeleton(city: str, today: date) -> str:
    """The beginning of a city's pack: one procedure that can be walked, in which all that is to be filled in is
    marked."""
    text = (files("rules") / "skeleton.yaml").read_text(encoding="utf-8")
    return text.replace("CITY", city).replace("TODAY", today.isoformat())


def _of_the_file(pack: Pack, name: str) -> Iterator[Finding]:
    """The file is called as its city, and no other city begins its case numbers alike."""
    if name != pack.city + _SUFFIX:
        fact = f"the file is called {name} and describes {pack.city}: call it {pack.city}{_SUFFIX}, or change city"
        yield Finding(("city",), "misnamed_file", fact)
    for city, code in _codes().items():
        if code == pack.code and city != pack.city:
            yield Finding(("code",), "code_in_use", f"the case numbers of {city} begin with {code} already")


@cache
def _codes() -> Mapping[str, str | None]:
    """Each city that has a pack to the letters with which its case numbers begin."""
    return {city: strict_yaml.top_level_scalar(_text_of(city), city + _SUFFIX, "code") for city in cities()}


def _text_of(city: str) -> str:
    return (_folder("packs") / (city + _SUFFIX)).read_text(encoding="utf-8")


def _problem(file: str, places: Places, path: Path, rule: str, message: str) -> PackProblem:
    return PackProblem(file, strict_yaml.dotted(path), rule, message, places.line(path))


def yaml_problems(file: str, text: str, refused: strict_yaml.YamlRefused) -> list[PackProblem]:
    """Why a text cannot be read at all."""
    try:
        places = Places(text)
    except YAMLError:
        places = None
    if places and places.duplicates:
        return [_problem(file, places, p, "duplicate_key", f"{p[-1]} is written twice") for p in places.duplicates]
    return [PackProblem(file, strict_yaml.dotted(refused.path), "not_yaml", refused.reason, refused.line)]


def shape_problems(
    file: str, text: str, errors: Iterable[ErrorDetails], model: type[BaseModel]
) -> Iterator[PackProblem]:
    """Broken shapes of a file that is written in this shape, each under the name of the rule that it breaks."""
    places, keys = Places(text), keys_of(model)
    for each in errors:
        if only_follows(each):
            continue
        found = wrong_shape(each, places, keys)
        yield _problem(file, places, found.path, found.rule, found.fact)


@cache
def _calendars() -> Collection[str]:
    """The territories that have a calendar of working days."""
    scopes = strict_yaml.load(_folder("notices") / "scopes.yaml", "scopes.yaml")
    return frozenset(scope["scope"] for scope in scopes["scopes"])


def _folder(name: str) -> Traversable:
    return files("rules") / name
