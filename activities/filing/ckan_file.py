"""A catalogue as the answer of CKAN's `package_search`: each package is read by itself and validated here. Pure.

Where the packages lie in the text is found without reading them, so that one of them, however odd, is the problem of
itself alone: too deep, numbers that are none, a key that is named twice, anything that has not the form below.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from activities.filing.encoding import Lines
from activities.filing.files import Fault, FileUnreadable, Row, Sheet, column_headed, tidied

DEEPEST = 50
"""Lists and objects within one another, in one package."""
MOST_FAULTS = 20
"""Faults that are reported for one package."""
BLANK = re.compile(r"[ \t\r\n]*+")
STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.S)
SCALAR = re.compile(r'[^\s,:"\[\]{}]++')
MARK = re.compile(r'"(?:[^"\\]++|\\.)*+"|["\[\]{}]', re.S)
"""A whole string, or a sign that opens or closes something."""
CLOSING = {"[": "]", "{": "}"}


class Foreign(BaseModel):
    """What others have written: types are not guessed, and what nobody asks for is not looked at."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


def whole(text: str) -> str:
    """The text, unless it has halves of characters: JSON can name them, and nobody can write them."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PydanticCustomError("string_unicode", "Is not valid text") from error
    return text


Text = Annotated[str, AfterValidator(whole)]


class Organization(Foreign):
    name: Text | None = None


class Group(Foreign):
    title: Text | None = None
    name: Text | None = None


class FieldOfSchema(Foreign):
    name: Text
    title: Text | None = None
    type: Text | None = None


class TableSchema(Foreign):
    fields_: list[FieldOfSchema] = Field(default=[], alias="fields")


class Resource(Foreign):
    format: Text | None = None
    table_schema: Annotated[TableSchema | None, BeforeValidator(lambda given: given if is_object(given) else None)] = (
        Field(default=None, alias="schema")
    )
    """Some catalogues keep an address or a text here; that is no schema, and no fault."""


class Extra(Foreign):
    key: str
    value: object = None


class Package(Foreign):
    """What is read of a package, as CKAN has it."""

    id: Text | None = None
    name: Text | None = None
    title: Text | None = None
    notes: Text | None = None
    organization: Organization | None = None
    groups: list[Group] | None = None
    resources: list[Resource] | None = None
    extras: list[Extra] | None = None
    frequency: Text | None = None
    accrual_periodicity: Text | None = None
    isopen: bool | None = None


class PackageOdd(ValueError):
    """The text of a package is no JSON that says one thing."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.rule)


def read_ckan(text: str, most: int | None = None) -> Sheet:
    """The packages of an answer, or of its `result` alone, the first `most` of them where that is given. Raises
    FileUnreadable where there is no list of them."""
    lines = Lines(text)
    return Sheet(
        tuple(
            _row_of(text[start:end], lines.number_at(start), lines.number_at(end - 1))
            for start, end in islice(_packages_in(text), most)
        )
    )


def is_object(given: object) -> bool:
    return isinstance(given, dict)


def _row_of(text: str, line: int, last_line: int) -> Row:
    name: str | None = None
    try:
        read = _package(text)
        name = _name_of(read)
        return Row(line, last_line, _fields_of(Package.model_validate(read)), name=name)
    except PackageOdd as odd:
        faults: tuple[Fault, ...] = (odd.fault,)
    except ValidationError as error:
        faults = tuple(
            Fault(each["type"], _place(each["loc"]), {**each.get("ctx", {}), "message": each["msg"]})
            for each in error.errors(include_url=False, include_input=False)[:MOST_FAULTS]
        )
    return Row(line, last_line, faults=faults, name=name)


def _place(path: tuple[int | str, ...]) -> str | None:
    """The place of a fault in a package; None where it is the package itself."""
    return ".".join(str(part) for part in path) or None


def _name_of(read: object) -> str | None:
    """What a package is called, however odd the rest of it is."""
    names = (read.get(key) for key in ("name", "title", "id")) if isinstance(read, dict) else ()
    return next((tidied(_sayable(name))[:100] for name in names if isinstance(name, str) and tidied(name)), None)


def _sayable(text: str) -> str:
    """The text without halves of characters, which JSON can name and nobody can write."""
    return text.encode("utf-8", "replace").decode()


def _package(text: str) -> object:
    """The value of a text. Raises PackageOdd."""
    depth = 0
    for mark in MARK.finditer(text):
        depth += (mark[0] in "[{") - (mark[0] in "]}")
        if depth > DEEPEST:
            raise PackageOdd(Fault("json_too_deep", params={"most": DEEPEST}))
    try:
        # Numbers are nothing that a package is read for, and a whole one may have any length.
        return json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number, parse_int=float)
    except PackageOdd:
        raise
    except ValueError as error:
        raise PackageOdd(Fault("package_broken")) from error


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise PackageOdd(Fault("key_twice", _sayable(twice)[:100]))
    return found


def _no_number(written: str) -> NoReturn:
    raise PackageOdd(Fault("no_number", params={"given": written}))


def _fields_of(package: Package) -> dict[str, Any]:
    """What a package says, under the names of our columns. Its extras may bear the names or headings of any column.
    Raises PackageOdd."""
    group = package.groups[0] if package.groups else None
    resources = package.resources or []
    schemas = [each.table_schema for each in resources if each.table_schema]
    said: dict[str, Any] = {
        "source_id": package.id or package.name,
        "title_zh": package.title,
        "abstract_zh": package.notes,
        "provider": package.organization.name if package.organization else None,
        "domain_zh": (group.title or group.name) if group else None,
        "formats": "; ".join(dict.fromkeys(each.format for each in resources if each.format)),
        "update_frequency": package.frequency or package.accrual_periodicity,
        # An open licence means that anybody may use the data; a field for openness itself goes before it.
        "openness": "unconditional" if package.isopen else None,
        "items": _items_of(schemas[0]) if schemas else None,
    }
    for number, extra in enumerate(package.extras or []):
        if name := column_headed(extra.key):
            said[name] = _text_of(extra.value, f"extras.{number}.value")
    tidy = {name: tidied(value) if isinstance(value, str) else value for name, value in said.items()}
    return {name: value for name, value in tidy.items() if value}


def _text_of(value: object, place: str) -> str | None:
    if not isinstance(value, str | None):
        raise PackageOdd(Fault("string_type", place))
    if value is not None and value != _sayable(value):
        raise PackageOdd(Fault("string_unicode", place))
    return value


def _items_of(schema: TableSchema) -> tuple[Mapping[str, object], ...]:
    """The fields of a table schema as data items."""
    names = [(each, each.title or each.name) for each in schema.fields_]
    return tuple({"item": each.name, "name": {"zh": name, "en": name}, "type": each.type or ""} for each, name in names)


def _packages_in(text: str) -> list[tuple[int, int]]:
    """Where each package of the answer begins and ends. Raises FileUnreadable."""
    start = _after_blank(text, 0)
    end = _end_of_value(text, start)
    if (behind := _after_blank(text, end)) != len(text):
        raise _broken(text, behind)
    answer = _members(text, start) if text[start] == "{" else {}
    result = answer.get("result", start)
    if result == start:
        results = answer.get("results")
    else:
        results = _members(text, result).get("results") if text[result] == "{" else None
    if results is None or text[results] != "[":
        raise FileUnreadable("no_results")
    return [(start, end) for _, start, end in _parts(text, results)]


def _members(text: str, start: int) -> dict[str, int]:
    """Where the value of each member of the object at `start` begins. Raises FileUnreadable."""
    found: dict[str, int] = {}
    for key, value, _ in _parts(text, start):
        if key in found:
            raise FileUnreadable("key_twice_in_answer", key=_sayable(key)[:100])
        found[key] = value
    return found


def _parts(text: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Each value in the list or object that begins at `start`: its key, empty in a list, its start and its end."""
    closing, position = CLOSING[text[start]], _after_blank(text, start + 1)
    if text[position] == closing:
        return
    while True:
        key = ""
        if closing == "}":
            named = STRING.match(text, position)
            colon = _after_blank(text, named.end()) if named else position
            if not named or text[colon : colon + 1] != ":":
                raise _broken(text, position)
            key, position = _string(text, named), _after_blank(text, colon + 1)
        end = _end_of_value(text, position)
        yield key, position, end
        position = _after_blank(text, end)
        if text[position] == closing:
            return
        if text[position] != ",":
            raise _broken(text, position)
        position = _after_blank(text, position + 1)


def _string(text: str, found: re.Match[str]) -> str:
    try:
        return str(json.loads(found[0]))
    except ValueError as error:
        raise _broken(text, found.start()) from error


def _end_of_value(text: str, start: int) -> int:
    """Behind the value that begins at `start`, of which only the brackets are looked at. Raises FileUnreadable."""
    if text[start : start + 1] not in CLOSING:
        simple = STRING.match(text, start) or SCALAR.match(text, start)
        if not simple:
            raise _broken(text, start)
        return simple.end()
    opened: list[str] = []
    for mark in MARK.finditer(text, start):
        if mark[0] in CLOSING:
            opened.append(CLOSING[mark[0]])
        elif mark[0] in "]}":
            if opened.pop() != mark[0]:
                raise _broken(text, mark.start())
            if not opened:
                return mark.end()
        elif mark[0] == '"':
            raise _broken(text, mark.start())
    raise _broken(text, len(text))


def _after_blank(text: str, position: int) -> int:
    blank = BLANK.match(text, position)
    return blank.end() if blank else position


def _broken(text: str, position: int) -> FileUnreadable:
    return FileUnreadable("json_broken", line=Lines(text).number_at(position))
