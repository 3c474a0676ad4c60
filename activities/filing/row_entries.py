"""What a row of a file states of an entry, in the shape in which the catalogue writes it; or why it has not that shape.

Pure: whether the entry may be drafted is asked in `activities.filing.row_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from activities.filing.files import Fault, Row
from rules.bounds import MOST_FORMATS, MOST_ITEMS, Heading, ItemCode, Something
from rules.sample_catalogue import IRREGULAR, REAL_TIME, DatasetId, Format, Frequency, ItemType, Openness

PROVIDER = "provider"
IN_BOTH_LANGUAGES = (
    *("title", "abstract", "domain", "conditions", "basis", "sharing_reason", "sharing_basis"),
    *("grade", "supervision"),
)

OPENNESS = {"无条件开放": "unconditional", "有条件开放": "conditional", "不予开放": "closed", "非开放": "closed"}
SHARING = {"无条件共享": "unconditional", "有条件共享": "conditional", "不予共享": "none"}
FREQUENCIES = {
    **dict.fromkeys(("每小时", "小时", "hourly"), "PT1H"),
    **dict.fromkeys(("每日", "每天", "日", "天", "daily"), "P1D"),
    **dict.fromkeys(("每周", "周", "weekly"), "P1W"),
    **dict.fromkeys(("每月", "月", "monthly"), "P1M"),
    **dict.fromkeys(("每季度", "每季", "季度", "季", "quarterly"), "P3M"),
    **dict.fromkeys(("每半年", "半年", "annual_2", "semiannual"), "P6M"),
    **dict.fromkeys(("每年", "年", "annual", "annually", "yearly"), "P1Y"),
    **dict.fromkeys(("实时", "实时更新", "realtime", "real-time", "continuous", "cont", "update_cont"), REAL_TIME),
    **dict.fromkeys(("不定期", "不定期更新", "按需", "irreg", "as_needed"), IRREGULAR),
}
"""Words for a frequency. What names none is refused: nothing could be called stale by it."""


class Bilingual(BaseModel):
    """A text in both languages; one that the file has in Chinese alone stands for both until somebody translates it."""

    model_config = ConfigDict(frozen=True)
    zh: Something
    en: Something


class Headline(BaseModel):
    """As `Bilingual`, of one line."""

    model_config = ConfigDict(frozen=True)
    zh: Heading
    en: Heading


class ImportedItem(BaseModel):
    model_config = ConfigDict(frozen=True)
    item: ItemCode
    name: Headline
    type: ItemType


class ImportedEntry(BaseModel):
    """What a row states of an entry, as the catalogue writes it."""

    model_config = ConfigDict(frozen=True)
    dataset_id: DatasetId | None = None
    source_id: Something | None = None
    """By which the catalogue that it comes from knows it, whatever it is called there today."""
    provider: Heading
    title: Headline
    abstract: Bilingual | None = None
    domain: Headline | None = None
    items: Annotated[tuple[ImportedItem, ...], Field(min_length=1, max_length=MOST_ITEMS)] | None = None
    formats: Annotated[tuple[Format, ...], Field(min_length=1, max_length=MOST_FORMATS)] | None = None
    openness: Openness
    conditions: Bilingual | None = None
    basis: Bilingual | None = None
    sharing_class: Literal["unconditional", "conditional", "none"] | None = None
    sharing_reason: Bilingual | None = None
    sharing_basis: Bilingual | None = None
    grade: Headline | None = None
    supervision: Bilingual | None = None
    update_frequency: Frequency | None = None

    def draft(self) -> dict[str, Any]:
        """The draft of the entry."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"dataset_id", "source_id", PROVIDER})


def entry_of(row: Row, provider: str | None = None) -> ImportedEntry | list[Fault]:
    """What a row states, if it has the form of an entry; else every reason why it has not. A row that names no
    provider is that provider's, where there is one."""
    if row.faults:
        return list(row.faults)
    its_own = {PROVIDER: provider} if provider else {}
    try:
        return ImportedEntry.model_validate(its_own | entry_fields(row.fields))
    except ValidationError as error:
        # One fault is reported for a list: that it is too short because a part is invalid adds nothing.
        found: dict[str, Fault] = {}
        for each in error.errors(include_url=False):
            column = column_of(each["loc"])
            params = {**each.get("ctx", {}), "message": each["msg"]}
            found.setdefault(column, Fault(each["type"], column, params))
        return list(found.values())


def entry_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row in the shape of an entry, not judged yet."""
    found: dict[str, Any] = {name: fields[name] for name in ("dataset_id", "source_id", PROVIDER) if name in fields}
    for name in IN_BOTH_LANGUAGES:
        zh, en = fields.get(f"{name}_zh"), fields.get(f"{name}_en")
        if zh or en:
            found[name] = {"zh": zh, "en": en or zh}
    if openness := fields.get("openness"):
        found["openness"] = OPENNESS.get(openness, openness.lower())
    if sharing := fields.get("sharing_class"):
        found["sharing_class"] = SHARING.get(sharing, sharing.lower())
    if frequency := fields.get("update_frequency"):
        found["update_frequency"] = period_of(frequency)
    if formats := fields.get("formats"):
        found["formats"] = tuple(dict.fromkeys(each.lower() for each in re.split(r"[\s,;；，、/|]+", formats) if each))
    if items := fields.get("items"):
        found["items"] = items_of(items) if isinstance(items, str) else items
    return found


def period_of(frequency: str) -> str:
    """The period of a word, of an address in the EU's vocabulary or of a repeated interval; anything else as it is."""
    word = frequency.rsplit("/", 1)[-1].strip()
    return FREQUENCIES.get(word.lower(), word)


def items_of(cell: str) -> tuple[dict[str, Any], ...]:
    """The data items of a cell, one on each line or between semicolons."""
    return tuple(item_of(each) for each in re.split(r"[\n;；]+", cell) if each.strip())


def item_of(text: str) -> dict[str, Any]:
    """A data item from `code|name|type` or `code|name|English name|type`."""
    code, *names = (part.strip() for part in text.split("|"))
    kind = names.pop() if len(names) > 1 else ""
    zh = names[0] if names else ""
    en = names[1] if len(names) > 1 else zh
    return {"item": code, "name": {"zh": zh, "en": en}, "type": kind}


def column_of(place: tuple[int | str, ...]) -> str:
    """The column of a file that an entry's field comes from."""
    name = str(place[0])
    if name in IN_BOTH_LANGUAGES:
        return f"{name}_{place[1] if len(place) > 1 else 'zh'}"
    return name
