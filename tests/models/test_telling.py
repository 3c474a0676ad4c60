"""Whom a write to the log tells what: one pure function, over every log that is recorded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.outbox.message_texts import Message, message_texts, say
from activities.record.touching import restriction_act
from models import acts as a
from models import events as e
from models.act_contents import Measure
from models.state import CaseState, fold
from models.telling import told
from models.tellings import Account, Officer, Officers, Telling
from tests import recorded
from tests.models.bench import CITIES, Bench, accessed, objected, until_signing

NAMES = recorded.names()
BASE = "https://kaifang.example"


def told_in_writes(events: Sequence[e.Event], cuts: Sequence[int]) -> list[Telling]:
    """What a log tells that was written in these pieces."""
    bounds = [0, *sorted({cut % len(events) for cut in cuts}), len(events)]
    found: list[Telling] = []
    state = CaseState()
    for begin, end in pairwise(bounds):
        piece = events[begin:end]
        after = fold(state, piece)
        found += told(state, after, piece)
        state = after
    return found


def one_by_one(name: str) -> list[Telling]:
    events = recorded.log(name).events
    return told_in_writes(events, range(len(events)))


def kinds(found: Sequence[Telling], to: object) -> list[str]:
    return [telling.kind for telling in found if telling.to == to]


def party(name: str) -> Account:
    return Account(fold(CaseState(), recorded.log(name).events).party)


@given(st.sampled_from(NAMES), st.lists(st.integers(0, 200), max_size=12))
def test_however_a_log_was_written_nobody_is_told_twice_of_one_event_in_one_way(name: str, cuts: list[int]) -> None:
    found = told_in_writes(recorded.log(name).events, cuts)
    assert not [each for each, times in Counter((t.of, t.kind, t.to) for t in found).items() if times > 1]


@pytest.mark.parametrize("name", NAMES)
def test_facts_are_ids_codes_and_days_and_no_other_case_is_named_to_a_party(name: str) -> None:
    for telling in one_by_one(name):
        assert recorded.FREE_TEXT not in str(dict(telling.facts))
        assert "by_case" not in telling.facts
        assert all(re.fullmatch(r"[A-Za-z0-9_.:+()-]*", str(value)) for value in telling.facts.values())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_message_has_a_text_with_the_law_and_a_link_and_nothing_left_unsaid(name: str, language: str) -> None:
    log = recorded.log(name)
    case = fold(CaseState(), log.events)
    for telling in one_by_one(name):
        assert telling.kind in message_texts().kinds
        said = say(
            Message(
                message_id="msg_1",
                number=1,
                kind=telling.kind,
                case_id=telling.case_id,
                task_id=telling.task_id,
                city=telling.city,
                created_at=datetime(2026, 3, 2, 1, tzinfo=UTC),
                facts=telling.facts,
                case_number=case.case_number,
                body_name=log.rules.city_name,
                rules=log.rules,
            ),
            "zh" if language == "zh" else "en",
            BASE,
        )
        assert said.law
        assert said.link
        assert said.link in said.text
        assert said.law in said.text
        assert "“”" not in said.text
        assert not re.search(r"[{}]|: *[.。]|  |、、|：。", said.text), said.text
        assert not re.search(r"（）|\(\)", said.subject), said.subject
        if "due_at" in telling.facts:
            assert said.due
            assert said.due in said.text


def test_an_applicant_is_told_of_each_stage_of_the_grant_and_not_twice_of_the_yes() -> None:
    heard = kinds(one_by_one("nanning-granted"), party("nanning-granted"))
    assert heard[0] == "case_received"
    assert heard.count("stage_begun") >= 2
    assert "your_turn" in heard
    assert told_in_writes(recorded.log("nanning-granted").events, [])[-1].kind != "case_closed"


def test_the_officers_of_a_body_are_told_of_a_task_that_lies_before_it() -> None:
    found = one_by_one("nanning-granted")
    opened = [telling.to for telling in found if telling.kind == "task_opened"]
    assert opened[0] == Officers("nanning.operator")
    assert Officers("nanning.authority") in opened


def test_a_refused_applicant_is_told_the_ending_with_its_article() -> None:
    log = recorded.log("nanning-refused")
    ending = next(telling for telling in one_by_one("nanning-refused") if telling.kind == "case_closed")
    assert ending.to == party("nanning-refused")
    assert ending.facts == {"outcome": "refused"}
    assert log.rules.ending("refused")


def test_the_officer_who_had_claimed_a_withdrawn_request_is_told() -> None:
    events = recorded.log("nanning-granted").events[:2]
    state = fold(CaseState(), events)
    at, task = events[-1].at, next(iter(state.tasks))
    state = fold(state, [e.TaskClaimed(number=3, at=at, task_id=task, by="acc_officer")])
    withdrawal: list[e.Event] = [
        e.Withdrawn(number=4, at=at),
        e.TaskCancelled(number=5, at=at, task_id=task, because="withdrawn"),
        e.Closed(number=6, at=at, outcome="withdrawn"),
    ]

    heard = told(state, fold(state, withdrawal), withdrawal)

    assert [(telling.kind, telling.to) for telling in heard] == [
        ("task_cancelled", Officer("nanning.operator", "acc_officer"))
    ]


def test_an_officer_is_not_told_what_its_own_decision_in_part_did() -> None:
    bench = objected("nanning", "privacy", evidence=("file-1",))
    bench.decide("suspension", "keep_open", measure=Measure(data_items=("name",)))
    officer = bench.officer("suspension")
    for stage in ("suspension", "verification"):
        assert bench.on(stage, a.Claim) == "accepted"
    before, known = bench.state, len(bench.log)
    bench.decide("verification", "withdraw", measure=Measure(data_items=("address",)))
    new = bench.log[known:]
    assert [event.type for event in new] == ["DecidedInPart", "DataWithdrawn", "TaskCancelled"]
    assert [
        each.kind for each in told(before, bench.state, new) if each.to == Officer("nanning.provider", officer.account)
    ] == []


def test_an_officer_is_not_told_what_the_officers_own_decision_did_to_a_claimed_task() -> None:
    events = recorded.log("yulin-refused").events
    opened = [event for event in events if isinstance(event, e.TaskOpened)]
    first, second = opened[0].task_id, opened[1].task_id
    at, number = opened[1].at, opened[1].number
    state = fold(CaseState(), events[:number])
    claims = [e.TaskClaimed(number=number + n, at=at, task_id=task, by="A") for n, task in ((1, first), (2, second))]
    state = fold(state, claims)

    def refused_by(by: str) -> list[Telling]:
        events: list[e.Event] = [
            e.TaskDecided(number=number + 3, at=at, task_id=first, by=by, outcome="reject", late=False),
            e.TaskCancelled(number=number + 4, at=at, task_id=second, because="closed:refused"),
        ]
        return told(state, fold(state, events), events)

    def told_the_officer(by: str) -> list[str]:
        return [each.kind for each in refused_by(by) if isinstance(each.to, Officer) and each.to.account_id == "A"]

    assert told_the_officer("A") == []
    assert told_the_officer("B") == ["task_decided", "task_cancelled"]


def test_a_notice_that_leaves_the_due_day_where_it_was_tells_nobody() -> None:
    opened = next(event for event in recorded.log("nanning-granted").events if isinstance(event, e.TaskOpened))
    filed = recorded.log("nanning-granted").events[0]
    state = fold(CaseState(), [filed, opened])
    stays = e.ClockMoved(
        number=3,
        at=opened.at,
        task_id=opened.task_id,
        clock=opened.clock,
        because="notice",
        due_before=opened.clock.due_at,
    )
    assert opened.clock.due_at
    moves = stays.model_copy(update={"due_before": datetime(2026, 1, 1, tzinfo=UTC)})

    assert told(state, fold(state, [stays]), [stays]) == []
    heard = told(state, fold(state, [moves]), [moves])
    assert [(t.kind, t.to) for t in heard] == [
        ("due_moved", Officers("nanning.operator")),
        ("due_moved", Account(state.party)),
    ]


def test_a_grantee_is_told_of_begin_and_end_but_not_of_its_own_giving_back() -> None:
    revoked, renounced = "nanning-access-revoked", "nanjing-access-renounced"
    assert kinds(one_by_one(revoked), party(revoked)) == ["grant_begun", "grant_ended"]
    assert kinds(told_in_writes(recorded.log(renounced).events, [1]), party(renounced)) == ["grant_begun"]


def test_who_waits_for_data_is_told_when_it_is_kept_back_and_when_it_is_served_again() -> None:
    heard = kinds(one_by_one("nanning-granted-after-lifting"), party("nanning-granted-after-lifting"))
    assert heard.count("data_kept_back") == heard.count("data_served_again") == 1


@pytest.mark.parametrize("city", CITIES)
def test_who_holds_a_grant_is_told_when_its_data_is_held_and_served_again(city: str) -> None:
    heard: list[str] = []

    def learns(access: Bench, objection: Bench) -> None:
        before, number = access.state, len(access.log)
        act = restriction_act(objection.state, access.state.case_id, objection.now)
        assert access.judged(act) == "accepted"
        found = told(before, access.state, access.log[number:])
        heard.extend(each.kind for each in found if each.to == Account(access.state.party))

    signed = [("applicant_signature", "sign"), ("provider_signature", "sign")]
    request = until_signing(city, items=("name", "phone"))
    access = accessed(request.all_decide([each for each in signed if each[0] in request.open_stages]))
    objection = objected(city, "privacy", evidence=("file-1",), items=("name", "address"), case_id="objection")
    learns(access, objection)
    assert objection.decide("suspension", "keep_open", measure=Measure(data_items=("address",))) == "accepted"
    learns(access, objection)
    assert heard == ["data_kept_back"]
    assert objection.decide("suspension", "keep_open", measure=Measure(data_items=("name",))) == "accepted"
    learns(access, objection)
    assert heard == ["data_kept_back", "data_served_again"]
    assert access.state.closed is None


def test_the_party_of_a_late_body_is_told_that_silence_is_no_answer() -> None:
    late = [telling for telling in one_by_one("nanning-late") if telling.kind == "due_passed"]
    assert [telling.to for telling in late] == [party("nanning-late")] * len(late)
    assert late
    text = message_texts().kinds["due_passed"].text
    assert "neither a yes nor a no" in text.en
