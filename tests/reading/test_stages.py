"""Stages in words: a clock names the rule that gives its period, which need not be the rule of the stage."""

from __future__ import annotations

from datetime import date

import pytest

from reading.cases.stages import stage_in_words
from reading.words.law import Law
from rules.loading import load_pack
from rules.pinned import Basis
from rules.procedure_names import CATALOGUE_UPDATE, RECTIFICATION
from rules.resolving import resolve

ON = date(2026, 11, 29)


def law_of(city: str, procedure: str) -> Law:
    return Law(resolve(load_pack(city), procedure, ON), "en")


@pytest.mark.parametrize(
    ("city", "of_the_stage", "of_its_period"), [("nanjing", "16.1", "18"), ("guangzhou", "11.2", "10.3")]
)
def test_a_clock_names_the_article_of_its_period(city: str, of_the_stage: str, of_its_period: str) -> None:
    found = stage_in_words(law_of(city, CATALOGUE_UPDATE), "compilation")
    assert (found.rule.article, found.clock_rule.article) == (of_the_stage, of_its_period)


def test_a_period_that_the_service_chose_is_shown_as_its_choice() -> None:
    found = stage_in_words(law_of("yulin", RECTIFICATION), "remedy")
    assert (found.rule.basis, found.clock_rule.basis) == (Basis.LAW, Basis.SERVICE)


def test_where_no_rule_gives_the_period_the_clock_has_that_of_the_stage() -> None:
    law = law_of("yulin", RECTIFICATION)
    stage = law.rules.steps[0].stages[0]
    bare = stage.model_copy(update={"period_citation": None})
    step = law.rules.steps[0].model_copy(update={"stages": (bare,)})
    rules = law.rules.model_copy(update={"steps": (step,)})
    assert stage_in_words(Law(rules, "en"), stage.stage).clock_rule == stage.citation
