"""Files that carry a catalogue: CSV, and the JSON answer of CKAN's `package_search`. Pure; judges nothing of law.

Either becomes rows of the same named fields, each with its line in the file. A row that cannot be read stands among
them, with what is the matter, and keeps none after it from being read.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "dataset_id": ("数据集编号", "编号"),
    "provider": ("数据开放主体", "数据提供方", "提供方", "organization"),
    "title_zh": ("title", "数据集", "数据集名称", "名称", "标题"),
    "title_en": ("英文名称",),
    "abstract_zh": ("abstract", "description", "数据摘要", "摘要"),
    "abstract_en": ("英文摘要",),
    "domain_zh": ("domain", "theme", "数据领域", "领域"),
    "domain_en": ("英文领域",),
    "items": ("数据项",),
    "formats": ("format", "数据格式", "格式"),
    "openness": ("开放类型", "开放属性"),
    "conditions_zh": ("conditions", "开放条件"),
    "conditions_en": ("英文开放条件",),
    "basis_zh": ("basis", "依据", "法律依据"),
    "basis_en": ("英文依据",),
    "update_frequency": ("frequency", "更新频率"),
}
"""Each column by its name, and what it may be headed by besides."""
BY_HEADING = {heading: name for name, others in HEADINGS.items() for heading in (name, *others)}
LONGEST_CELL = 1_000_000
RESULTS = re.compile(r'"results"\s*:\s*(?=\[)')
BETWEEN = re.compile(r"[\s,]*")
DECODER = json.JSONDecoder()


class FileUnreadable(ValueError):
    """The file as a whole cannot be read; the message says why."""


@dataclass(frozen=True)
class Row:
    """One row, or one package, and the line on which it begins; `broken` names why it cannot be read."""

    line: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    broken: str | None = None


@dataclass(frozen=True)
class Sheet:
    """The rows of a file, and the columns that nobody knows and that are left alone."""

    rows: tuple[Row, ...]
    ignored_columns: tuple[str, ...] = ()


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark, or else in GB18030. Raises FileUnreadable."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileUnreadable("neither UTF-8 nor GB18030")


def read_csv(text: str) -> Sheet:
    """The rows under the headings of the first line. Raises FileUnreadable where there are no headings."""
    # The limit is one for the whole process, which others read CSV in too.
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        return _read_csv(csv.reader(io.StringIO(text, newline=""), strict=True))
    finally:
        csv.field_size_limit(before)


def _read_csv(reader: Any) -> Sheet:
    try:
        headings = [heading.strip() for heading in next(reader, [])]
    except csv.Error as error:
        raise FileUnreadable(str(error)) from error
    names = [BY_HEADING.get(heading.lower()) for heading in headings]
    known = [name for name in names if name]
    if not known:
        raise FileUnreadable("the first line names no column that is known")
    if len(known) != len(set(known)):
        raise FileUnreadable("two columns have the same meaning")
    rows = tuple(_csv_rows(reader, names))
    return Sheet(rows, tuple(h for h, name in zip(headings, names, strict=True) if h and not name))


def _csv_rows(reader: Any, names: list[str | None]) -> Iterator[Row]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(line, broken="row_broken")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names):
            yield Row(line, broken="too_many_cells")
            continue
        # A row may end before its columns do.
        yield Row(line, {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name and cell.strip()})


def read_ckan(text: str) -> Sheet:
    """The packages of an answer, or of its `result` alone. Raises FileUnreadable."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileUnreadable(str(error)) from error
    result = answer.get("result", answer) if isinstance(answer, dict) else None
    packages = result.get("results") if isinstance(result, dict) else None
    if not isinstance(packages, list):
        raise FileUnreadable("there is no list `results`")
    lines = _lines_of(text, packages)
    return Sheet(
        tuple(
            Row(line, _fields_of(package)) if isinstance(package, dict) else Row(line, broken="row_broken")
            for line, package in zip(lines, packages, strict=True)
        )
    )


def _lines_of(text: str, packages: list[Any]) -> list[int]:
    """The line on which each package begins."""
    for found in RESULTS.finditer(text):
        if DECODER.raw_decode(text, found.end())[0] == packages:
            position, lines = found.end() + 1, []
            for _ in packages:
                between = BETWEEN.match(text, position)
                assert between, "it matches nothing too"
                lines.append(text.count("\n", 0, between.end()) + 1)
                _, position = DECODER.raw_decode(text, between.end())
            return lines
    return [1] * len(packages)


def _fields_of(package: Mapping[str, Any]) -> dict[str, Any]:
    """What a package says, under the names of our columns. Its extras may bear the names or headings of any column."""
    resources = [each for each in package.get("resources") or () if isinstance(each, dict)]
    groups = [each for each in package.get("groups") or () if isinstance(each, dict)]
    organization = package.get("organization")
    said: dict[str, Any] = {
        "source_id": package.get("id") or package.get("name"),
        "title_zh": package.get("title"),
        "abstract_zh": package.get("notes"),
        "provider": organization.get("name") if isinstance(organization, dict) else None,
        "domain_zh": groups[0].get("title") or groups[0].get("name") if groups else None,
        "formats": "; ".join(dict.fromkeys(str(each["format"]) for each in resources if each.get("format"))),
        "update_frequency": package.get("frequency") or package.get("accrual_periodicity"),
        # An open licence says that anybody may use the data; what is said of openness itself goes before it.
        "openness": "unconditional" if package.get("isopen") is True else None,
        "items": next((_items_of(each["schema"]) for each in resources if isinstance(each.get("schema"), dict)), None),
    }
    for extra in package.get("extras") or ():
        name = BY_HEADING.get(str(extra.get("key", "")).strip().lower()) if isinstance(extra, dict) else None
        if name:
            said[name] = extra.get("value")
    return {
        name: str(value).strip()
        for name, value in said.items()
        if value is not None and not isinstance(value, dict | list) and str(value).strip()
    }


def _items_of(schema: Mapping[str, Any]) -> str | None:
    """The fields of a table schema, written as a cell of CSV would have them."""
    fields = [each for each in schema.get("fields") or () if isinstance(each, dict) and each.get("name")]
    return "\n".join(f"{each['name']}|{each.get('title') or each['name']}|{each.get('type', '')}" for each in fields)
