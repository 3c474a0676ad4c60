"""What `kaifang demo` shows of data that departments share: asked for, determined, signed, served to the exchange."""

from __future__ import annotations

from cli.demo_parties import WORDS, Json, Parties, rules_of
from rules.procedure_names import SHARING_REQUEST
from rules.procedure_rules import PROVIDER
from rules.sample_catalogue import bodies

CONDITIONS = {"conditions": WORDS}
DECIDED: tuple[tuple[str, str, Json], ...] = (
    ("operator_opinion", "in_favour", {}),
    ("provider_opinion", "in_favour", {}),
    ("determination", "share", {}),
    ("operator_signature", "sign", CONDITIONS),
    ("requester_signature", "sign", {}),
)


def share_data(parties: Parties, city: str) -> tuple[Json, list[Json], list[str]] | None:
    """A request of one department for another's data that is granted, its tasks, and what the gates of the exchange and
    of open data say to its key; None where the law of the city knows none."""
    if rules_of(parties, city, SHARING_REQUEST) is None:
        return None
    known = parties.call("applicant@demo", "GET", f"/v1/datasets?city={city}&limit=50")["items"]
    dataset = next(each for each in known if each["sharing_class"] == "conditional")
    asks = next(
        each.body
        for each in bodies()
        if (each.city, each.role) == (city, PROVIDER) and each.body != dataset["provider"]
    )
    department, item = f"reviewer@{asks}", dataset["items"][0]["item"]
    asked = {
        "city": city,
        "dataset_id": dataset["dataset_id"],
        "data_items": [item],
        "purpose": WORDS,
        "access_mode": "api",
    }
    case = parties.call(department, "POST", "/v1/sharing-requests", asked)
    address, tasks = f"/v1/cases/{case['case_id']}", []
    for stage, outcome, said in DECIDED:
        case = parties.call(department, "GET", address)
        task = next(each for each in case["tasks"] if each["stage"] == stage)
        tasks.append(task)
        officer = f"reviewer@{task['body']}"
        signs = outcome == "sign"
        digest = {"digest": parties.call(officer, "POST", f"{address}/agreement", said)["digest"]} if signs else {}
        decision = {"outcome": outcome, **said, **digest}
        parties.call(officer, "POST", f"/v1/tasks/{task['task_id']}/decision", decision)
    case = parties.call(department, "GET", address)
    key = parties.call(department, "POST", f"/v1/grants/{case['granted']['access_case_id']}/key")["key"]
    question = {"dataset_id": dataset["dataset_id"], "items": item, "mode": "api"}
    return case, tasks, [parties.at_the_exchange(key, question), parties.at_the_gate(key, question)]
