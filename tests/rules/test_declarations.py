"""What bodies declare is data of the packs: which kinds, by whom, about what, for whom, and when again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rules.checking import findings
from rules.declarations import DeclarationRule, declared_in
from rules.loading import load_pack
from rules.pack import Pack
from rules.pinned import Basis

TODAY = date(2026, 11, 29)


def rule_of(city: str, kind: str) -> DeclarationRule:
    rule = DeclarationRule.of(load_pack(city), kind, TODAY)
    assert rule is not None
    return rule


WITH_COUNTIES = ("authority", "county_authority", "operator", "provider")


@pytest.mark.parametrize(
    ("city", "kind", "by", "about", "read_by", "article"),
    [
        (
            "nanning",
            "showcase",
            WITH_COUNTIES,
            "datasets",
            "everybody",
            "25.1",
        ),
        ("yulin", "showcase", WITH_COUNTIES, "datasets", "everybody", "28"),
        ("guangzhou", "showcase", ("authority", "operator", "provider"), "datasets", "everybody", "21.2"),
        ("nanning", "collection", ("provider", "operator"), "dataset", "everybody", "21"),
        ("nanning", "reachability", ("operator", "provider"), "dataset", "everybody", "21"),
        ("nanning", "policies", ("authority",), "city", "everybody", "5(2)"),
        ("nanning", "standards", ("operator",), "city", "everybody", "6(3)"),
        ("yulin", "policies", ("operator",), "city", "everybody", "6"),
        ("yulin", "classification_rules", ("authority",), "city", "everybody", "14"),
        ("guangzhou", "platform_rules", ("operator",), "city", "everybody", "15.2"),
        ("guangzhou", "processing", ("provider",), "dataset", "bodies", "19.1"),
        ("guangzhou", "use_evaluation", ("provider",), "datasets", "bodies", "28.1"),
        ("lianyungang", "platform_rules", ("authority",), "city", "everybody", "21.1"),
        ("lianyungang", "training", ("authority",), "city", "everybody", "35.2"),
        ("nanjing", "own_evaluation", ("provider", "operator", "district_authority"), "datasets", "bodies", "37"),
    ],
)
def test_each_kind_is_the_articles(
    *, city: str, kind: str, by: tuple[str, ...], about: str, read_by: str, article: str
) -> None:
    rule = rule_of(city, kind)
    assert (rule.by, rule.about, rule.read_by) == (by, about, read_by)
    assert (rule.citation.article, rule.citation.basis) == (article, Basis.LAW)


def test_a_city_whose_text_says_nothing_of_it_has_no_declarations() -> None:
    assert declared_in(load_pack("nanjing").model_copy(update={"declarations": {}}), TODAY) == ()


def test_what_has_ended_is_declared_no_more_and_shown_in_its_last_words() -> None:
    pack = load_pack("guangzhou")
    assert pack.in_force_until is not None
    assert declared_in(pack, pack.in_force_until) == ()
    assert DeclarationRule.last(pack, "processing", pack.in_force_until) == rule_of("guangzhou", "processing")


def test_the_next_is_owed_after_the_days_of_the_service_rule_where_there_are_any() -> None:
    reachability = rule_of("nanning", "reachability")
    assert reachability.again is not None
    assert reachability.again.citation.basis is Basis.SERVICE
    assert reachability.owed_on(date(2026, 11, 1)) == date(2026, 12, 1)
    since = load_pack("nanning").in_force_from
    assert reachability.owed_on(None) == since + timedelta(days=30), "where none was made, from when it was owed at all"
    assert reachability.owed_on(None, date(2026, 11, 1)) == date(2026, 12, 1), "or from when the data was opened"
    assert reachability.owed_on(None, date(2019, 1, 1)) == since + timedelta(days=30)
    assert rule_of("nanning", "collection").owed_on(TODAY) is None


@pytest.mark.parametrize(
    ("kind", "changes", "rule"),
    [
        ("processing", {"by": ("nobody",)}, "no_responsible_body"),
        ("platform_rules", {"by": ("provider",)}, "no_responsible_body"),
        ("platform_rules", {"names_a_user": True}, "no_effect"),
        ("platform_rules", {"again": {"days": 3, "cite": "measures 15"}}, "no_effect"),
    ],
)
def test_a_declaration_that_nobody_can_make_or_a_rule_without_effect_is_found(
    kind: str, changes: dict[str, object], rule: str
) -> None:
    pack = load_pack("guangzhou")
    entry = pack.declarations[kind]
    (version,) = entry.versions
    assert version.value is not None
    terms = type(version.value).model_validate({**version.value.model_dump(), **changes})
    wrong = entry.model_copy(update={"versions": (version.model_copy(update={"value": terms}),)})
    broken: Pack = pack.model_copy(update={"declarations": {**pack.declarations, kind: wrong}})
    assert rule in {each.rule for each in findings(broken, {"CN", "CN-GD", pack.calendar})}


def test_who_owes_it_is_reminded_before_on_and_after_the_last_day() -> None:
    rule = rule_of("nanning", "reachability")
    due_on = date(2026, 12, 31)
    left = {day: rule.days_left(due_on, date(2026, 12, day)) for day in range(26, 32)}
    assert left == {26: None, 27: None, 28: 3, 29: 3, 30: 3, 31: 0}
    assert [day for day in left if rule.reminds(due_on, date(2026, 12, day))] == [28, 29, 30, 31]
    assert rule.reminds(due_on, date(2027, 1, 1))
    assert rule.days_left(due_on, date(2027, 1, 1)) is None
