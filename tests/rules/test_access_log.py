"""How long the log of accesses is kept is said by every city's pack, by whole months."""

from __future__ import annotations

from datetime import date

import pytest

from rules.access_log import AccessLogRule, kept_from, months_before, real_name
from rules.loading import load_pack
from rules.pinned import Basis, Citation

TODAY = date(2026, 11, 29)
LAW = Citation(source="measures", article="1")


@pytest.mark.parametrize("city", ["guangzhou", "lianyungang", "nanjing", "nanning", "yulin"])
def test_no_measures_say_how_long_accesses_are_kept_so_it_is_a_service_rule(city: str) -> None:
    rule = AccessLogRule.of(load_pack(city), TODAY)
    assert rule is not None
    assert (rule.months, rule.citation.basis) == (36, Basis.SERVICE)
    assert rule.citation.note is not None


def test_a_month_is_kept_until_so_many_months_after_its_end() -> None:
    rule = AccessLogRule(months=36, citation=LAW)
    assert rule.kept_from(date(2029, 11, 30)) == date(2026, 11, 1)
    assert rule.kept_from(date(2029, 12, 1)) == date(2026, 12, 1)


def test_of_several_cities_the_longest_rule_keeps_a_month() -> None:
    short, long = AccessLogRule(months=6, citation=LAW), AccessLogRule(months=13, citation=LAW)
    assert kept_from([short, long], TODAY) == (date(2025, 10, 1), long)


def test_a_city_that_says_nothing_keeps_every_month() -> None:
    assert kept_from([AccessLogRule(months=6, citation=LAW), None], TODAY) is None


def test_months_before_and_after_cross_the_year() -> None:
    assert (months_before(TODAY, 11), months_before(TODAY, -3)) == (date(2025, 12, 1), date(2027, 2, 1))


def test_guangzhou_alone_wants_users_known_by_their_real_names() -> None:
    known = {city: real_name(load_pack(city), TODAY) for city in ("guangzhou", "nanning", "nanjing")}
    assert known == {"guangzhou": Citation(source="measures", article="15"), "nanning": None, "nanjing": None}
