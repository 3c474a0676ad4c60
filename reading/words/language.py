"""The two languages in which people read everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from rules.pinned import Label

Language = Literal["zh", "en"]


CONTENT_LANGUAGE: Mapping[Language, str] = {"zh": "zh-CN", "en": "en"}


def said(label: Label, language: Language) -> str:
    """The text in this language."""
    return label.zh if language == "zh" else label.en


def maybe(label: Label | None, language: Language) -> str | None:
    return None if label is None else said(label, language)
