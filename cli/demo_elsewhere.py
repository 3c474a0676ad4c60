"""What `kaifang demo` shows of data that a body opens outside the platform: filed beforehand, and on record."""

from __future__ import annotations

from datetime import date, timedelta

from cli.demo_parties import WORDS, Json, Parties, rules_of
from cli.demo_requests import served_item
from rules.procedure_names import OPENING_ELSEWHERE


def open_elsewhere(parties: Parties, city: str) -> tuple[Json, list[Json]] | None:
    """A filing that came a day before its opening and is on record, and its task; None where the law has none."""
    if rules_of(parties, city, OPENING_ELSEWHERE) is None:
        return None
    dataset, item = served_item(parties, city, "unconditional")
    provider = f"reviewer@{dataset['provider']}"
    today = date.fromisoformat(parties.call(provider, "GET", f"/v1/rules/{city}")["on"])
    said = {"elsewhere": WORDS, "special_reason": WORDS, "opens_on": str(today + timedelta(days=1))}
    about = {"city": city, "dataset_id": dataset["dataset_id"], "data_items": [item]}
    case = parties.call(provider, "POST", "/v1/openings-elsewhere", {**about, **said})
    (task,) = case["tasks"]
    decision = {"outcome": "record"}
    parties.call(f"reviewer@{task['body']}", "POST", f"/v1/tasks/{task['task_id']}/decision", decision)
    return parties.call(provider, "GET", f"/v1/cases/{case['case_id']}"), [task]
