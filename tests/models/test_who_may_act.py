"""Who may file a case, by the roles that its rules name and the bodies that have them."""

from __future__ import annotations

import pytest

from models.refusals import RoleRequired
from models.who_may_act import may_begin_against, may_file, why_not_against, why_not_begin_against
from rules.loading import cities, load_pack
from rules.resolving import resolve
from tests.models.bench import RESOLVED_ON, law

OFFICER = frozenset({"reviewer"})


@pytest.mark.parametrize("city", cities())
def test_a_request_is_filed_by_applicants_and_by_nobody_for_a_body(city: str) -> None:
    rules, bodies = law(city), {"authority": "a", "provider": "p"}

    assert may_file(rules, {"applicant"}, None, bodies)
    assert not may_file(rules, OFFICER, "a", bodies)


@pytest.mark.parametrize("city", cities())
def test_a_body_is_rectified_by_those_whom_the_law_names_and_nobody_else(city: str) -> None:
    rules = law(city, "rectification")
    bodies = {role: role for role in rules.bodies} | {"provider": "p"}

    for role in rules.filed_by:
        assert may_begin_against(rules, OFFICER, role, bodies)
        assert may_begin_against(rules, {"supervisor"}, role, bodies)
        assert not may_begin_against(rules, {"applicant"}, role, bodies)
    assert not may_begin_against(rules, OFFICER, "p", bodies)
    assert not may_begin_against(rules, OFFICER, None, {"provider": "p"})


@pytest.mark.parametrize("city", [each for each in cities() if law(each, "rectification").in_place_of])
def test_a_case_against_the_body_that_begins_such_cases_is_begun_in_its_place(city: str) -> None:
    rules = law(city, "rectification")
    for role, instead in rules.in_place_of.items():
        bodies = {each: each for each in rules.bodies} | {"provider": role}
        if role in rules.filed_by:
            assert not may_begin_against(rules, OFFICER, role, bodies)
            assert may_begin_against(rules, OFFICER, instead.body, bodies)


@pytest.mark.parametrize("city", cities())
def test_no_body_begins_a_case_against_itself_though_it_begins_others(city: str) -> None:
    rules = resolve(load_pack(city), "rectification", RESOLVED_ON)
    bodies = {each: each for each in rules.bodies}

    for role in rules.filed_by:
        assert why_not_begin_against(rules, OFFICER, role, role, {**bodies, "provider": "p"}) is None
        with pytest.raises(RoleRequired):
            why_not_begin_against(rules, {"applicant"}, None, None, {**bodies, "provider": "p"})
    for role in {*rules.filed_by} & {*rules.in_place_of}:
        wrong = why_not_begin_against(rules, OFFICER, role, role, {**bodies, "provider": role})
        assert wrong and (wrong.field, wrong.code) == ("body", "directed_against_your_own_body")


@pytest.mark.parametrize("city", cities())
def test_a_case_is_directed_against_bodies_of_the_roles_that_the_law_names(city: str) -> None:
    rules = resolve(load_pack(city), "rectification", RESOLVED_ON)
    for role in {*rules.bodies, *rules.against}:
        wrong = why_not_against(rules, role)
        assert (wrong.code if wrong else None) == (None if role in rules.against else "body_not_rectified")
    unknown = why_not_against(rules, None)
    assert unknown and unknown.code == "body_unknown"
