"""One fold makes a case of its log, whatever version of an event lies in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from models import acts as a
from models import events as e
from models.access_events import AccessOpened, KeyIssued
from models.act_contents import Standing
from models.clock import Clock
from models.delegation_events import AccessDelegated, DelegatedKeyIssued, DelegationRevoked
from models.recorded import Recorded
from models.state import CaseState, GapInTheLog, apply, fold
from models.upcasting import UPCASTERS
from tests.models.bench import BOTH_SIGN, MONDAY, PARTY, Bench, accessed, filed, until_signing

EVENT_TYPES: tuple[type[Recorded], ...] = get_args(get_args(e.Event)[0])
ACT_TYPES: tuple[type[a.ReceivedAct], ...] = get_args(get_args(a.Act)[0])
CLOCK = Clock(started_at=MONDAY, period="2wd", article="1", basis="law", calendar="CN")

WHATEVER: dict[str, object] = {
    "at": MONDAY,
    "case_id": "case",
    "case_number": "XX-AR-2026-000001",
    "city": "nanning",
    "procedure": "access_request",
    "party": "acc_applicant",
    "dataset_id": "dataset",
    "bodies": {},
    "from_body": "nanning.transport",
    "data_items": (),
    "choices": {},
    "given": (),
    "rules_digest": "digest",
    "task_id": "case.review.1",
    "step": "review",
    "stage": "review",
    "round": 1,
    "body": "nanning.operator",
    "outcomes": ("pass",),
    "clock": CLOCK,
    "by": "acc_1",
    "officer": "acc_1",
    "to": "acc_2",
    "outcome": "pass",
    "cites": 1,
    "decided_by_event": 1,
    "digest": "digest",
    "audience": "everybody",
    "figures": {
        "counted_at": MONDAY,
        "from_on": MONDAY.date(),
        "until_on": MONDAY.date(),
        "lines": (),
        "allowed": 0,
        "refused": 0,
    },
    "back_to": None,
    "late": False,
    "because": "test",
    "due_before": None,
    "access_case_id": "case-access",
    "access_mode": None,
    "use": None,
    "valid_until": MONDAY,
    "granted_by": "case",
    "key_digest": "digest",
    "evidence": ("file",),
    "standing": Standing(),
    "by_case": "other",
    "delegation": "act",
    "accesses": 1,
    "until": MONDAY,
    "restriction": "hold",
    "openness": "conditional",
    "reopens": False,
    "update_case_id": "case-entry",
    "submission": "act",
    "processed_on": MONDAY.date(),
    "source": "measures",
    "article": "6(5)",
    "basis": "law",
    "grant": "case-access",
    "effect": "close",
    "of_case": "other",
    "period": "5wd",
    "used_on": "2026-11-23",
    "inspected_on": "2026-11-23",
    "finding": "in_order",
    "ordered": "misuse",
    "ordered_case_id": "case-misuse",
    "stop": "evaluation",
}
"""A value for every field that some event cannot do without."""


def some(kind: type[Recorded], number: int) -> e.Event:
    needed = {name: WHATEVER[name] for name, field in kind.model_fields.items() if field.is_required()}
    return e.EVENT.validate_python({"type": kind.model_fields["type"].default, **needed, "number": number})


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
def test_every_event_has_a_handler_in_the_fold(kind: type[Recorded]) -> None:
    of_grants = (KeyIssued, DelegationRevoked, DelegatedKeyIssued)
    first = AccessOpened if kind in of_grants else e.Filed
    state = fold(CaseState(), [some(first, 1), some(e.TaskOpened, 2), some(AccessDelegated, 3)])
    assert apply(state, some(kind, 4)).number == 4


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
def test_every_event_survives_the_way_through_json(kind: type[Recorded]) -> None:
    event = some(kind, 1)
    assert e.EVENT.validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_log_is_folded_without_gaps_and_without_repetition(number: int) -> None:
    state = fold(CaseState(), [some(e.Filed, 1)])
    with pytest.raises(GapInTheLog):
        apply(state, some(e.NoteAdded, number))


def test_the_fold_of_a_log_that_was_stored_is_the_case_as_it_was() -> None:
    bench = until_signing("nanning").all_decide(BOTH_SIGN)
    stored = [event.model_dump_json() for event in bench.log]
    assert fold(CaseState(), e.read_events(stored)) == bench.state


def test_a_case_is_folded_in_pieces_as_it_is_in_one() -> None:
    bench = until_signing("yulin").all_decide(BOTH_SIGN)
    for cut in range(len(bench.log) + 1):
        assert fold(fold(CaseState(), bench.log[:cut]), bench.log[cut:]) == bench.state


def test_an_old_event_is_brought_up_to_date_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def note_by_officer(stored: dict[str, object]) -> dict[str, object]:
        return {**{k: v for k, v in stored.items() if k != "officer"}, "by": stored["officer"], "version": 2}

    old = json.dumps({"type": "NoteAdded", "number": 1, "version": 1, "at": MONDAY.isoformat(), "officer": "acc_7"})
    monkeypatch.setitem(UPCASTERS, ("NoteAdded", 1), note_by_officer)
    [event] = e.read_events([old])
    assert isinstance(event, e.NoteAdded)
    assert (event.by, event.version) == ("acc_7", 2)


def test_an_event_that_is_two_versions_old_goes_through_both_upcasters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UPCASTERS, ("NoteAdded", 1), lambda old: {**old, "by": "acc_1", "version": 2})
    monkeypatch.setitem(UPCASTERS, ("NoteAdded", 2), lambda old: {**old, "by": old["by"] + "_2", "version": 3})
    [event] = e.read_events([json.dumps({"type": "NoteAdded", "at": MONDAY.isoformat()})])
    assert isinstance(event, e.NoteAdded)
    assert (event.by, event.version) == ("acc_1_2", 3)


def test_an_event_of_today_that_was_stored_without_a_newer_field_means_as_before() -> None:
    stored = json.loads(some(e.TaskDecided, 1).model_dump_json())
    del stored["terms"], stored["given"], stored["version"]
    event = e.EVENT.validate_python(stored)
    assert isinstance(event, e.TaskDecided)
    assert (event.terms, event.given, event.version) == (None, frozenset(), 1)


def test_a_field_that_a_newer_program_wrote_is_passed_over() -> None:
    assert e.EVENT.validate_json('{"type": "NoteAdded", "at": "2026-11-23T01:00:00Z", "by": "acc_1", "mood": "good"}')


@pytest.mark.parametrize("kind", ACT_TYPES, ids=lambda kind: kind.__name__)
def test_every_act_names_its_kind_and_survives_the_way_through_json(kind: type[a.ReceivedAct]) -> None:
    values: dict[str, Any] = {"task_id": "t", "to": "acc_2", "to_body": None, "outcome": "pass", "calendar_version": 1}
    values["officer"] = "acc_1"
    values |= {"key_digest": "digest", "evidence": ("file",), "by_case": "other", "restriction": "hold"}
    values |= {"openness": "conditional", "data_items": (), "effect": "close", "period": "5wd", "delegation": "act"}
    values |= {"used_on": "2026-11-23", "inspected_on": "2026-11-23", "stop": "evaluation"}
    needed = {name: values[name] for name in values if name in kind.model_fields}
    if kind is a.Inspect:
        needed["finding"] = "in_order"
    act = kind(id="1", case_id="case", by=PARTY, received_at=MONDAY, **needed)
    assert a.ACT.validate_json(act.model_dump_json()) == act


def test_a_notice_that_moves_a_clock_out_again_undoes_its_passing() -> None:
    bench = filed("nanning").passes(days=10)
    task = bench.task("formal_review")
    assert task.passed
    clock = task.clock.model_copy(update={"due_at": datetime(2026, 12, 24, tzinfo=UTC)})
    moved = e.ClockMoved(
        at=bench.now, task_id=task.task_id, clock=clock, because="notice", due_before=task.clock.due_at
    )
    bench.append([moved.model_copy(update={"number": bench.state.number + 1})])
    assert bench.task("formal_review").passed is False
    assert bench.passes(days=30).task("formal_review").passed


def access() -> Bench:
    """An access case as the grant of a request opens it."""
    return accessed(until_signing("nanning").all_decide(BOTH_SIGN))


PROVIDER = a.Actor(account="acc_p", body="nanning.provider")


def test_access_ends_by_itself_at_the_instant_to_which_it_was_granted() -> None:
    bench = access()
    assert bench.state.grant
    assert bench.passes(bench.state.grant.valid_until).state.closed == "expired"
    assert bench.types() == ["AccessOpened", "AccessExpired", "Closed"]


def test_access_is_revoked_by_the_provider_alone_and_with_a_reason() -> None:
    bench = access()
    reason = frozenset({"reason"})
    assert bench.by_party(a.Revoke, given=reason) == "NotYourTask"
    assert bench.by_party(a.Revoke, by=a.Actor(account="acc_o", body="nanning.operator"), given=reason) == "NotYourTask"
    assert bench.by_party(a.Revoke, by=PROVIDER) == "RequirementMissing"
    assert bench.by_party(a.Revoke, by=PROVIDER, given=reason) == "accepted"
    assert bench.state.closed == "revoked"


def test_access_is_given_back_by_the_grantee_alone() -> None:
    bench = access()
    assert bench.by_party(a.Renounce, by=PROVIDER) == "NotYourCase"
    assert bench.by_party(a.Renounce) == "accepted"
    assert bench.state.closed == "renounced"


def test_a_new_key_takes_the_place_of_the_one_before() -> None:
    bench = access()
    assert bench.by_party(a.IssueKey, by=PROVIDER, key_digest="first") == "NotYourCase"
    for digest in ("first", "second"):
        assert bench.by_party(a.IssueKey, key_digest=digest) == "accepted"
    assert bench.state.grant
    assert bench.state.grant.key_digest == "second"


def test_an_access_case_has_no_tasks_to_decide() -> None:
    bench = access()
    act = bench.act(a.Decide, PROVIDER, task_id="case.provider_review.1", outcome="agree")
    assert bench.judged(act) == "ProcedureKnowsNoSuchAct"
