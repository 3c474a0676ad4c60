"""Templates: strict about what they name, quick to render, and the same shell around every page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pages import dates, forgery
from pages.addresses import in_language, without_language
from pages.browsers import browser_in_words
from pages.shell import shell_of
from pages.static import Statics
from pages.wording import Words
from reading.words.language import Language

if TYPE_CHECKING:
    from pages.calls import Call


class Templates:
    """Every template of the pages, in both languages."""

    def __init__(self, statics: Statics) -> None:
        self._statics = statics
        self._environments = {language: self._environment(language) for language in ("zh", "en")}

    def render(self, call: Call, template: str, facts: Mapping[str, Any]) -> str:
        """The page. Raises UndefinedError for a name in a template that has no value."""
        other: Language = "en" if call.language == "zh" else "zh"
        return self.html(
            call.language,
            template,
            {
                "call": call,
                "shell": shell_of(call),
                "path": call.path,
                "forgery_field": forgery.FIELD,
                "forgery_key": call.session.forgery_key if call.session else "",
                "in_the_other_language": in_language(without_language(call.request), other),
                "other_language": other,
                "here": without_language(call.request),
                **facts,
            },
        )

    def html(self, language: Language, template: str, facts: Mapping[str, Any]) -> str:
        """As `render`, with no call behind it."""
        return self._environments[language].get_template(template).render(facts)

    def _environment(self, language: Language) -> Environment:
        made = Environment(
            loader=PackageLoader("pages"),
            undefined=StrictUndefined,
            autoescape=select_autoescape(default=True, default_for_string=True),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        made.globals |= {"t": Words(language), "language": language, "static": self._statics.address}
        made.filters |= {
            "say": partial(_say, language=language),
            "day": partial(_day, language=language),
            "short_day": partial(_short_day, language=language),
            "moment": partial(dates.moment_in_words, language=language),
            "period": partial(dates.period_in_words, language=language),
            "duration": partial(_length, language=language),
            "month": partial(dates.month_in_words, language=language),
            "weekday": partial(dates.weekday_in_words, language=language),
            "weekday_short": partial(dates.weekday_in_short, language=language),
            "browser": browser_in_words,
        }
        return made


class InTwoLanguages(Protocol):
    """A text that is there in both languages."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


def _say(label: InTwoLanguages | Mapping[str, str], *, language: Language) -> str:
    if isinstance(label, Mapping):  # as a table has it
        return label[language]
    return label.zh if language == "zh" else label.en


def _day(on: date | datetime, *, language: Language) -> str:
    return dates.day_in_words(on, language)


def _short_day(on: date | datetime, *, language: Language) -> str:
    return dates.short_day(on, language)


def _length(length: timedelta, *, language: Language) -> str:
    return dates.length_in_words(length, language)
