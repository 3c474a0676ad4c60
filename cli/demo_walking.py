"""How `kaifang demo` walks a case to its end: by the first outcome of each stage, with all that it demands."""

from __future__ import annotations

from cli.demo_parties import WORDS, Json, Parties
from rules.pinned_stages import Outcome
from rules.procedure_rules import ProcedureRules

NO_WORDS = {"time_limit": "10wd", "held_from": "2026-01-05", "held_until": "2026-01-20"}
"""What is stated of fields that take no words."""
Walked = tuple[Json, list[Json]]
"""A case at its end, and its tasks in the order of their decisions."""


def walked(parties: Parties, rules: ProcedureRules, login: str, case: Json) -> Walked:
    """The case at its end, read by that login. Whoever decides is a reviewer of the task's body."""
    decided: list[Json] = []
    while case["status"] == "open":
        task = next(task for task in case["tasks"] if task["state"] in ("open", "claimed"))
        stage = rules.stage(task["stage"])
        assert stage, f"the case has a stage that its rules do not know: {task['stage']}"
        decided.append(task)
        said = {"outcome": stage.outcomes[0].outcome, **needed(stage.outcomes[0])}
        parties.call(f"reviewer@{task['body']}", "POST", f"/v1/tasks/{task['task_id']}/decision", said)
        case = parties.call(login, "GET", f"/v1/cases/{case['case_id']}")
    return case, decided


def needed(outcome: Outcome) -> Json:
    """All that a decision must come with."""
    fields = (requirement.any_of[0] for requirement in outcome.requires)
    return {field: NO_WORDS.get(field, WORDS) for field in fields}
