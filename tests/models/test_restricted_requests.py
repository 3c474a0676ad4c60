"""Requests and grants on data that an objection keeps back: they wait, go on, or end."""

from __future__ import annotations

import pytest

from models import acts as a
from models.act_contents import Amendment, GrantTerms
from tests.models.bench import (
    BOTH_SIGN,
    CITIES,
    GRANTED,
    INVENTED,
    Bench,
    accessed,
    filed,
    objected,
    telling,
    until_signing,
)

AGREED = {city: [*GRANTED[city], *BOTH_SIGN] for city in CITIES} | {
    INVENTED: [
        ("pledge", "sign"),
        ("custody", "agree"),
        ("ethics", "clear"),
        ("technique", "feasible"),
        ("decision", "grant"),
    ]
}
FILE = ("file-1",)
EVERYWHERE = [*CITIES, INVENTED]


def restricted(request: Bench, kind: str, *items: str, by_case: str = "objection") -> str:
    by = a.Actor(account=f"case:{by_case}")
    return request.by_party(a.Restrict, by=by, by_case=by_case, restriction=kind, data_items=items)


def lifted(request: Bench, by_case: str = "objection") -> str:
    return request.by_party(a.LiftRestriction, by=a.Actor(account=f"case:{by_case}"), by_case=by_case)


def met_by(request: Bench) -> dict[str, str]:
    """Case to what the request has met of it."""
    return {by_case: met.kind.value for by_case, (met, *_) in request.state.met_restrictions.items()}


def test_what_an_objection_does_to_data_is_shown_as_it_stands() -> None:
    request, objection = filed("nanning"), objected("nanning", "privacy", evidence=FILE, case_id="objection")
    assert request.judged(telling(objection, request)) == "accepted"
    assert met_by(request) == {"objection": "hold"}
    objection.all_decide([("suspension", "suspend")])
    request.judged(telling(objection, request))
    assert met_by(request) == {"objection": "suspension"}
    objection.all_decide([("verification", "restore")])
    request.judged(telling(objection, request))
    assert met_by(request) == {}
    assert request.types()[-3:] == ["RestrictionMet", "RestrictionMet", "RestrictionLifted"]


def test_the_same_news_told_twice_is_on_record_once() -> None:
    request = filed("nanning")
    for _ in range(2):
        assert restricted(request, "hold", "name") == "accepted"
    assert request.types().count("RestrictionMet") == 1
    for _ in range(2):
        assert lifted(request) == "accepted"
    assert request.types().count("RestrictionLifted") == 1


@pytest.mark.parametrize("city", EVERYWHERE)
@pytest.mark.parametrize("kind", ["hold", "suspension"])
def test_a_request_on_data_that_is_held_or_suspended_is_decided_and_its_grant_waits(city: str, kind: str) -> None:
    request = filed(city)
    restricted(request, kind)
    request.all_decide(AGREED[city])
    assert (request.state.closed, request.state.granted) == (None, None)
    assert request.state.open_tasks() == []


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("city", EVERYWHERE)
def test_the_lifting_grants_what_waited_for_it(city: str) -> None:
    request = filed(city)
    restricted(request, "suspension", "name")
    request.all_decide(AGREED[city]).passes(days=30)
    assert lifted(request) == "accepted"
    assert request.state.closed == "granted"
    assert request.state.granted
    assert request.state.granted.at == request.now
    assert request.types()[-3:] == ["RestrictionLifted", "Granted", "Closed"]


def test_a_grant_waits_until_the_last_of_two_objections_lets_the_data_go() -> None:
    request = filed("nanning")
    restricted(request, "hold", "name", by_case="first")
    restricted(request, "suspension", "name", by_case="second")
    request.all_decide(AGREED["nanning"])
    lifted(request, "first")
    assert request.state.closed is None
    lifted(request, "second")
    assert request.state.closed == "granted"


@pytest.mark.parametrize("city", EVERYWHERE)
def test_a_request_for_other_items_knows_of_a_restriction_and_does_not_wait_for_it(city: str) -> None:
    request = filed(city, items=("name",))
    restricted(request, "hold", "phone")
    assert met_by(request) == {"objection": "hold"}
    assert request.all_decide(AGREED[city]).state.closed == "granted"


def test_a_grant_that_a_body_narrowed_waits_for_its_own_items_alone() -> None:
    request = filed("guangzhou")
    restricted(request, "hold", "address")
    request.decide("provider_review", "agree", terms=GrantTerms(data_items=("name",)))
    assert request.all_decide(BOTH_SIGN).state.closed == "granted"


def test_a_request_waits_for_a_restriction_as_it_stands_and_not_as_it_was() -> None:
    request = filed("nanning", items=("name",))
    restricted(request, "hold", "name", "address")
    request.all_decide(AGREED["nanning"])
    assert request.state.closed is None
    restricted(request, "suspension", "address")
    assert request.state.closed == "granted"


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("items", [(), ("name", "address", "opened_on", "phone")])
@pytest.mark.parametrize("city", EVERYWHERE)
def test_a_request_ends_when_all_that_it_asks_for_is_withdrawn(city: str, items: tuple[str, ...]) -> None:
    request = filed(city)
    restricted(request, "withdrawal", *items)
    assert (request.state.closed, request.state.granted) == ("data_withdrawn", None)
    assert request.state.open_tasks() == []


@pytest.mark.parametrize("city", EVERYWHERE)
def test_a_request_that_waits_for_its_data_ends_when_the_data_is_withdrawn(city: str) -> None:
    request = filed(city)
    restricted(request, "hold")
    request.all_decide(AGREED[city])
    restricted(request, "withdrawal")
    assert request.state.closed == "data_withdrawn"


def test_a_request_ends_when_two_cases_together_withdraw_all_of_it() -> None:
    request = filed("nanning", items=("name", "address"))
    restricted(request, "withdrawal", "name", by_case="first")
    assert request.state.closed is None
    restricted(request, "withdrawal", "address", by_case="second")
    assert request.state.closed == "data_withdrawn"


@pytest.mark.parametrize("city", EVERYWHERE)
def test_a_request_goes_on_when_some_of_it_is_left(city: str) -> None:
    request = filed(city)
    restricted(request, "withdrawal", "name")
    assert request.all_decide(AGREED[city]).state.closed == "granted"


def test_a_request_for_the_whole_dataset_goes_on_when_single_items_are_withdrawn() -> None:
    request = filed("nanning", items=())
    restricted(request, "withdrawal", "name", "address")
    assert request.all_decide(AGREED["nanning"]).state.closed == "granted"


def test_a_request_that_is_resubmitted_for_data_that_is_held_waits_too() -> None:
    request = filed("nanning", items=("name",))
    restricted(request, "hold", "address")
    request.all_decide([("formal_review", "return")])
    request.decide("resubmission", "resubmit", amends=Amendment(data_items=("name", "address")))
    assert request.all_decide(AGREED["nanning"]).state.granted is None
    lifted(request)
    assert request.state.closed == "granted"


def test_a_request_resubmitted_for_less_no_longer_waits_for_what_it_left_out() -> None:
    request = filed("nanning", items=("name", "address"))
    restricted(request, "hold", "address")
    request.all_decide([("formal_review", "return")])
    request.decide("resubmission", "resubmit", amends=Amendment(data_items=("name",)))
    assert request.all_decide(AGREED["nanning"]).state.closed == "granted"


@pytest.mark.parametrize("narrowed_first", [True, False])
def test_nothing_is_granted_when_all_that_a_body_would_grant_is_withdrawn(narrowed_first: bool) -> None:
    request = filed("guangzhou")
    if not narrowed_first:
        restricted(request, "withdrawal", "name")
    request.decide("provider_review", "agree", terms=GrantTerms(data_items=("name",)))
    if narrowed_first:
        restricted(request, "withdrawal", "name")
    request.all_decide(BOTH_SIGN)
    assert (request.state.closed, request.state.granted) == ("data_withdrawn", None)


def test_what_is_withdrawn_is_not_waited_for_when_more_of_it_is_held_too() -> None:
    request = filed("guangzhou", items=("name",))
    restricted(request, "hold", "name", by_case="first")
    request.all_decide(AGREED["guangzhou"])
    assert restricted(request, "withdrawal", "name", by_case="second") == "accepted"
    assert request.state.closed == "data_withdrawn"


def test_a_request_that_a_supplement_narrows_to_what_is_withdrawn_is_not_granted() -> None:
    request = filed("nanning")
    restricted(request, "withdrawal", "name")
    request.on("formal_review", a.AskSupplement)
    assert request.by_party(a.Supply, amends=Amendment(data_items=("name",))) == "accepted"
    request.all_decide(AGREED["nanning"])
    assert (request.state.closed, request.state.granted) == ("data_withdrawn", None)


def test_an_applicant_withdraws_a_request_that_waits_for_its_data() -> None:
    request = filed("nanning")
    restricted(request, "hold")
    request.all_decide(AGREED["nanning"])
    assert request.by_party(a.Withdraw) == "accepted"
    assert request.state.closed == "withdrawn"


# The grant


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("items", [(), ("name", "address", "opened_on")])
def test_a_grant_ends_when_all_that_it_gives_is_withdrawn(items: tuple[str, ...]) -> None:
    access = accessed(until_signing("nanning").all_decide(BOTH_SIGN))
    restricted(access, "withdrawal", *items)
    assert access.state.closed == "data_withdrawn"
    assert access.types()[-3:] == ["RestrictionMet", "AccessEnded", "Closed"]


def test_a_grant_lives_on_while_some_of_its_data_is_left() -> None:
    access = accessed(until_signing("nanning").all_decide(BOTH_SIGN))
    restricted(access, "withdrawal", "name", "address", by_case="first")
    assert access.state.closed is None
    restricted(access, "withdrawal", "opened_on", by_case="second")
    assert access.state.closed == "data_withdrawn"


def test_a_grant_outlives_a_withdrawal_that_is_undone_before_the_rest_goes() -> None:
    access = accessed(until_signing("nanning").all_decide(BOTH_SIGN))
    restricted(access, "withdrawal", "name", "address", by_case="first")
    lifted(access, "first")
    restricted(access, "withdrawal", "opened_on", by_case="second")
    assert access.state.closed is None


def test_a_hold_or_suspension_ends_no_grant() -> None:
    access = accessed(until_signing("nanning").all_decide(BOTH_SIGN))
    for kind in ("hold", "suspension"):
        restricted(access, kind)
    assert access.state.closed is None


def test_a_grant_names_a_daily_quota_if_a_body_set_one() -> None:
    request = filed("guangzhou")
    request.decide("provider_review", "agree", terms=GrantTerms(daily_calls=100))
    access = accessed(request.all_decide(BOTH_SIGN))
    assert access.state.grant
    assert access.state.grant.daily_calls == 100


def test_nobody_limits_the_calls_of_a_grant_unless_a_body_does() -> None:
    granted = until_signing("guangzhou").all_decide(BOTH_SIGN).state.granted
    assert granted
    assert granted.daily_calls is None


def test_a_grant_by_a_mode_is_by_that_mode_alone() -> None:
    granted = until_signing("nanning", choices={"access_mode": "api"}).all_decide(BOTH_SIGN).state.granted
    assert granted
    assert granted.access_modes == ("api",)


@pytest.mark.parametrize("city", CITIES)
def test_a_grant_without_a_mode_is_by_every_mode_that_may_be_asked_for_there(city: str) -> None:
    request = until_signing(city).all_decide(BOTH_SIGN)
    on_request = tuple(c.value for c in request.rules.choices["access_mode"] if c.on_request)
    assert request.state.granted
    assert on_request
    assert request.state.granted.access_modes == on_request


@pytest.mark.duty("GZ-17")
def test_guangzhous_mode_that_only_a_body_grants_is_in_no_grant_that_names_none() -> None:
    request = until_signing("guangzhou").all_decide(BOTH_SIGN)
    withheld = {c.value for c in request.rules.choices["access_mode"] if not c.on_request}
    assert request.state.granted
    assert withheld
    assert withheld.isdisjoint(request.state.granted.access_modes)
