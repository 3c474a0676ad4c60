"""Who may urge (催办) whom, and that it changes nothing but the record."""

from __future__ import annotations

import pytest

from models import acts as a
from models import events as e
from models.telling import told
from models.tellings import Officers, Posts
from tests.models.bench import CITIES, INVENTED, Bench, filed, law, objected, until_signing

REVIEWER, SUPERVISOR = frozenset({"reviewer"}), frozenset({"supervisor"})


def before_the_provider(city: str) -> Bench:
    bench = filed(city)
    return bench.all_decide([("formal_review", "pass")]) if city == "nanning" else bench


def urged(bench: Bench, stage: str, body: str | None, roles: frozenset[str]) -> str:
    return bench.on(stage, a.Urge, by=a.Actor(account="acc_urging", body=body), roles=roles)


@pytest.mark.duty("NN-5.1", "YL-5b", "GZ-5e")
@pytest.mark.parametrize("city", CITIES)
def test_the_supervisors_of_the_authority_urge_in_each_of_the_five(city: str) -> None:
    bench = before_the_provider(city)
    assert urged(bench, "provider_review", f"{city}.authority", SUPERVISOR) == "accepted"
    event = bench.log[-1]
    assert isinstance(event, e.TaskUrged)
    assert (event.basis, event.source) == ("law", "measures")


@pytest.mark.duty("NN-6.1")
@pytest.mark.duty("NN-6.5")
def test_nannings_operator_urges_by_article_6() -> None:
    bench = before_the_provider("nanning")
    assert urged(bench, "provider_review", "nanning.operator", REVIEWER) == "accepted"
    event = bench.log[-1]
    assert isinstance(event, e.TaskUrged)
    assert (event.body, event.source, event.article) == ("nanning.operator", "measures", "6(5)")


@pytest.mark.parametrize("city", [city for city in CITIES if city != "nanning"])
def test_the_operator_of_another_city_does_not_urge(city: str) -> None:
    bench = before_the_provider(city)
    assert urged(bench, "provider_review", f"{city}.operator", REVIEWER | SUPERVISOR) == "UrgingNotYours"


@pytest.mark.parametrize(
    ("body", "roles"),
    [
        ("nanning.authority", REVIEWER),
        ("nanning.provider", REVIEWER | SUPERVISOR),
        ("yulin.authority", SUPERVISOR),
        (None, frozenset({"applicant"})),
    ],
    ids=["a reviewer of the authority", "the body itself", "another city's authority", "a party"],
)
def test_nobody_else_urges(body: str | None, roles: frozenset[str]) -> None:
    assert urged(before_the_provider("nanning"), "provider_review", body, roles) == "UrgingNotYours"


def test_where_the_rules_of_a_case_say_nothing_of_urging_nobody_urges() -> None:
    bench = filed(INVENTED)
    assert law(INVENTED).urging == ()
    assert urged(bench, "pledge", f"{INVENTED}.authority", SUPERVISOR) == "UrgingNotYours"


def test_an_urging_opens_nothing_decides_nothing_and_moves_no_clock() -> None:
    bench = before_the_provider("nanning")
    before, length = bench.task("provider_review"), len(bench.log)
    urged(bench, "provider_review", "nanning.authority", SUPERVISOR)
    assert bench.types(length) == ["TaskUrged"]
    assert bench.task("provider_review") == before.model_copy(update={"urgings": 1, "urged_at": bench.now})


def test_a_task_counts_its_urgings_and_knows_the_latest() -> None:
    bench = before_the_provider("nanning")
    for _ in range(3):
        bench.passes(hours=1)
        urged(bench, "provider_review", "nanning.operator", REVIEWER)
    assert (bench.task("provider_review").urgings, bench.task("provider_review").urged_at) == (3, bench.now)


def test_a_task_that_is_decided_or_void_is_urged_no_more() -> None:
    bench = before_the_provider("nanning").all_decide([("provider_review", "agree")])
    assert urged(bench, "provider_review", "nanning.authority", SUPERVISOR) == "TaskAlreadyDecided"
    objection = objected("nanning", "privacy", evidence=("file-1",)).all_decide([("verification", "process")])
    assert urged(objection, "suspension", "nanning.authority", SUPERVISOR) == "TaskCancelled"


def test_the_party_is_not_urged() -> None:
    bench = until_signing("nanning")
    assert urged(bench, "applicant_signature", "nanning.authority", SUPERVISOR) == "OnlyBodiesAreUrged"


def test_a_case_takes_only_so_many_urgings() -> None:
    bench = before_the_provider("nanning")
    answers = [urged(bench, "provider_review", "nanning.authority", SUPERVISOR) for _ in range(201)]
    assert set(answers[:200]) == {"accepted"}
    assert answers[200] == "EnoughUrgings"


def test_the_officers_of_the_task_and_the_posts_of_its_body_are_told() -> None:
    bench = before_the_provider("nanning")
    bench.on("provider_review", a.Claim)
    before, length = bench.state, len(bench.log)
    urged(bench, "provider_review", "nanning.authority", SUPERVISOR)
    tellings = told(before, bench.state, bench.log[length:])
    claimed_by = bench.officer("provider_review").account
    assert [telling.to for telling in tellings] == [Officers("nanning.provider", claimed_by), Posts("nanning.provider")]
    assert {telling.kind for telling in tellings} == {"task_urged"}


ABSENT, SUBSTITUTE = "acc_nanning.provider_1", a.Actor(account="acc_substitute", body="nanning.provider")


def claimed_by_the_absent() -> Bench:
    bench = before_the_provider("nanning")
    assert bench.on("provider_review", a.Claim) == "accepted"
    assert bench.task("provider_review").claimed_by == ABSENT
    return bench


def test_a_substitute_decides_what_the_absent_officer_claimed() -> None:
    bench = claimed_by_the_absent()
    assert bench.decide("provider_review", "agree", by=SUBSTITUTE) == "TaskAlreadyClaimed"
    assert bench.decide("provider_review", "agree", by=SUBSTITUTE, in_place_of=ABSENT) == "accepted"
    assert bench.task("provider_review").decided_by == SUBSTITUTE.account


def test_a_substitute_decides_nothing_that_somebody_else_has_claimed_meanwhile() -> None:
    bench = claimed_by_the_absent()
    assert bench.decide("provider_review", "agree", by=SUBSTITUTE, in_place_of="acc_another") == "TaskAlreadyClaimed"


def test_a_substitute_of_another_body_decides_nothing() -> None:
    bench = claimed_by_the_absent()
    elsewhere = a.Actor(account="acc_substitute", body="nanning.operator")
    assert bench.decide("provider_review", "agree", by=elsewhere, in_place_of=ABSENT) == "NotYourTask"
