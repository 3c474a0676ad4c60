"""What `kaifang demo` shows of supervision: a breach that is ordered to be rectified, and is."""

from __future__ import annotations

from cli.demo_parties import WORDS, Json, Parties, rules_of
from rules.pack import BREACH
from rules.pinned_stages import Outcome
from rules.procedure_names import RECTIFICATION

TIME_LIMIT = "time_limit"
TEN_DAYS = "10wd"


def rectify(parties: Parties, city: str) -> tuple[Json, list[Json]] | None:
    """An accepted rectification, and its tasks in the order in which they were decided; None where the law of the city
    has nobody order one."""
    rules = rules_of(parties, city, RECTIFICATION)
    if rules is None:
        return None
    authority = f"reviewer@{city}.{rules.filed_by[0]}"
    dataset = parties.call(authority, "GET", f"/v1/datasets?city={city}")["items"][0]
    breach = {"city": city, "body": dataset["provider"], "breach": rules.choices[BREACH][0].value, "statement": WORDS}
    case = parties.call(authority, "POST", "/v1/rectifications", breach)
    decided: list[Json] = []
    while case["status"] == "open":
        task = next(task for task in case["tasks"] if task["state"] in ("open", "claimed"))
        stage = rules.stage(task["stage"])
        assert stage, f"the case has a stage that its rules do not know: {task['stage']}"
        decided.append(task)
        said = {"outcome": stage.outcomes[0].outcome, **needed(stage.outcomes[0])}
        parties.call(f"reviewer@{task['body']}", "POST", f"/v1/tasks/{task['task_id']}/decision", said)
        case = parties.call(authority, "GET", f"/v1/cases/{case['case_id']}")
    return case, decided


def needed(outcome: Outcome) -> Json:
    """All that a decision must come with."""
    fields = (requirement.any_of[0] for requirement in outcome.requires)
    return {field: TEN_DAYS if field == TIME_LIMIT else WORDS for field in fields}
