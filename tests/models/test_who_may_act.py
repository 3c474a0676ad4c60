"""Who may file a case, by the roles that its rules name and the bodies that have them."""

from __future__ import annotations

import pytest

from models.who_may_act import may_begin_against, may_file
from tests.models.bench import CITIES, law

OFFICER = frozenset({"reviewer"})


@pytest.mark.parametrize("city", CITIES)
def test_a_request_is_filed_by_applicants_and_by_nobody_for_a_body(city: str) -> None:
    rules, bodies = law(city), {"authority": "a", "provider": "p"}

    assert may_file(rules, {"applicant"}, None, bodies)
    assert not may_file(rules, OFFICER, "a", bodies)


@pytest.mark.parametrize("city", CITIES)
def test_a_body_is_rectified_by_those_whom_the_law_names_and_nobody_else(city: str) -> None:
    rules = law(city, "rectification")
    bodies = {role: role for role in rules.bodies} | {"provider": "p"}

    for role in rules.filed_by:
        assert may_begin_against(rules, OFFICER, role, bodies)
        assert may_begin_against(rules, {"supervisor"}, role, bodies)
        assert not may_begin_against(rules, {"applicant"}, role, bodies)
    assert not may_begin_against(rules, OFFICER, "p", bodies)
    assert not may_begin_against(rules, OFFICER, None, {"provider": "p"})


@pytest.mark.parametrize("city", [each for each in CITIES if law(each, "rectification").in_place_of])
def test_a_case_against_the_body_that_begins_such_cases_is_begun_in_its_place(city: str) -> None:
    rules = law(city, "rectification")
    for role, instead in rules.in_place_of.items():
        bodies = {each: each for each in rules.bodies} | {"provider": role}
        if role in rules.filed_by:
            assert not may_begin_against(rules, OFFICER, role, bodies)
            assert may_begin_against(rules, OFFICER, instead.body, bodies)
