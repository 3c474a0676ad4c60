"""The model of the agreement, as anybody reads it: each clause with its rule, each blank with what comes into it."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from reading.rules.model_agreement import OF_THE_CASE, ModelAgreementShown, model_agreement
from reading.words.language import Language
from rules import agreement
from rules.loading import load_pack
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import resolve

TODAY = date(2026, 11, 23)


def model(city: str, language: Language = "zh") -> ModelAgreementShown:
    shown = model_agreement(resolve(load_pack(city), ACCESS_REQUEST, TODAY), TODAY, language)
    assert shown
    return shown


@pytest.mark.parametrize("city", ["nanning", "yulin", "guangzhou", "lianyungang", "nanjing"])
@pytest.mark.parametrize("language", get_args(Language))
def test_each_blank_of_a_model_is_named_and_each_clause_has_its_rule(city: str, language: Language) -> None:
    shown = model(city, language)
    texts = [clause.text for part in shown.parts for clause in part.clauses]
    assert not [text for text in texts if "{" in text or "}" in text]
    assert sum(text.count("〔" if language == "zh" else "[") for text in texts) >= 7
    assert all(clause.rule.text for part in shown.parts for clause in part.clauses)


def test_a_model_that_no_lawyer_of_the_city_has_read_says_so_by_having_no_day() -> None:
    assert {model(city).examined_on for city in ("nanning", "yulin", "guangzhou", "lianyungang", "nanjing")} == {None}


def test_a_blank_that_a_field_of_the_form_fills_is_called_as_the_form_calls_it() -> None:
    rules = resolve(load_pack("nanning"), ACCESS_REQUEST, TODAY)
    purpose = next(field.label.zh for field in rules.fields if field.field == "purpose")
    assert any(f"〔{purpose}〕" in clause.text for part in model("nanning").parts for clause in part.clauses)


def test_whatever_a_case_fills_in_has_a_name_in_the_model() -> None:
    assert OF_THE_CASE.keys() >= agreement.OF_THE_CASE


def test_rules_without_a_text_have_no_model() -> None:
    rules = resolve(load_pack("nanning"), ACCESS_REQUEST, TODAY).model_copy(update={"agreement": None})
    assert model_agreement(rules, TODAY, "zh") is None
