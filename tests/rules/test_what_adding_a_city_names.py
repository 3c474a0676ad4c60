"""docs/adding-a-city.md names every key that can be written of a city, every role, and what a citation looks like."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from rules.fields import ENTRY
from rules.loading import load_pack
from rules.pack import CountiesTerms, FiledWithinTerms, GrantTerms, Pack, Procedure, SightTerms
from rules.pinned import APPLICANT, PARTY
from rules.procedure_names import described_by_packs
from rules.sample_catalogue import SampleCatalogue
from rules.service_terms import (
    DeclarationTerms,
    FeedbackTerms,
    InChargeTerms,
    KeepingTerms,
    MaintenanceTerms,
    RatingTerms,
    ReminderTerms,
)
from rules.stops import StopTerms
from rules.vocabulary import DECISION_FIELDS, FILING_FIELDS, FOUND_AT_RECEIPT, QUESTIONS, REPORTED
from rules.wrong_shapes import keys_of, shapes_in
from tests.five_cities import FIVE_CITIES

PAGE = (Path(__file__).parents[2] / "docs" / "adding-a-city.md").read_text(encoding="utf-8")
IN_BACKTICKS = re.compile(r"`[^`\n]+`")
ROWS = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE))
"""What a row of a table is about to what stands beside it."""
SHAPES: dict[str, type[BaseModel]] = {
    "the head": Pack,
    "a procedure": Procedure,
    "a kind of `declarations`": DeclarationTerms,
    "`sees_the_city`": SightTerms,
    "`in_charge`": InChargeTerms,
    "`counties`": CountiesTerms,
    "`maintenance`": MaintenanceTerms,
    "`reminders`": ReminderTerms,
    "`keeping`": KeepingTerms,
    "`rating`": RatingTerms,
    "`feedback`": FeedbackTerms,
    "`filed_within`": FiledWithinTerms,
    "`stops`": StopTerms,
    "`grant`": GrantTerms,
}
"""Rows that are about the whole of a shape."""
NAMED = frozenset(re.findall(r"[a-z][a-z_]*", " ".join(IN_BACKTICKS.findall(PAGE))))


@pytest.mark.parametrize("file", [Pack, SampleCatalogue])
def test_every_key_is_named(file: type[BaseModel]) -> None:
    assert keys_of(file) - NAMED == set()


@pytest.mark.parametrize("row", SHAPES)
def test_a_row_about_a_part_of_a_pack_names_each_of_its_keys(row: str) -> None:
    keys = {field.alias or name for name, field in SHAPES[row].model_fields.items()}
    assert keys - set(re.findall(r"[a-z][a-z_]*", " ".join(IN_BACKTICKS.findall(ROWS[row])))) == set()


def words_in(shape: object) -> frozenset[str]:
    """What can be written where only certain words can."""
    if get_origin(shape) is Literal:
        return frozenset(each for each in get_args(shape) if isinstance(each, str))
    return frozenset[str]().union(*map(words_in, get_args(shape)))


def test_the_page_names_every_value_procedure_and_field_that_a_pack_can_write() -> None:
    fields = (field.annotation for shape in shapes_in(Pack) for field in shape.model_fields.values())
    assert frozenset[str]().union(*map(words_in, fields)) - NAMED == set()
    assert described_by_packs() - NAMED == set()
    found = frozenset[str]().union(*FOUND_AT_RECEIPT.values())
    assert {*FILING_FIELDS, *DECISION_FIELDS, *REPORTED, *QUESTIONS, *ENTRY, *found} - NAMED == set()


def test_every_role_of_a_shipped_city_is_named() -> None:
    roles = {role for city in FIVE_CITIES for role in load_pack(city).bodies}
    assert (roles | {APPLICANT, PARTY}) - NAMED == set()
