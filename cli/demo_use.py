"""What `kaifang demo` shows of the use of data: a grantee reports before it is owed, and whoever assesses does so."""

from __future__ import annotations

from cli.demo_parties import WORDS, Json, Parties, rules_of
from rules.procedure_names import USE_REPORT

USER = "applicant@demo"
REPORTED = {"uses": WORDS, "results": WORDS, "source_cited": WORDS}


def report_use(parties: Parties, city: str) -> tuple[Json, list[Json]] | None:
    """A report on the use of the latest grant of the city that was assessed as lawful, and its tasks; None where the
    law of the city has none, or no grant holds."""
    rules = rules_of(parties, city, USE_REPORT)
    grants = parties.call(USER, "GET", "/v1/grants")["items"]
    holding = [each for each in grants if each["city"] == city and each["ended"] is None and each["report_days"]]
    if rules is None or not holding:
        return None
    case = parties.call(USER, "POST", f"/v1/grants/{holding[0]['case_id']}/use-reports")
    tasks = list(case["tasks"])
    said = REPORTED | ({"obtained_on": holding[0]["granted_at"][:10]} if wants_the_day(case) else {})
    case = parties.call(USER, "POST", f"/v1/cases/{case['case_id']}/use-report", said)["case"]
    for task in (each for each in case["tasks"] if each["state"] == "open"):
        officer = f"reviewer@{task['body']}"
        parties.call(officer, "POST", f"/v1/tasks/{task['task_id']}/decision", {"outcome": "as_agreed"})
        tasks.append(task)
    return parties.call(USER, "GET", f"/v1/cases/{case['case_id']}"), tasks


def wants_the_day(case: Json) -> bool:
    """Whether the law of the case wants the day on which the data was obtained."""
    outcomes = (outcome for task in case["tasks"] for outcome in task["outcomes"])
    return any("obtained_on" in each["any_of"] for outcome in outcomes for each in outcome["requires"])
