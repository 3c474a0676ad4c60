"""What stops a clock in Heyang, and what the ledger of the clock says of it: judged without an engine."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from models import acts as a
from models.clock_ledger import Line, LineKind, ledgers_of
from models.passing import next_instant, pass_time
from models.procedures.access_request import ACCESS_REQUEST
from models.telling import told
from models.tellings import Account
from rules.deadlines import SHANGHAI
from rules.loading import load_file
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from tests.models.bench import MONDAY, PARTY, Bench, begun, law, notices
from tests.seventh_city.clocks import added_up

HEYANG = resolve(load_file(Path(__file__).parent / "heyang.yaml"), "access_request", date(2026, 11, 21))
A_MOMENT = timedelta(microseconds=1)


def request(rules: ProcedureRules = HEYANG, at: datetime = MONDAY) -> Bench:
    """A request that lies before the provider, whose fifteen days run from the receipt."""
    bench = begun(rules, ACCESS_REQUEST, at=at, choices={"urgency": "normal", "use": "general"})
    return bench.all_decide([("look_through", "complete")])


def ledger(bench: Bench, stage: str = "answer") -> list[Line]:
    return dict(ledgers_of(bench.rules, bench.log))[bench.task(stage).task_id]


def stops(bench: Bench, stage: str = "answer") -> list[tuple[str | None, bool, bool]]:
    """Each stop by its name, whether it runs, and whether time ended it."""
    found = [line for line in ledger(bench, stage) if line.kind is LineKind.STOPPED]
    return [(line.because, line.until is None, line.by_time) for line in found]


def opinion(bench: Bench) -> str:
    return bench.decide("expert_review", "opinion", given={"text"})


def adds_up(bench: Bench, stage: str = "answer") -> bool:
    lines = ledger(bench, stage)
    due_at = added_up(lines, notices(), moves=bench.rules.moving_units != ())
    return bench.task(stage).clock.due_at == due_at


def test_a_supplement_stops_the_clock_that_its_pack_names_and_no_other() -> None:
    bench = begun(HEYANG, ACCESS_REQUEST, choices={"urgency": "normal", "use": "general"})
    assert bench.on("look_through", a.AskSupplement) == "accepted"
    assert bench.task("look_through").clock.stopped_at is None
    (ran_on,) = (line for line in ledger(bench, "look_through") if line.kind is LineKind.RAN_ON)
    assert ran_on.citation and ran_on.citation.note, "the service rule says so"
    bench.by_party(a.Supply)
    bench.decide("look_through", "complete")
    due_at = bench.task("answer").clock.due_at
    assert bench.on("answer", a.AskSupplement) == "accepted"
    assert bench.task("answer").clock.due_at is None, "without a most nobody can say"
    assert stops(bench) == [("supplement", True, False)]
    bench.passes(days=2)
    bench.by_party(a.Supply)
    assert stops(bench) == [("supplement", False, False)]
    assert due_at and bench.task("answer").clock.due_at == due_at + timedelta(days=2)
    assert adds_up(bench)


def test_a_stop_with_a_most_has_an_end_from_the_first_and_time_ends_it() -> None:
    bench = request()
    before = bench.task("answer").clock.due_at
    assert bench.on("answer", a.AskOpinion) == "accepted"
    (stop,) = bench.task("answer").clock.open_stops
    latest = bench.task("answer").clock.due_at
    assert stop.ends_at == next_instant(HEYANG, bench.state) == datetime(2026, 12, 8, tzinfo=SHANGHAI)
    assert before and latest and latest > before, "ten working days later, by which it is due at the latest"
    assert stop.ends_at
    bench.passes(stop.ends_at - A_MOMENT)
    assert stops(bench) == [("expert_review", True, False)]
    bench.passes(stop.ends_at)
    assert stops(bench) == [("expert_review", False, True)]
    assert bench.task("answer").clock.due_at == latest, "what is used up moves no end"
    assert adds_up(bench)
    assert pass_time(HEYANG, bench.state, bench.now) == [], "once"
    assert opinion(bench) == "accepted"
    assert bench.task("answer").clock.due_at == latest


def test_a_stop_that_ends_before_its_most_brings_the_end_nearer() -> None:
    bench = request()
    before = bench.task("answer").clock.due_at
    bench.on("answer", a.AskOpinion)
    bench.passes(days=2)
    assert opinion(bench) == "accepted"
    assert before and bench.task("answer").clock.due_at == before + timedelta(days=2)
    assert adds_up(bench)


def test_two_stops_of_one_name_share_its_most() -> None:
    bench = request()
    bench.on("answer", a.AskOpinion)
    bench.passes(days=9)
    assert opinion(bench) == "accepted"
    bench.on("answer", a.AskOpinion)
    (stop,) = bench.task("answer").clock.open_stops
    assert stop.ends_at == datetime(2026, 12, 8, tzinfo=SHANGHAI), "seven working days were used"
    bench.passes(stop.ends_at)
    assert adds_up(bench)


def test_what_two_rules_stop_at_once_stands_still_once() -> None:
    bench = request()
    before = bench.task("answer").clock.due_at
    bench.on("answer", a.AskSupplement)
    bench.passes(days=1)
    bench.on("answer", a.AskOpinion)
    bench.passes(days=2)
    bench.by_party(a.Supply)
    assert bench.task("answer").clock.stopped_at == MONDAY, "the experts stop it still"
    bench.passes(days=1)
    opinion(bench)
    clock = bench.task("answer").clock
    assert (clock.stopped_at, len(clock.stops)) == (None, 2)
    assert before and clock.due_at == before + timedelta(days=6), "four days later is a Saturday"
    assert adds_up(bench)


def test_a_stage_that_lies_open_beside_stops_the_clock_until_it_is_done() -> None:
    bench = request().all_decide([("answer", "refuse")])
    assert bench.by_party(a.Decide, task_id=bench.task("choice").task_id, outcome="ask_for_review") == "accepted"
    assert stops(bench, "review") == [("consultation", True, False)]
    bench.passes(days=3)
    assert bench.decide("consultation", "answered") == "accepted"
    assert stops(bench, "review") == [("consultation", False, False)]
    assert adds_up(bench, "review")


def test_no_period_passes_while_it_is_stopped_and_none_runs_out_of_itself() -> None:
    bench = request()
    bench.on("answer", a.AskSupplement)
    bench.passes(days=90)
    assert bench.task("answer").is_open
    assert not bench.task("answer").passed
    bench.by_party(a.Supply)
    due_at = bench.task("answer").clock.due_at
    assert due_at
    bench.passes(due_at)
    assert bench.task("answer").outcome == "refuse", "silence is a refusal then"


def test_the_ledger_names_each_rule_with_every_text_on_which_it_rests() -> None:
    bench = request()
    bench.on("answer", a.AskOpinion)
    began, stopped = ledger(bench)
    assert began.citation and [each.source for each in began.citation.also] == ["licensing_law"]
    assert stopped.citation and (stopped.citation.own_article, stopped.citation.also[0].article) == ("15.2", "45")
    assert stopped.due_before == began.due_at


def test_a_stop_ends_with_its_task() -> None:
    bench = request()
    bench.on("answer", a.AskSupplement)
    bench.passes(days=1)
    bench.decide("answer", "consent")
    assert stops(bench) == [("supplement", False, False)]
    assert ledger(bench)[-1].kind is LineKind.ENDED


@pytest.mark.parametrize("lapses", [False, True])
def test_a_stop_whose_most_was_used_up_before_its_task_ended_lasted_no_longer(lapses: bool) -> None:
    """Also where nobody has looked at the case in the meantime."""
    bench = request()
    bench.on("answer", a.AskOpinion)
    clock = bench.task("answer").clock
    (stop,) = clock.open_stops
    assert stop.ends_at and clock.due_at
    bench.now = clock.due_at + timedelta(hours=1) if lapses else stop.ends_at + timedelta(hours=1)
    bench.decide("answer", "consent")
    assert bench.task("answer").outcome == ("refuse" if lapses else "consent")
    (line,) = (line for line in ledger(bench) if line.kind is LineKind.STOPPED)
    assert (line.until, line.by_time) == (stop.ends_at, True)
    assert ledger(bench)[-1].kind is LineKind.ENDED


def test_a_period_that_stands_still_is_extended_and_both_count() -> None:
    bench = request()
    bench.on("answer", a.AskSupplement)
    bench.passes(days=2)
    assert bench.on("answer", a.Extend, period="10d", given=frozenset({"text"}), posts=("head",)) == "accepted"
    assert bench.task("answer").clock.due_at is None, "it stands still, however long it is"
    bench.by_party(a.Supply)
    clock = bench.task("answer").clock
    # Fifteen days, ten more, and two of standing still end with Sunday, 20 December 2026, which moves on.
    assert clock.due_at == datetime(2026, 12, 22, tzinfo=SHANGHAI)
    assert adds_up(bench)
    bench.on("answer", a.AskOpinion)
    bench.passes(days=1)
    opinion(bench)
    assert len(bench.task("answer").clock.extensions) == 1, "no stop takes it back"
    assert adds_up(bench)


@pytest.mark.parametrize("period", ["15d", "10wd", "36h", "2mo"])
def test_the_due_instant_is_what_the_lines_of_the_ledger_add_up_to(period: str) -> None:
    rules = with_period(period)
    beginnings = (MONDAY, datetime(2026, 2, 10, 23, 59, tzinfo=SHANGHAI), datetime(2025, 9, 26, 9, 0, tzinfo=SHANGHAI))
    for at, first, second, pause in itertools.product(beginnings, (0, 5, 30), (4, 28, 200), (0, 20)):
        bench = request(rules, at)
        bench.passes(hours=pause)
        bench.on("answer", a.AskSupplement)
        bench.passes(hours=first)
        bench.on("answer", a.AskOpinion)
        bench.passes(hours=second)
        bench.by_party(a.Supply)
        assert bench.task("answer").clock.stopped_at or second == 200
        bench.passes(hours=400)
        if bench.task("answer").is_open and not bench.task("answer").clock.open_stops:
            assert adds_up(bench), (at, first, second, pause)


def with_period(period: str) -> ProcedureRules:
    """Heyang with another period for the answer, which no silence decides."""
    steps = []
    for step in HEYANG.steps:
        stages = []
        for stage in step.stages:
            outcomes = tuple(each.model_copy(update={"when_passed": None}) for each in stage.outcomes)
            changed = {"periods": {"normal": period}, "outcomes": outcomes, "extension": None, "clock_from_stage": None}
            stages.append(stage.model_copy(update=changed if stage.stage == "answer" else {}))
        steps.append(step.model_copy(update={"stages": tuple(stages)}))
    return HEYANG.model_copy(update={"steps": tuple(steps)})


@pytest.mark.parametrize("city", ["nanning", "yunmeng"])
def test_a_case_whose_rules_name_no_stops_has_a_ledger_of_what_its_log_has(city: str) -> None:
    bench = begun(
        law(city), ACCESS_REQUEST, choices={"urgency": "normal", "use": "general"}, given=frozenset({"purpose"})
    )
    if city == "yunmeng":
        bench.all_decide([("pledge", "sign")])
    stage = "custody" if city == "yunmeng" else "formal_review"
    bench.on(stage, a.AskSupplement)
    bench.passes(days=1)
    bench.by_party(a.Supply)
    kinds = [line.kind for line in ledger(bench, stage)]
    assert kinds == [LineKind.BEGAN, LineKind.STOPPED if city == "yunmeng" else LineKind.RAN_ON]
    assert adds_up(bench, stage)
    assert all(line.citation for line in ledger(bench, stage))


def inspected(bench: Bench, *, why: bool = True) -> str:
    return bench.on("answer", a.StopClock, stop="inspection", given=frozenset({"text"} if why else ()))


def test_a_body_stops_its_clock_by_a_decision_with_a_reason_and_has_it_run_again() -> None:
    bench = request()
    before = bench.task("answer").clock.due_at
    assert inspected(bench, why=False) == "RequirementMissing"
    assert inspected(bench) == "accepted"
    assert inspected(bench) == "ClockStandsAlready"
    assert bench.types()[-2:] == ["StopDecided", "ClockMoved"]
    bench.passes(days=2)
    assert bench.on("answer", a.RunClock, stop="inspection") == "accepted"
    assert bench.on("answer", a.RunClock, stop="inspection") == "ClockNotStopped"
    assert before and bench.task("answer").clock.due_at == before + timedelta(days=2)
    assert stops(bench) == [("inspection", False, False)]
    assert adds_up(bench)


def test_what_a_decision_stopped_runs_again_by_itself_when_the_most_is_used_up() -> None:
    bench = request()
    inspected(bench)
    (stop,) = bench.task("answer").clock.open_stops
    assert stop.ends_at == datetime(2026, 12, 1, tzinfo=SHANGHAI), "five working days"
    bench.passes(stop.ends_at)
    assert stops(bench) == [("inspection", False, True)]
    assert inspected(bench) == "NothingLeftToStop"
    assert adds_up(bench)


def test_nobody_stops_a_clock_for_a_reason_that_the_rules_do_not_know() -> None:
    bench = request()
    assert bench.on("answer", a.StopClock, stop="holiday", given=frozenset({"text"})) == "StopNotKnown"
    assert bench.on("answer", a.StopClock, stop="supplement", given=frozenset({"text"})) == "StopNotKnown"
    five = begun(
        law("nanning"), ACCESS_REQUEST, choices={"urgency": "normal", "use": "general"}, given=frozenset({"purpose"})
    )
    assert (
        five.on("formal_review", a.StopClock, stop="inspection", given=frozenset({"text"})) == "ProcedureKnowsNoSuchAct"
    )


def test_no_period_that_has_ended_is_stopped() -> None:
    bench = request(with_period("10wd"))
    due_at = bench.task("answer").clock.due_at
    assert due_at
    bench.passes(due_at)
    assert inspected(bench) == "NothingLeftToStop"
    assert bench.on("answer", a.AskSupplement) == "accepted"
    assert bench.task("answer").clock.due_at == due_at


def test_who_asked_is_told_that_the_clock_stands_still_and_runs_again() -> None:
    bench = request()
    before, length = bench.state, len(bench.log)
    inspected(bench)
    bench.passes(days=1)
    bench.on("answer", a.RunClock, stop="inspection")
    messages = told(before, bench.state, bench.log[length:])
    to_the_party = [each.kind for each in messages if each.to == Account(PARTY.account)]
    assert to_the_party == ["clock_stopped", "clock_runs_again"]
