"""docs/adding-a-city.md names every key that can be written of a city, every role, and what a citation looks like."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from rules.loading import load_pack
from rules.pack import Pack
from rules.pinned import APPLICANT, PARTY
from rules.sample_catalogue import SampleCatalogue
from rules.wrong_shapes import keys_of
from tests.five_cities import FIVE_CITIES

PAGE = (Path(__file__).parents[2] / "docs" / "adding-a-city.md").read_text(encoding="utf-8")
NAMED = frozenset(re.findall(r"[a-z][a-z_]*", " ".join(re.findall(r"`[^`\n]+`", PAGE))))


@pytest.mark.parametrize("file", [Pack, SampleCatalogue])
def test_every_key_is_named(file: type[BaseModel]) -> None:
    assert keys_of(file) - NAMED == set()


def test_every_role_of_a_shipped_city_is_named() -> None:
    roles = {role for city in FIVE_CITIES for role in load_pack(city).bodies}
    assert (roles | {APPLICANT, PARTY}) - NAMED == set()
