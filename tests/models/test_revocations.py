"""A body ends a grant before its time: by the article of its city, and with a reason."""

from __future__ import annotations

import pytest

from models import acts as a
from models import refusals as r
from models.access_events import AccessRevoked
from models.procedures.access import ACCESS
from rules.pinned import Basis
from rules.procedure_rules import ProcedureRules
from tests.models.bench import BOTH_SIGN, Bench, accessed, law, until_signing

REVOKED_BY = {
    "nanning": ("27.2", Basis.LAW),
    "yulin": ("30.2", Basis.LAW),
    "lianyungang": ("revocation", Basis.SERVICE),
    "nanjing": ("revocation", Basis.SERVICE),
}
"""What Lianyungang 38 and Nanjing say of unlawful use gives nobody the right to end an access; in Guangzhou none is
ended but by a decision that is published and can be appealed."""


def revoked(city: str, rules: ProcedureRules | None = None, given: frozenset[str] = frozenset({"reason"})) -> Bench:
    bench = accessed(until_signing(city, rules=rules).all_decide(BOTH_SIGN))
    by = a.Actor(account="acc_provider", body=f"{city}.provider")
    assert bench.by_party(a.Revoke, by=by, given=given) == "accepted"
    return bench


@pytest.mark.parametrize("city", REVOKED_BY)
def test_a_revocation_is_on_record_with_the_article_by_which_it_is_made(city: str) -> None:
    event = revoked(city).log[-2]
    assert isinstance(event, AccessRevoked)
    assert (event.article, event.basis) == REVOKED_BY[city]


@pytest.mark.parametrize("city", REVOKED_BY)
def test_a_revocation_without_a_reason_is_refused_by_its_article(city: str) -> None:
    bench = accessed(until_signing(city).all_decide(BOTH_SIGN))
    act = bench.act(a.Revoke, a.Actor(account="acc_provider", body=f"{city}.provider"))
    with pytest.raises(r.RequirementMissing) as refusal:
        ACCESS.judge(bench.rules, bench.state, act)
    assert (refusal.value.field, refusal.value.rule, refusal.value.params["basis"]) == ("reason", *REVOKED_BY[city])


@pytest.mark.parametrize("city", REVOKED_BY)
def test_a_grant_from_before_revocations_had_a_rule_is_revoked_as_before(city: str) -> None:
    old = law(city).model_copy(update={"revocation": None})
    event = revoked(city, old).log[-2]
    assert isinstance(event, AccessRevoked)
    assert (event.source, event.article, event.basis) == (None, None, None)
    bench = accessed(until_signing(city, rules=old).all_decide(BOTH_SIGN))
    authority = a.Actor(account="acc_authority", body=f"{city}.authority")
    assert bench.by_party(a.Revoke, by=authority, given=frozenset({"reason"})) == "NotYourTask"
    provider = a.Actor(account="acc_provider", body=f"{city}.provider")
    assert bench.by_party(a.Revoke, by=provider) == "RequirementMissing"


@pytest.mark.parametrize("role", ["provider", "authority"])
def test_no_body_of_guangzhou_ends_a_grant_past_publication_and_appeal(role: str) -> None:
    bench = accessed(until_signing("guangzhou").all_decide(BOTH_SIGN))
    act = bench.act(a.Revoke, a.Actor(account="acc_x", body=f"guangzhou.{role}"), given=frozenset({"reason"}))
    with pytest.raises(r.EndsElsewhere) as refusal:
        ACCESS.judge(bench.rules, bench.state, act)
    assert (refusal.value.rule, refusal.value.params["through"]) == ("revocation", "misuse")
