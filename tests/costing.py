"""What a case costs the engine, counted from recorded histories.

`python -m tests.costing > docs/cost-of-a-case.md` writes the committed table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from models.acts import File
from models.procedure import JudgedBy
from models.procedures import BY_NAME
from models.state import CaseState, fold
from tests import recorded

HEAD = """# What a case costs the engine

Generated from the recorded histories: `python -m tests.costing > docs/cost-of-a-case.md`;
`tests/workflows/test_cost_of_a_case.py` compares. Log events are rows in PostgreSQL, history events lie in Temporal.
Billable actions by Temporal's own list: one each for the start, a timer, an upsert of search attributes, a signal, an
update (rejected ones too), an attempt of an activity; local activities are one a workflow task. Claims, releases,
reassignments and notes are judged at receipt and cost the engine nothing. Every act on an objection is judged at its
receipt too; the engine is told of those that were accepted, by an update each.
"""

ONE_ACTION = {
    "WORKFLOW_EXECUTION_STARTED": "start",
    "TIMER_STARTED": "timers",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": "upserts",
    "WORKFLOW_EXECUTION_SIGNALED": "signals",
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": "updates",
}
COLUMNS = ("updates", "timers", "upserts", "local activities", "other")


@dataclass(frozen=True)
class Cost:
    """What one recorded case cost. `actions` are counted by kind."""

    name: str
    log_events: int
    history_events: int
    actions: Counter[str]

    @property
    def billable(self) -> int:
        return self.actions.total()


def cost_of(name: str) -> Cost:
    """Counts one recorded case."""
    events = recorded.history(name)["events"]
    log = recorded.log(name)
    filed = fold(CaseState(), log.events[:1])
    procedure = BY_NAME[filed.procedure]
    actions: Counter[str] = Counter()
    with_local_activities = set()
    accepted = set()
    for event in events:
        kind = event["eventType"].removeprefix("EVENT_TYPE_")
        if kind in ONE_ACTION:
            actions[ONE_ACTION[kind]] += 1
        elif kind == "ACTIVITY_TASK_STARTED":
            # Only the attempt that ended lies in history; it carries its number.
            actions["activity attempts"] += _attributes(event).get("attempt", 1)
        elif kind == "MARKER_RECORDED" and _attributes(event)["markerName"] == "core_local_activity":
            with_local_activities.add(_attributes(event)["workflowTaskCompletedEventId"])
        if kind == "WORKFLOW_EXECUTION_UPDATE_ACCEPTED":
            accepted.add(_attributes(event)["acceptedRequest"]["meta"]["updateId"])
    actions["local activities"] = len(with_local_activities)
    # An update that a validator rejects leaves nothing in history, and is billed all the same.
    actions["updates"] += sum(
        1
        for each in log.acts
        if each.state == "refused"
        and procedure.judged_by(type(each.act)) is JudgedBy.ENGINE
        and not isinstance(each.act, File)
        and each.act.id not in accepted
    )
    return Cost(name, len(log.events), len(events), actions)


def page() -> str:
    """The whole page, as it is committed."""
    return "\n".join([HEAD, *_table(), ""])


def _table() -> Iterator[str]:
    yield f"| city | path | log events | history events | billable actions | {' | '.join(COLUMNS)} |"
    yield "| --- | --- |" + " ---: |" * (3 + len(COLUMNS))
    for cost in map(cost_of, recorded.names()):
        city, _, path = cost.name.partition("-")
        named = [cost.actions[kind] for kind in COLUMNS[:-1]]
        counts = [cost.log_events, cost.history_events, cost.billable, *named, cost.billable - sum(named)]
        yield f"| {city} | {path} | {' | '.join(map(str, counts))} |"


def _attributes(event: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(value for name, value in event.items() if name.endswith("EventAttributes"))
    return found


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201  # the command writes the page to where it is sent
