"""The class of sharing between departments of an entry (共享类型), with reason and basis where it is limited."""

from __future__ import annotations

import pytest

from models.drafting import with_its_sharing
from rules.loading import cities, load_pack
from rules.pinned import Basis
from tests.models.bench import law
from tests.models.updates import EVERY_FIELD, draft, update_begun


@pytest.mark.duty("NJ-21")
@pytest.mark.parametrize("sharing", ["conditional", "none"])
@pytest.mark.parametrize("lacking", ["sharing_reason", "sharing_basis"])
def test_a_limit_of_sharing_without_its_reason_or_basis_is_no_draft(sharing: str, lacking: str) -> None:
    bench = update_begun("nanjing")
    assert draft(bench, {"sharing_class": sharing}, fields=EVERY_FIELD - {lacking}) == "RequirementMissing"
    rule = next(each for each in bench.rules.entry if each.field == lacking)
    assert (rule.citation.article, rule.citation.basis) == ("21.3", Basis.LAW)
    assert draft(bench, {"sharing_class": sharing}, fields=EVERY_FIELD) == "accepted"
    assert bench.state.choices["sharing_class"] == sharing


@pytest.mark.duty("NJ-21")
def test_sharing_has_three_classes_and_without_one_there_is_no_draft() -> None:
    bench = update_begun("nanjing")
    choices = law("nanjing", "catalogue_update").choices["sharing_class"]
    assert {each.value: each.citation.article for each in choices} == {
        "unconditional": "21.2(1)",
        "conditional": "21.2(2)",
        "none": "21.2(3)",
    }
    assert draft(bench, without={"sharing_class"}) == "RequirementMissing"
    assert draft(bench, {"sharing_class": "as_we_like"}) == "ChoiceNotOnRequest"
    nothing = EVERY_FIELD - {"sharing_reason", "sharing_basis"}
    assert draft(bench, {"sharing_class": "unconditional"}, fields=nothing) == "accepted", (
        "for all departments: nothing to justify"
    )


def test_an_entry_keeps_its_class_and_loses_the_reason_of_a_limit_that_is_gone() -> None:
    entry = {"title": "t", "sharing_reason": "r", "sharing_basis": "b", "sharing_class": "none"}
    assert with_its_sharing(entry, None) == entry, "a law without such classes leaves it alone"
    assert with_its_sharing(entry, "conditional") == {**entry, "sharing_class": "conditional"}
    assert with_its_sharing(entry, "unconditional") == {"title": "t", "sharing_class": "unconditional"}


def test_nanjing_alone_asks_for_a_class_of_sharing() -> None:
    asks = [city for city in cities() if "sharing_class" in load_pack(city).procedures["catalogue_update"].choices]
    assert asks == ["nanjing"]
