"""How data is rated is data of the packs: by whom, in which words, on which scale, and whom a rating reaches."""

from __future__ import annotations

from datetime import date

import pytest

from models.ratings import not_to_rate
from rules.checking import findings
from rules.loading import load_pack
from rules.pack import Pack
from rules.pinned import Basis
from rules.ratings import RatingRule
from tests.clocks import present

TODAY = date(2026, 11, 29)
SIX = ["regularity", "completeness", "accuracy", "consistency", "timeliness", "usability"]
IN_CHINESE = ["规范性", "完整性", "准确性", "一致性", "时效性", "可用性"]
ALL_FIVE = dict.fromkeys(SIX, 5)


def rule_of(city: str) -> RatingRule:
    rule = RatingRule.of(load_pack(city), TODAY)
    assert rule is not None
    return rule


@pytest.mark.parametrize(
    ("city", "article", "by", "dimensions_by", "reaches"),
    [
        ("nanning", "20(7)", "who_obtained", Basis.LAW, ()),
        ("yulin", "25", "who_obtained", Basis.LAW, ()),
        ("guangzhou", "27.1", "who_obtained", Basis.SERVICE, ("authority",)),
        ("lianyungang", "18.1", "anybody", Basis.SERVICE, ()),
    ],
)
def test_the_six_dimensions_are_the_articles_or_our_choice_where_it_names_none(
    city: str, article: str, by: str, dimensions_by: Basis, reaches: tuple[str, ...]
) -> None:
    rule = rule_of(city)
    assert (rule.citation.article, rule.citation.basis, rule.by) == (article, Basis.LAW, by)
    assert [each.dimension for each in rule.dimensions] == SIX
    assert [each.label.zh for each in rule.dimensions] == IN_CHINESE
    assert (rule.of_dimensions.basis, rule.of_scores.basis, rule.best) == (dimensions_by, Basis.SERVICE, 5)
    assert rule.reaches == reaches


def test_a_city_whose_text_says_nothing_of_ratings_has_none() -> None:
    assert RatingRule.of(load_pack("nanjing"), TODAY) is None


def test_what_has_ended_is_rated_no_more_and_its_ratings_are_shown_in_its_last_words() -> None:
    pack = load_pack("guangzhou")
    assert pack.in_force_until is not None
    assert RatingRule.of(pack, pack.in_force_until) is None
    assert RatingRule.last(pack, pack.in_force_until) == rule_of("guangzhou")


def test_every_dimension_gets_a_score_of_the_scale_and_nothing_else_does() -> None:
    rule = rule_of("nanning")
    scores = ALL_FIVE | {"accuracy": 6, "timeliness": 0, "price": 3}
    del scores["usability"]
    assert list(rule.wrong_with(ALL_FIVE)) == []
    assert [(each.field, each.code) for each in rule.wrong_with(scores)] == [
        ("scores.usability", "score_missing"),
        ("scores.accuracy", "score_off_the_scale"),
        ("scores.timeliness", "score_off_the_scale"),
        ("scores.price", "dimension_unknown"),
    ]


@pytest.mark.parametrize(
    ("city", "openness", "body", "accessed", "code"),
    [
        ("nanning", "conditional", None, True, None),
        ("nanning", "conditional", None, False, "never_accessed"),
        ("nanning", "unconditional", None, False, None),
        ("nanning", "closed", None, False, "never_open"),
        ("nanning", "closed", None, True, None),
        ("nanning", "unconditional", "nanning.transport", False, "own_data"),
        ("nanning", "unconditional", "nanning.health", False, None),
        ("lianyungang", "conditional", None, False, None),
        ("lianyungang", "closed", None, False, "never_open"),
    ],
)
def test_who_obtained_data_rates_it_and_its_provider_never_does(
    city: str, openness: str, body: str | None, accessed: bool, code: str | None
) -> None:
    at = present() if accessed else None
    refused = not_to_rate(rule_of(city), openness, "nanning.transport", body, at)
    assert [each.code for each in refused] == ([code] if code else [])


def test_a_rating_that_is_to_reach_a_body_that_is_none_is_found() -> None:
    pack = load_pack("guangzhou")
    assert pack.rating
    (version,) = pack.rating
    assert version.value
    wrong = version.model_copy(update={"value": version.value.model_copy(update={"reaches": ("nobody",)})})
    broken: Pack = pack.model_copy(update={"rating": (wrong,)})
    (found,) = findings(broken, [pack.calendar])
    assert (found.path, found.rule) == (("rating", 0), "no_responsible_body")
