"""Delegated access (Guangzhou, by a service rule): a matter, so many accesses, a last day; revocable at any time."""

from __future__ import annotations

from typing import Any

import pytest

from models import acts as a
from models.conflicts import sides
from models.delegation_events import AccessDelegated
from models.gate import Reason
from models.telling import told
from models.tellings import Account
from rules.pinned import Basis
from tests.models.bench import CITIES, STRANGER, law
from tests.models.delegating import DELEGATE, Delegating


@pytest.fixture
def use() -> Delegating:
    made = Delegating("guangzhou")
    made.granted("grant")
    made.moves_on()
    return made


def delegated(use: Delegating, accesses: int = 3, days: int = 10) -> str:
    """A delegation that has its key."""
    assert use.delegated("grant", accesses, days) == "accepted"
    assert use.given_a_key("grant", use.latest("grant")) == "accepted"
    return use.latest("grant")


def test_a_delegation_in_guangzhou_is_told_as_our_choice(use: Delegating) -> None:
    assert use.delegated("grant", 3, 10) == "accepted"
    made = next(event for event in use.grants["grant"].log if isinstance(event, AccessDelegated))
    assert (made.article, made.basis) == ("delegation", Basis.SERVICE)
    rule = law("guangzhou").delegation
    assert rule
    assert rule.citation.basis is Basis.SERVICE
    assert rule.citation.note
    assert "数据主体" in rule.citation.note.zh


@pytest.mark.parametrize(
    ("more", "lacking"),
    [({"given": frozenset()}, "matter"), ({"accesses": None}, "accesses"), ({"last_day": None}, "last_day")],
)
def test_access_is_delegated_for_a_matter_so_many_times_and_until_a_day(
    use: Delegating, more: dict[str, Any], lacking: str
) -> None:
    bench = use.grants["grant"]
    act = bench.act(
        a.Delegate,
        a.Actor(account=bench.state.party),
        **{"to": DELEGATE.account, "accesses": 2, "last_day": use.last_day(3), "given": frozenset({"matter"})} | more,
    )
    with pytest.raises(Exception, match="RequirementMissing") as refused:
        bench.procedure.judge(bench.rules, bench.state, act)
    assert [(each.fields, each.rule) for each in refused.value.missing] == [((lacking,), "delegation")]  # type: ignore[attr-defined]


def test_the_gate_lets_a_delegate_in_so_often_as_was_agreed_and_no_oftener(use: Delegating) -> None:
    delegation = delegated(use, accesses=2)
    answers = [use.delegate_asks("grant", delegation) for _ in range(3)]
    assert answers == [Reason.GRANTED, Reason.GRANTED, Reason.DELEGATION_EXHAUSTED]


def test_the_gate_lets_a_delegate_in_up_to_the_last_day_and_no_longer(use: Delegating) -> None:
    delegation = delegated(use, days=0)
    use.moves_on(hours=12)
    assert use.delegate_asks("grant", delegation) is Reason.GRANTED
    use.moves_on(hours=12)
    assert use.delegate_asks("grant", delegation) is Reason.DELEGATION_EXPIRED
    assert use.given_a_key("grant", delegation) == "DelegationIsOver"


def test_a_delegation_that_is_taken_back_opens_nothing_from_then_on(use: Delegating) -> None:
    delegation = delegated(use)
    assert use.taken_back("grant", delegation, by=DELEGATE) == "NotYourCase"
    assert use.taken_back("grant", delegation) == "accepted"
    assert use.delegate_asks("grant", delegation) is Reason.DELEGATION_ENDED
    assert use.taken_back("grant", delegation) == "DelegationIsOver"


def test_a_delegation_ends_with_its_grant(use: Delegating) -> None:
    delegation = delegated(use)
    bench = use.grants["grant"]
    assert bench.by_party(a.Renounce, by=a.Actor(account=bench.state.party)) == "accepted"
    assert use.delegate_asks("grant", delegation) is Reason.GRANT_ENDED
    assert use.delegated("grant") == "CaseClosed"


def test_what_is_taken_of_a_grant_ends_its_delegations_for_good(use: Delegating) -> None:
    delegation = delegated(use)
    report = use.reported()
    stage = next(iter(use.reports[report].open_stages))
    use.moves_on()
    assert use.decided(report, stage, "restrict", use.finding("grant", ("name",))) == "accepted"
    assert use.delegate_asks("grant", delegation) is Reason.DELEGATION_ENDED
    assert use.delegated("grant") == "GrantIsCurtailed"
    appeal = use.appealed(report)
    assert use.heard(appeal, "uphold") == "accepted"
    use.moves_on()
    assert use.delegate_asks("grant", delegation) is Reason.DELEGATION_ENDED
    assert use.delegate_asks("grant", delegated(use)) is Reason.GRANTED


def test_only_the_holder_delegates_and_not_to_itself(use: Delegating) -> None:
    holder = use.grants["grant"].state.party
    assert use.delegated("grant", by=STRANGER) == "NotYourCase"
    assert use.delegated("grant", to=holder) == "DelegatesToItself"


@pytest.mark.parametrize("days", [-1, 366])
def test_no_delegation_ends_before_today_or_outlasts_the_grant(use: Delegating, days: int) -> None:
    assert use.delegated("grant", days=days) == "DelegationBeyondGrant"


def test_nobody_but_the_delegate_gets_its_key(use: Delegating) -> None:
    assert use.delegated("grant") == "accepted"
    holder = a.Actor(account=use.grants["grant"].state.party)
    assert use.given_a_key("grant", use.latest("grant"), by=holder) == "NotYourCase"
    assert use.given_a_key("grant", "no-such", by=DELEGATE) == "DelegationUnknown"


def test_whoever_was_let_use_a_grant_decides_nothing_about_it(use: Delegating) -> None:
    delegated(use)
    assert sides(use.grants["grant"].state, is_the_partys_own=True)[DELEGATE.account] is None


@pytest.mark.parametrize("city", [city for city in CITIES if city != "guangzhou"])
def test_where_the_law_knows_no_delegation_a_grant_is_used_by_its_holder_alone(city: str) -> None:
    assert law(city).delegation is None
    use = Delegating(city)
    use.granted("grant")
    use.moves_on()
    assert use.delegated("grant") == "ProcedureKnowsNoSuchAct"


def test_whoever_was_let_use_a_grant_is_told_once_of_whatever_ends_that() -> None:
    for ends in ("takes back", "is curtailed", "is given up"):
        use = Delegating("guangzhou")
        use.granted("grant")
        use.moves_on()
        assert [use.delegated("grant"), use.delegated("grant")] == ["accepted"] * 2
        bench = use.grants["grant"]
        before, length = bench.state, len(bench.log)
        if ends == "takes back":
            use.taken_back("grant", use.latest("grant"))
        elif ends == "is curtailed":
            use.decided(use.reported(), "provider_verification", "close", use.finding("grant"))
        else:
            bench.by_party(a.Renounce, by=a.Actor(account=bench.state.party))
        told_of = told(before, bench.state, bench.log[length:])
        to_delegates = [each for each in told_of if each.to == Account(DELEGATE.account)]
        assert [each.kind for each in to_delegates] == ["delegation_ended"] * (1 if ends == "takes back" else 2)
        assert {each.case_id for each in to_delegates} == {None}, "of the case of the grant a delegate does not know"
        assert len({each.of for each in to_delegates}) == len(to_delegates)
