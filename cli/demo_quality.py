"""What `kaifang demo` shows of quality: data that its user has checked, and its provider corrects."""

from __future__ import annotations

from cli.demo_parties import WORDS, Json, Parties, rules_of
from cli.demo_requests import served_item
from rules.procedure_names import QUALITY_CHECK


def have_data_checked(parties: Parties, city: str) -> tuple[Json, list[Json]] | None:
    """A quality check that ended in a correction, and its task; None where the law of the city has none."""
    if rules_of(parties, city, QUALITY_CHECK) is None:
        return None
    dataset, item = served_item(parties, city, "unconditional")
    day = parties.call("applicant@demo", "GET", f"/v1/rules/{city}")["on"]
    raised = {"city": city, "dataset_id": dataset["dataset_id"], "statement": WORDS, "data_items": [item]}
    case = parties.call("applicant@demo", "POST", "/v1/quality-checks", {**raised, "discovered_on": day})
    (task,) = case["tasks"]
    said = {"outcome": "correct", "result": WORDS}
    parties.call(f"reviewer@{task['body']}", "POST", f"/v1/tasks/{task['task_id']}/decision", said)
    return parties.call("applicant@demo", "GET", f"/v1/cases/{case['case_id']}"), [task]
