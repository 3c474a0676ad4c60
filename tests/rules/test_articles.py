"""The articles of each regulation, counted from its text, beside the register of duties.

A file of `articles/` has every part of a text that says something of its own, cited as a person would cite it, with the
rows of the register that stand for it, or with the word for why no row does.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter

from rules import strict_yaml
from rules.authored import ARTICLE
from rules.duties import read_register

ARTICLES = Path(__file__).parent / "articles"
LAST = {"nanning": 39, "yulin": 39, "guangzhou": 37, "lianyungang": 43, "nanjing": 42}
"""The number of the last article of each text."""


class Without(StrEnum):
    """Why a part of a text has no row: it orders nobody to do anything in particular."""

    PURPOSE = "purpose"
    DEFINITION = "definition"
    SCOPE = "scope"
    """Which bodies, data or acts the text is about, or which other law goes first."""
    PRINCIPLE = "principle"
    """How all the rest is to be done."""
    PROMOTION = "promotion"
    """It encourages, supports or promises, and leaves what to do to whoever does it."""
    MEANS = "means"
    """Money, staff and organisation that bodies are to have."""
    LIABILITY = "liability"
    """What follows a breach under other law."""
    IN_FORCE = "in_force"


Parts = dict[Annotated[str, Field(pattern=rf"^{ARTICLE}$")], Annotated[tuple[str, ...], Field(min_length=1)] | Without]


def counted(city: str) -> Parts:
    name = f"{city}.yaml"
    return TypeAdapter(Parts).validate_python(strict_yaml.load((ARTICLES / name).read_text(encoding="utf-8"), name))


def number(article: str) -> int:
    return int(re.split(r"[.(]", article)[0])


CITIES = sorted(each.stem for each in ARTICLES.glob("*.yaml"))


def test_each_of_the_five_texts_is_counted() -> None:
    assert sorted(LAST) == CITIES


@pytest.mark.parametrize("city", CITIES)
def test_no_article_of_a_text_is_left_out(city: str) -> None:
    found = [article for article, _ in groupby(number(part) for part in counted(city))]
    assert found == list(range(1, LAST[city] + 1))


@pytest.mark.parametrize("city", CITIES)
def test_each_part_of_a_text_has_rows_that_cite_its_article(city: str) -> None:
    rows = {row.id: row for row in read_register()[city]}
    for part, named in counted(city).items():
        for each in named if isinstance(named, tuple) else ():
            assert each in rows, f"{part}: there is no {each}"
            assert number(rows[each].article) == number(part), f"{part}: {each} is a row of {rows[each].article}"


@pytest.mark.parametrize("city", CITIES)
def test_each_duty_of_the_register_stands_for_a_part_of_its_text(city: str) -> None:
    named = {each for rows in counted(city).values() if isinstance(rows, tuple) for each in rows}
    assert {row.id for row in read_register()[city]} == named
