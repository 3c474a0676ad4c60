"""Headers of answers that are saved as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.http.language import headers
from reading.words.language import Language

PRIVATE: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def feed_headers(name: str, ending: str, language: Language) -> dict[str, str]:
    """Of what a program fetches again and again: kept by it alone, and never used without asking whether it changed."""
    return {**file_headers(name, ending, language), "Cache-Control": "private, no-cache"}


def file_headers(name: str, ending: str, language: Language) -> dict[str, str]:
    stored = f'attachment; filename="kaifang-{name}.{ending}"'
    return {**headers(language), **PRIVATE, "Vary": "Accept, Accept-Language", "Content-Disposition": stored}


AS_TABLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "With `Accept: text/csv` all of it"}
}
