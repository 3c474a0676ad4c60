"""What `kaifang demo` shows of objections: one whose data is held, and served again at the end."""

from __future__ import annotations

from cli.demo_parties import WORDS, Json, Parties
from cli.demo_requests import served_item
from rules.pinned_stages import DataEffect, Outcome
from rules.procedure_rules import ProcedureRules


def object_to_data(parties: Parties, city: str) -> tuple[Json, list[Json], list[str | None]]:
    """An answered objection of this city, its tasks in the order in which they were decided, and what was kept back of
    the data from stage to stage. The data is served again at the end, so that it can be shown again."""
    rules = law_of(parties, city)
    case = object_on(parties, city, rules.hold.grounds[0] if rules.hold else rules.choices["ground"][0].value)
    decided: list[Json] = []
    data: list[str | None] = [case["data"]["restriction"]]
    while case["status"] == "open":
        task, outcome = next_decision(rules, case)
        decided.append(task)
        answer_task(parties, case, task, outcome)
        case = parties.call("objector@demo", "GET", f"/v1/cases/{case['case_id']}")
        if case["data"]["restriction"] != data[-1]:
            data.append(case["data"]["restriction"])
    return case, decided, data


def take_back(parties: Parties, city: str) -> tuple[Json, list[str | None]]:
    """An objection that is taken back on a ground on which its case ends with that, and what was kept back of the data
    before and after; where the law knows such a ground among those that hold data, it was held until then."""
    rules = law_of(parties, city)
    holding = rules.hold.grounds if rules.hold else ()
    grounds = [*holding, *(choice.value for choice in rules.choices["ground"])]
    case = object_on(parties, city, next(each for each in grounds if each not in rules.verified_on.get("ground", ())))
    before = case["data"]["restriction"]
    parties.call("objector@demo", "POST", f"/v1/cases/{case['case_id']}/withdrawal", {"reason": WORDS})
    case = parties.call("objector@demo", "GET", f"/v1/cases/{case['case_id']}")
    return case, [before, case["data"]["restriction"]]


def law_of(parties: Parties, city: str) -> ProcedureRules:
    """By what law objections are decided in the city."""
    law = parties.call("objector@demo", "GET", f"/v1/rules/{city}?procedure=objection")
    return ProcedureRules.model_validate(law["rules"])


def object_on(parties: Parties, city: str, ground: str) -> Json:
    """An objection with evidence against a dataset that is served. Raises NothingServed."""
    dataset, _ = served_item(parties, city, "unconditional")
    return parties.call(
        "objector@demo",
        "POST",
        "/v1/objections",
        {
            "city": city,
            "dataset_id": dataset["dataset_id"],
            "ground": ground,
            "statement": "to show how an objection runs",
            "evidence": [parties.upload("objector@demo", "evidence.txt", "A line that names the objector's recipe.\n")],
        },
    )


def next_decision(rules: ProcedureRules, case: Json) -> tuple[Json, Outcome]:
    """An open task and what its body decides: first a decision by which the case does not go on yet, because some must
    come before it does."""
    found = []
    for task in case["tasks"]:
        stage = rules.stage(task["stage"])
        if stage and task["state"] in ("open", "claimed"):
            found += [(task, outcome) for outcome in stage.outcomes if upholds(rules, outcome)][:1]
    return min(found, key=lambda each: each[1].leads_to is not None)


def upholds(rules: ProcedureRules, outcome: Outcome) -> bool:
    """Whether the outcome agrees with the objection and does not withdraw the data."""
    ending = rules.ending(outcome.leads_to or "")
    return outcome.data is not DataEffect.WITHDRAW and not (ending and ending.upheld is False)


def answer_task(parties: Parties, case: Json, task: Json, outcome: Outcome) -> None:
    """The decision, with all that it needs."""
    fields = {name for requirement in outcome.requires for name in requirement.any_of}
    said = dict.fromkeys(fields, WORDS)
    if "processed_on" in fields:
        said["processed_on"] = case["data"]["since"][:10]
    path = f"/v1/tasks/{task['task_id']}/decision"
    parties.call(f"reviewer@{task['body']}", "POST", path, {"outcome": outcome.outcome, **said})
