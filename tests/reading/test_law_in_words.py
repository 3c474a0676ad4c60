"""The law of a case in words: the text in force, and every text that was in force beside it on the same day."""

from __future__ import annotations

from datetime import date

import pytest

from reading.words.language import Language
from reading.words.law import Law
from rules.resolving import resolve
from tests.seventh_city.test_seventh_city import PACK


@pytest.mark.parametrize(("language", "title"), [("zh", "中华人民共和国民法典"), ("en", "Civil Code of the People's")])
def test_the_regulation_shown_names_the_texts_in_force_beside_it(language: Language, title: str) -> None:
    shown = Law(resolve(PACK, "access_request", date(2026, 11, 29)), language).regulation()
    beside, _ = shown.beside
    assert (shown.source, beside.source, beside.document) == ("measures", "civil_code", "主席令第四十五号")
    assert title in beside.title


def test_a_city_of_one_text_names_none_beside_it() -> None:
    alone = PACK.model_copy(update={"beside": ()})
    assert Law(resolve(alone, "access_request", date(2026, 11, 29)), "en").regulation().beside == []
