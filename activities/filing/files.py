"""What a file that carries a catalogue is read into, whatever its form: rows of the same named fields. Pure.

A row that cannot be read stands among the others, with all that is the matter, and keeps none after it from being read.
Nothing is lost silently: each line of a file that holds anything belongs to a row, and each row is taken or reported.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member
from typing import Any

from rules.pinned import Citation

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
    "sharing_class": ("共享类型", "共享属性"),
    "sharing_reason_zh": ("sharing_reason", "限制共享理由", "不予共享理由"),
    "sharing_reason_en": ("英文限制共享理由",),
    "sharing_basis_zh": ("sharing_basis", "限制共享依据", "不予共享依据"),
    "sharing_basis_en": ("英文限制共享依据",),
    "grade_zh": ("grade", "数据级别", "数据分级"),
    "grade_en": ("英文数据级别",),
    "supervision_zh": ("supervision", "监管措施"),
    "supervision_en": ("英文监管措施",),
    "update_frequency": ("frequency", "更新频率"),
}
"""Each column by its name, and what it may be headed by besides."""
BY_HEADING = {heading: name for name, others in HEADINGS.items() for heading in (name, *others)}
MARKS = "\ufeff\u200b\u2060"
"""What programs leave at the edges of a text, and nobody sees: byte order mark, zero width space, word joiner."""


class FileUnreadable(ValueError):
    """The file as a whole cannot be read: `rule` is why, `params` where and what."""

    def __init__(self, rule: str, **params: object) -> None:
        self.rule = rule
        self.params = params
        super().__init__(f"{rule} {params}")


@dataclass(frozen=True)
class Fault:
    """What is the matter with a row: the rule that it breaks, and where the law says so. `field` is the place in the
    row, as the file calls it."""

    rule: str
    field: str | None = None
    params: Mapping[str, object] = member(default_factory=dict)
    citation: Citation | None = None


@dataclass(frozen=True)
class Row:
    """One row, or one package, and the lines of the file that it takes, first and last, as an editor counts them.

    A row with faults has no fields. `name` is what the file calls it, where it does.
    """

    line: int
    last_line: int
    fields: Mapping[str, Any] = member(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    name: str | None = None


@dataclass(frozen=True)
class Sheet:
    """The rows of a file, and the columns that nobody knows and that are left alone."""

    rows: tuple[Row, ...]
    ignored_columns: tuple[str, ...] = ()


def column_headed(heading: str) -> str | None:
    """The column that a heading names, whatever its width and case; None for one that nobody knows."""
    return BY_HEADING.get(unicodedata.normalize("NFKC", tidied(heading)).lower())


def tidied(text: str) -> str:
    """A text as it is kept: composed (NFC), without blanks and marks around it."""
    tidy, before = unicodedata.normalize("NFC", text), None
    while tidy != before:
        tidy, before = tidy.strip().strip(MARKS), tidy
    return tidy
