"""What a draft of a catalogue's entry states, and what it answers."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from api.acting.forms.form import Form, asks
from rules.bounds import MOST_FORMATS, MOST_ITEMS, Heading, ItemCode, Something
from rules.sample_catalogue import Format, Frequency, ItemType
from rules.vocabulary import ANSWERS


class Bilingual(Form):
    """A text that people read, in both languages."""

    zh: Something
    en: Something


class Headline(Form):
    """A text that people read in one line, in both languages."""

    zh: Heading
    en: Heading


class ItemDraft(Form):
    """A data item (数据项); `item` is the code by which filings, grants and restrictions name it."""

    item: ItemCode
    name: Headline
    type: ItemType
    note: Bilingual | None = None


class EntryDraft(Form):
    """What of an entry changes, at least one thing; what is left out stays as it was. `items` and `formats` are whole:
    one that is not named is dropped, and an item that is dropped the gate knows no more, whoever has a grant on it.
    """

    title: Headline | None = None
    abstract: Bilingual | None = None
    domain: Headline | None = None
    items: Annotated[tuple[ItemDraft, ...], Field(min_length=1, max_length=MOST_ITEMS)] | None = None
    formats: Annotated[tuple[Format, ...], Field(min_length=1, max_length=MOST_FORMATS)] | None = None
    conditions: Bilingual | None = None
    basis: Bilingual | None = None
    sharing_reason: Bilingual | None = None
    sharing_basis: Bilingual | None = None
    grade: Headline | None = None
    supervision: Bilingual | None = None
    update_frequency: (
        Annotated[Frequency, Field(description="ISO 8601 duration of one component (P1D, P3M), real_time or irregular")]
        | None
    ) = None

    @field_validator("items")
    @classmethod
    def _each_item_code_names_one_item(cls, items: tuple[ItemDraft, ...] | None) -> tuple[ItemDraft, ...] | None:
        twice = tuple(code for code, count in Counter(each.item for each in items or ()).items() if count > 1)
        if twice:
            raise PydanticCustomError("item_twice", "named more than once: {items}", {"items": ", ".join(twice)})
        return items

    @model_validator(mode="after")
    def _something_changes(self) -> Self:
        if not self.said():
            raise PydanticCustomError("nothing_stated", "nothing is stated")
        return self


@asks(ANSWERS)
class Answers(Form):
    """What a draft answers: the class that it proposes, and the questions by which the law tells the reviews that it
    needs. Which of them are asked, and which answers are known, the city's law says; whether a draft opens data wider
    or narrower than today is never asked, for the service knows it."""
