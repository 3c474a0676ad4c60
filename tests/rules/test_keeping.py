"""How long a record is kept is said by every city's pack, from the day on which the case has ended."""

from __future__ import annotations

from datetime import date

import pytest

from rules.keeping import KeepingRule, kept_until
from rules.loading import load_pack
from rules.pinned import Basis


@pytest.mark.parametrize("city", ["guangzhou", "lianyungang", "nanjing", "nanning", "yulin"])
def test_no_measures_say_how_long_so_five_years_are_a_service_rule_with_its_reason(city: str) -> None:
    rule = KeepingRule.of(load_pack(city), date(2026, 11, 29))

    assert rule is not None
    assert (rule.years, rule.citation.basis) == (5, Basis.SERVICE)
    assert rule.citation.note is not None
    assert kept_until(rule, date(2026, 11, 29)) == date(2031, 11, 29)
    assert kept_until(rule, date(2028, 2, 29)) == date(2033, 3, 1)


def test_nothing_is_kept_by_a_rule_that_is_not_in_force_yet() -> None:
    assert KeepingRule.of(load_pack("nanning"), date(2019, 1, 1)) is None
