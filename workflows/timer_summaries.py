"""What a case waits for, in one English line beside the timer: whoever looks at Temporal's own UI reads the law there.

A summary is seen by whoever may use that UI, is no part of what is replayed, and holds no name and nothing that people
wrote.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from models.clock import Clock, OpenStop
from models.passing import next_instant
from models.state import CaseState
from models.task_state import TaskState
from rules.deadlines import to_shanghai
from rules.pinned import Basis, Citation
from rules.procedure_rules import ProcedureRules

LONGEST = 300
"""Bytes: a server refuses a summary of more than 400, and with it the whole step of the case."""


def what_time_brings(rules: ProcedureRules, state: CaseState) -> str:
    """What the next instant brings, by which article, and when: `Formal review · Nanning 20(2) · due 2026-11-24`.

    A day is the last one, Asia/Shanghai; a period in hours ends at an instant, Asia/Shanghai too. Of several clocks
    that pass together the first opened is named, and how many more there are. Empty where a case waits for no instant.
    """
    instant = next_instant(rules, state)
    if instant is None:
        return ""
    standing = [stop for task in state.open_tasks() for stop in task.clock.open_stops if stop.ends_at == instant]
    passing = [task for task in state.open_tasks() if task.clock.due_at == instant and not task.passed]
    if passing:
        summary = clock_passes(rules, *passing)
    elif standing:
        summary = clock_runs_again(rules, standing[0])
    elif state.grant and state.grant.valid_until == instant:
        summary = access_expires(rules, state.grant.valid_until)
    else:
        summary = "A notice moved a clock: what its passing had opened is owed no more"
    return summary.encode()[:LONGEST].decode(errors="ignore")


def clock_passes(rules: ProcedureRules, task: TaskState, *others: TaskState) -> str:
    stage = rules.stage(task.stage)
    name = stage.label.en if stage else task.stage
    and_more = f" and {len(others)} more" if others else ""
    return f"{name}{and_more} · {law_of(rules, task.clock)} · due {due(task.clock)}"


def clock_runs_again(rules: ProcedureRules, stop: OpenStop) -> str:
    rule = rules.stop(stop.because)
    name = rule.label.en if rule else stop.because
    assert stop.ends_at, "a stop that ends by itself has an end"
    return f"Clock runs again: {name} · {law_of(rules, stop)} · {to_shanghai(stop.ends_at):%F %R}"


def access_expires(rules: ProcedureRules, valid_until: datetime) -> str:
    last_day = to_shanghai(valid_until - timedelta(microseconds=1)).date()
    cited = f" · {law_of(rules, rules.grant.citation)}" if rules.grant else ""
    return f"Access expires{cited} · last day {last_day}"


def law_of(rules: ProcedureRules, of: Clock | Citation | OpenStop) -> str:
    """The city, and the article or that it is a service rule, which is none of the law's."""
    return f"{rules.city_name.en} {of.article if of.basis is Basis.LAW else 'service rule'}"


def due(clock: Clock) -> str:
    assert clock.due_at, "a clock that passes has an end"
    if clock.last_day and clock.ends_with_a_day:
        return clock.last_day.isoformat()
    return f"{to_shanghai(clock.due_at):%F %R}"
