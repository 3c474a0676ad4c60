"""What the loader refuses of what is signed, and of a yes that is told: what nobody can state, or nobody is told."""

from __future__ import annotations

from importlib.resources import files

import pytest

from rules.loading import PackRefused, load_text

NANNING = files("rules.packs").joinpath("nanning.yaml").read_text(encoding="utf-8")
TELLS = "value: {tells: [signing], requires: [{any_of: [reason]}]}"
SIGNED = '{requires: [{any_of: [conditions], cite: "measures 20(5)"}, {any_of: [scenario], cite: service agreement}]}'


def refused(old: str, new: str, *, everywhere: bool = False) -> list[tuple[str, str]]:
    """What is refused of Nanning's pack with the change made at its first place, or at every one."""
    assert old in NANNING, f"nothing to change: {old}"
    with pytest.raises(PackRefused) as refusal:
        load_text(NANNING.replace(old, new, -1 if everywhere else 1), "nanning.yaml")
    return [(p.path.removeprefix("procedures.access_request."), p.rule) for p in refusal.value.problems]


def test_what_an_applicant_cannot_state_somebody_states_beside_it() -> None:
    found = refused(SIGNED, "{requires: [{any_of: [scenario], cite: service agreement}]}")
    assert found == [("stages.applicant_signature.outcomes.sign", "never_stated")]


def test_what_is_stated_only_sometimes_is_not_always_stated() -> None:
    sometimes = '{any_of: [conditions], cite: "measures 20(5)", when: {use: [research]}}'
    found = refused(SIGNED, f"{{requires: [{sometimes}]}}")
    assert found == [("stages.applicant_signature.outcomes.sign", "never_stated")]


@pytest.mark.parametrize(
    ("tells", "rules"),
    [
        ("[approval]", {"tells_nobody", "told_unknown"}),
        ("[signature]", {"unknown_step", "told_unknown"}),
        ("[signing, resubmission, approval]", {"tells_nobody"}),
    ],
)
def test_a_correction_says_when_the_applicant_is_told_a_yes(tells: str, rules: set[str]) -> None:
    found = refused(TELLS, TELLS.replace("[signing]", tells))
    assert {path for path, _ in found} == {"correction"}
    assert {rule for _, rule in found} == rules


def test_a_correction_demands_what_a_decision_can_carry() -> None:
    assert refused(TELLS, TELLS.replace("[reason]", "[apology]")) == [("correction", "unknown_field")]


def test_a_clock_waits_for_evidence_only_where_some_can_come_and_begins_a_period() -> None:
    guangzhou = files("rules.packs").joinpath("guangzhou.yaml").read_text(encoding="utf-8")
    waits = "clock_from: {verification: evidence}"
    without_period = "clock_from: {suspension: evidence, verification: evidence}"
    with pytest.raises(PackRefused) as refusal:
        load_text(guangzhou.replace(waits, without_period), "guangzhou.yaml")
    assert [(p.path, p.rule) for p in refusal.value.problems] == [
        ("procedures.objection.order", "evidence_never_comes")
    ]
    request = "            signing: {stages: [provider_signature, applicant_signature], then: granted}\n"
    of_a_request = request + "          clock_from: {provider_review: evidence}\n"
    with pytest.raises(PackRefused) as refusal:
        load_text(guangzhou.replace(request, of_a_request), "guangzhou.yaml")
    assert [p.rule for p in refusal.value.problems] == ["evidence_never_comes"]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (
            "以下用途：{purpose}",
            "以下用途",
            [("agreement.parts[2].clauses[0]", "blanks_differ"), ("agreement", "not_in_the_text")],
        ),
        (
            "{valid_days} days",
            "{valid_days days",
            [("agreement.parts[1].clauses[2]", "blanks_differ"), ("agreement.parts[1].clauses[2]", "stray_brace")],
        ),
        (
            "Kind of use: {use}.",
            "Kind of use: {colour}.",
            [("agreement.parts[2].clauses[1]", "blanks_differ"), ("agreement.parts[2].clauses[1]", "unknown_blank")],
        ),
    ],
)
def test_a_text_is_filled_in_as_it_says_and_says_all_that_is_agreed(
    old: str, new: str, found: list[tuple[str, str]]
) -> None:
    assert refused(old, new) == found


def test_a_text_that_nobody_signs_is_refused() -> None:
    assert ("agreement", "signed_by_nobody") in refused("          sign:\n", "          seal:\n", everywhere=True)
