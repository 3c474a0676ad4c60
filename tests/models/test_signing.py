"""The text that both sign: one digest of what stands, which the log keeps, and no signature of anything else."""

from __future__ import annotations

import json

import pytest

from models import acts as a
from models import events as e
from models.act_contents import Amendment
from models.signing import canonical, digest_to_sign, fingerprint, fingerprints, terms_of
from rules.agreement import MUST_STAND, blanks_of, filled
from rules.pinned import Label
from rules.vocabulary import AGREED
from tests.models.bench import BOTH_SIGN, CITIES, Bench, law, until_signing, without_text

WHOLE = ("purpose", "scenario", "safeguards", "conditions")
SIGNED = [stage for stage, _ in BOTH_SIGN]


def signing(city: str) -> Bench:
    """A request that states all but the conditions, before the signatures."""
    return until_signing(city, given=("purpose", "scenario", "safeguards"))


@pytest.mark.duty("NN-20.5", "YL-23", "LYG-19", "GZ-16b")
@pytest.mark.parametrize("city", CITIES)
def test_both_sign_one_digest_and_the_log_keeps_it_with_each_signature(city: str) -> None:
    bench = signing(city)
    assert bench.decide("provider_signature", "sign", {"conditions"}) == "accepted"
    assert bench.decide("applicant_signature", "sign", ()) == "accepted"
    kept = [event.digest for event in bench.log if isinstance(event, e.TaskDecided) and event.outcome == "sign"]
    assert kept == [digest_to_sign(bench.rules, bench.state)] * 2
    assert bench.state.closed == "granted"


@pytest.mark.parametrize("city", CITIES)
def test_a_signature_of_no_digest_or_of_another_is_refused(city: str) -> None:
    bench = signing(city)
    said = {"conditions"}
    assert bench.decide("provider_signature", "sign", said, digest=None) == "RequirementMissing"
    assert bench.decide("provider_signature", "sign", said, digest="0" * 64) == "AgreementChanged"
    before = digest_to_sign(bench.rules, bench.state)
    words = fingerprints("case", {"conditions": "No copies"})
    assert bench.decide("provider_signature", "sign", said, digest=before, words=words) == "AgreementChanged"


@pytest.mark.parametrize("city", CITIES)
def test_who_signs_second_states_nothing_that_the_first_has_not_signed(city: str) -> None:
    bench = signing(city).all_decide([("provider_signature", "sign")])
    more = fingerprints("case", {"purpose": "something else"})
    act = bench.act(
        a.Decide,
        bench.officer("applicant_signature"),
        task_id=bench.task("applicant_signature").task_id,
        outcome="sign",
        given=frozenset({"purpose"}),
        words=more,
    )
    assert isinstance(act, a.Decide)
    signed = act.model_copy(update={"digest": digest_to_sign(bench.rules, bench.state, act)})
    assert bench.judged(signed) == "AgreementChanged"
    assert bench.decide("applicant_signature", "sign", ()) == "accepted"


def test_a_body_corrects_what_it_has_signed_until_the_other_has_signed_it_too() -> None:
    bench = signing("nanning").all_decide([("provider_signature", "sign")])
    first = bench.task("provider_signature").digest
    other = fingerprints("case", {"conditions": "one machine only"})
    task = bench.task("provider_signature")
    told = {"task_id": task.task_id, "outcome": "sign", "given": frozenset({"conditions", "reason"}), "words": other}
    act = bench.act(a.Correct, bench.officer("provider_signature"), **told)
    assert isinstance(act, a.Correct)
    digest = digest_to_sign(bench.rules, bench.state, act)
    assert bench.judged(act.model_copy(update={"digest": digest})) == "accepted"
    assert bench.task("provider_signature").digest == digest != first
    assert bench.decide("applicant_signature", "sign", (), digest=first) == "AgreementChanged"
    assert bench.decide("applicant_signature", "sign", ()) == "accepted"


def test_a_supplement_changes_nothing_that_somebody_has_signed() -> None:
    bench = signing("guangzhou")
    assert bench.decide("applicant_signature", "sign", ()) == "accepted"
    assert bench.on("provider_signature", a.AskSupplement) == "accepted"
    words = fingerprints("case", {"purpose": "something else"})
    amends = Amendment(given=frozenset({"purpose"}))
    assert bench.by_party(a.Supply, amends=amends, words=words) == "AgreementChanged"
    assert bench.by_party(a.Supply, amends=Amendment(data_items=("name",))) == "AgreementChanged"
    assert bench.by_party(a.Supply) == "accepted"
    assert bench.decide("provider_signature", "sign", ()) == "accepted"


def test_who_has_nothing_whole_before_it_does_not_sign_first() -> None:
    bench = until_signing("guangzhou", given=("purpose", "scenario"))
    assert bench.decide("provider_signature", "sign", ()) == "AgreementNotStated", "safeguards are the user's to state"
    assert bench.decide("applicant_signature", "sign", {"safeguards"}) == "accepted"
    assert bench.decide("provider_signature", "sign", ()) == "accepted"


@pytest.mark.parametrize("city", CITIES)
def test_rules_that_were_pinned_without_a_text_ask_for_no_digest_and_keep_none(city: str) -> None:
    bench = until_signing(
        city,
        given=("purpose", "scenario", "safeguards"),
        rules=without_text(law(city)),
    )
    for stage in SIGNED:
        assert bench.decide(stage, "sign", WHOLE, digest=None) == "accepted"
    assert {bench.task(stage).digest for stage in SIGNED} == {None}


@pytest.mark.parametrize("city", CITIES)
def test_what_is_signed_holds_no_word_that_anybody_wrote_and_no_name(city: str) -> None:
    bench = signing(city).all_decide(BOTH_SIGN)
    terms = terms_of(bench.rules, bench.state)
    assert terms.words["purpose"] == fingerprint("case", "the purpose")
    assert bench.rules.agreement
    told = json.loads(canonical(bench.rules.agreement, terms))
    assert set(told) == {"form", "template", "terms"}
    assert told["terms"] == terms.model_dump(mode="json")
    assert terms.parties == {"provider_signature": f"{city}.provider", "applicant_signature": "acc_applicant"}


@pytest.mark.parametrize("city", CITIES)
def test_every_clause_of_a_text_is_cited_and_awaits_a_lawyer(city: str) -> None:
    rule = law(city).agreement
    assert rule is not None
    assert rule.examined_on is None
    assert all(clause.citation.article for part in rule.parts for clause in part.clauses)
    blanks = frozenset(blank for part in rule.parts for clause in part.clauses for blank in blanks_of(clause))
    assert blanks >= MUST_STAND
    assert blanks & AGREED == set(WHOLE)


def test_a_clause_that_nothing_fills_is_left_out_and_no_text_is_read_as_a_blank() -> None:
    rule = law("nanning").agreement
    assert rule
    blank = dict.fromkeys(("provider", "applicant", "case_number"), Label(zh="{purpose}", en="{purpose}"))
    (part,) = (each for each in filled(rule, blank) if each.clauses[0].number == 1)
    assert [clause.number for clause in part.clauses] == [1]
    assert "{purpose}" in part.clauses[0].text.en


def test_the_same_words_in_two_cases_do_not_look_alike_and_ends_do_not_count() -> None:
    assert fingerprint("one", "bus lanes") != fingerprint("two", "bus lanes")
    assert fingerprint("one", " bus lanes\n") == fingerprint("one", "bus lanes")
    assert fingerprints("one", {"purpose": "  ", "reason": "x", "scenario": "bus lanes"}).keys() == {"scenario"}
