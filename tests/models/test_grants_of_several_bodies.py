"""Where several bodies must say yes, nobody grants more than another has passed (Nanning 20, Yulin 23)."""

from __future__ import annotations

import pytest

from models.act_contents import GrantTerms
from models.granting import items_granted, nothing_to_grant
from tests.models.bench import BOTH_SIGN, Bench, before_the_provider, filed

REVIEWS = ("authority_review", "provider_review")
ITEMS = ("name", "address", "opened_on")


def in_yulin(first: GrantTerms, second: GrantTerms | None, order: tuple[str, ...] = REVIEWS) -> tuple[Bench, str]:
    bench = filed("yulin")
    assert bench.decide(order[0], "pass", terms=first) == "accepted"
    return bench, bench.decide(order[1], "pass", terms=second)


@pytest.mark.parametrize("order", [REVIEWS, REVIEWS[::-1]])
@pytest.mark.parametrize("items", [("address",), ITEMS, ("name", "address")])
def test_an_item_that_one_body_has_not_passed_is_not_granted_by_the_other(
    items: tuple[str, ...], order: tuple[str, ...]
) -> None:
    bench, answer = in_yulin(GrantTerms(data_items=("name",)), GrantTerms(data_items=items), order)
    assert answer == "ItemNotPassed"
    assert bench.open_stages == {order[1]}


def test_what_one_body_has_narrowed_the_other_leaves_so_by_naming_nothing() -> None:
    bench, answer = in_yulin(GrantTerms(data_items=("name",), valid_days=30, daily_calls=10), None)
    assert answer == "accepted"
    granted = bench.all_decide(BOTH_SIGN).state.granted
    assert granted
    assert (granted.data_items, granted.daily_calls) == (("name",), 10)


def test_of_two_terms_and_of_two_quotas_the_shorter_and_the_smaller_hold() -> None:
    first = GrantTerms(valid_days=30, daily_calls=10)
    for terms in ((first, GrantTerms(valid_days=300, daily_calls=1000)), (GrantTerms(valid_days=300), first)):
        bench, answer = in_yulin(*terms)
        assert answer == "accepted"
        granted = bench.all_decide(BOTH_SIGN).state.granted
        assert granted
        assert ((granted.valid_until - granted.at).days, granted.daily_calls) in ((30, 10), (31, 10))


def test_two_bodies_do_not_grant_two_ways_of_access() -> None:
    _, answer = in_yulin(GrantTerms(access_mode="api"), GrantTerms(access_mode="download"))
    assert answer == "AccessModeNotAllowed"


def test_nannings_authority_approves_the_answer_and_puts_no_other_in_its_place() -> None:
    bench = before_the_provider("nanning")
    bench.decide("provider_review", "agree", terms=GrantTerms(data_items=("name",)))
    assert bench.decide("approval", "approve", terms=GrantTerms(data_items=("address",))) == "ItemNotPassed"
    assert bench.decide("approval", "approve") == "accepted"
    assert bench.correct("approval", "approve", terms=GrantTerms(data_items=ITEMS)) == "ItemNotPassed"
    granted = bench.all_decide(BOTH_SIGN).state.granted
    assert granted
    assert granted.data_items == ("name",)


def test_what_nannings_authority_decides_after_two_disapprovals_sets_the_terms() -> None:
    bench = before_the_provider("nanning")
    for _ in range(2):
        bench.decide("provider_review", "agree", terms=GrantTerms(data_items=("name",)))
        assert bench.decide("approval", "disapprove") == "accepted"
    assert bench.open_stages == {"coordination"}
    grants = next(o for o in bench.task("coordination").outcomes if o in ("grant", "agree", "approve"))
    assert bench.decide("coordination", grants, terms=GrantTerms(data_items=("address",))) == "accepted"
    granted = bench.all_decide(BOTH_SIGN).state.granted
    assert granted
    assert granted.data_items == ("address",)


def test_an_old_log_in_which_two_bodies_passed_different_items_grants_nothing() -> None:
    bench = filed("yulin")
    for stage in REVIEWS:
        assert bench.decide(stage, "pass") == "accepted"
    passed = zip(bench.state.of_step("reviews"), ("name", "address"), strict=True)
    tasks = {task.task_id: task.model_copy(update={"terms": GrantTerms(data_items=(it,))}) for task, it in passed}
    state = bench.state.model_copy(update={"tasks": {**bench.state.tasks, **tasks}})
    assert items_granted(bench.rules, state) == ()
    assert nothing_to_grant(bench.rules, state, bench.now) == "items_removed"
