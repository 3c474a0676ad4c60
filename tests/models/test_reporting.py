"""Who reports a leak, and on what, by the law of each city."""

from __future__ import annotations

import pytest

from models import refusals as r
from models import reporting
from rules.loading import cities, load_pack
from rules.procedure_names import LEAK
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from tests.models.bench import RESOLVED_ON

EVERY = [resolve(load_pack(city), LEAK, RESOLVED_ON) for city in cities() if LEAK in load_pack(city).procedures]
OF_DATA = [rules for rules in EVERY if rules.is_about_data]
OF_USERS = [rules for rules in EVERY if not rules.is_about_data]
BODIES = {"operator": "o", "authority": "a"}


def city_of(rules: ProcedureRules) -> str:
    return rules.city


@pytest.mark.parametrize("rules", OF_DATA, ids=city_of)
def test_applicants_report_on_a_dataset_where_the_law_is_about_data(rules: ProcedureRules) -> None:
    reporting.may_report(rules, {"applicant"}, None, BODIES)
    with pytest.raises(r.RoleRequired):
        reporting.may_report(rules, {"reviewer"}, "o", BODIES)

    assert reporting.about_the_wrong_thing(rules, {"dataset_id", "data_items"}) is None
    missing = reporting.about_the_wrong_thing(rules, {"description"})
    assert missing and (missing.field, missing.code) == ("dataset_id", "missing_here")


@pytest.mark.parametrize("rules", OF_USERS, ids=city_of)
def test_the_operator_reports_on_no_dataset_where_the_law_is_about_users(rules: ProcedureRules) -> None:
    reporting.may_report(rules, {"reviewer"}, "o", BODIES)
    with pytest.raises(r.RoleRequired):
        reporting.may_report(rules, {"applicant"}, None, BODIES)
    with pytest.raises(r.OperatorReports):
        reporting.may_report(rules, {"reviewer"}, "a", BODIES)

    assert reporting.about_the_wrong_thing(rules, {"description"}) is None
    for field in ("dataset_id", "data_items"):
        wrong = reporting.about_the_wrong_thing(rules, {field})
        assert wrong and (wrong.field, wrong.code) == (field, "no_dataset_concerned")


def test_only_who_has_or_had_a_grant_uses_conditional_data() -> None:
    assert [each.code for each in reporting.not_of_its_users("conditional", ever_granted=False)] == ["never_granted"]
    assert reporting.not_of_its_users("conditional", ever_granted=True) == []
    assert reporting.not_of_its_users("unconditional", ever_granted=False) == []
