"""What `kaifang demo` shows of conditional data: a request walked to its grant."""

from __future__ import annotations

from cli.demo_parties import WORDS, Json, Parties
from rules.agreement import SIGN
from rules.pinned import APPLICANT
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import AGREED

USUAL = ("api", "general")
EVERYTHING_A_DECISION_MAY_NEED = {
    **{"reason": WORDS, "basis": WORDS, "tender_reference": WORDS},
    **{"conditions": WORDS, "scenario": WORDS},
}


def walk(parties: Parties, city: str) -> tuple[Json, list[Json]]:
    """A granted request of this city, and its tasks in the order in which they were decided."""
    case = ask(parties, city, request_law(parties, city))
    decided: list[Json] = []
    while case["status"] == "open":
        task = next(task for task in case["tasks"] if task["state"] in ("open", "claimed"))
        decided.append(task)
        decide(parties, case, task)
        case = parties.call("applicant@demo", "GET", f"/v1/cases/{case['case_id']}")
    return case, decided


def refuse(parties: Parties, city: str) -> tuple[Json, list[Json]]:
    """A request of this city that is refused on the shortest way, and its tasks in the order in which they were
    decided; the case says where to go after that."""
    rules = request_law(parties, city)
    case, far = ask(parties, city, rules), far_from_a_refusal(rules)
    decided: list[Json] = []
    while case["status"] == "open":
        task = next(task for task in case["tasks"] if task["state"] in ("open", "claimed"))
        step, stage = rules.step(task["step"]), rules.stage(task["stage"])
        assert step, f"the case has a step that its rules do not know: {task['step']}"
        assert stage, f"the case has a stage that its rules do not know: {task['stage']}"
        outcome = min(stage.outcomes, key=lambda each: far.get(each.leads_to or step.then or "", len(far)))
        said = {requirement.any_of[0]: WORDS for requirement in outcome.requires}
        path = f"/v1/tasks/{task['task_id']}/decision"
        parties.call(f"reviewer@{task['body']}", "POST", path, {"outcome": outcome.outcome, **said})
        decided.append(task)
        case = parties.call("applicant@demo", "GET", f"/v1/cases/{case['case_id']}")
    return case, decided


def far_from_a_refusal(rules: ProcedureRules) -> dict[str, int]:
    """Each ending that refuses and each step that leads to one, by the number of decisions between."""
    far = {ending.outcome: 0 for ending in rules.endings if ending.refusal}
    for _ in rules.steps:
        for step in rules.steps:
            ways = (each.leads_to or step.then for stage in step.stages for each in stage.outcomes)
            found = [far[way] + 1 for way in ways if way in far]
            if found:
                far[step.step] = min(found)
    return far


def request_law(parties: Parties, city: str) -> ProcedureRules:
    """By what law requests are decided in the city."""
    law = parties.call("applicant@demo", "GET", f"/v1/rules/{city}?procedure=access_request")
    return ProcedureRules.model_validate(law["rules"])


def ask(parties: Parties, city: str, rules: ProcedureRules) -> Json:
    """A request for one item of a conditional dataset that is served. Raises NothingServed."""
    dataset, item = served_item(parties, city, "conditional")
    return parties.call(
        "applicant@demo",
        "POST",
        "/v1/access-requests",
        {
            "city": city,
            "dataset_id": dataset["dataset_id"],
            "purpose": "to show how a request runs",
            "scenario": "a demonstration",
            "safeguards": "none needed: sample data",
            "data_items": [item],
            **{choice: on_request(rules, choice) for choice in ("access_mode", "use") if choice in rules.choices},
        },
    )


def on_request(rules: ProcedureRules, choice: str) -> str:
    """The value to ask for: the usual one where the city knows it, else the first that it lets anybody ask for."""
    known = [each.value for each in rules.choices[choice] if each.on_request]
    return next((value for value in known if value in USUAL), known[0])


def served_item(parties: Parties, city: str, openness: str) -> tuple[Json, str]:
    """A dataset of that class and one of its items that nothing keeps back. Raises NothingServed."""
    query = f"/v1/datasets?city={city}&openness={openness}"
    for dataset in parties.call("applicant@demo", "GET", f"{query}&served=true")["items"]:
        kept = {item for each in dataset["restrictions"] for item in each["data_items"]}
        for item in dataset["items"]:
            if item["item"] not in kept:
                return dataset, item["item"]
    raise NothingServed(city, openness, parties.call("applicant@demo", "GET", query)["items"])


class NothingServed(Exception):
    """Every dataset of a class is kept back, so the demonstration cannot show anybody getting it."""

    def __init__(self, city: str, openness: str, kept: list[Json]) -> None:
        by = "; ".join(
            f"{each['dataset_id']} ({', '.join(restriction['restriction'] for restriction in each['restrictions'])})"
            for each in kept
        )
        super().__init__(
            f"{city}: no {openness} dataset can be served now. What objections keep back: {by or 'nothing'}"
        )


def decide(parties: Parties, case: Json, task: Json) -> None:
    """The body's first outcome, which lets the case go on in every pack, with whatever it may need."""
    outcome = task["outcomes"][0]["outcome"]
    agreement = f"/v1/cases/{case['case_id']}/agreement"
    if task["body"] == APPLICANT:
        text = parties.ask("applicant@demo", agreement)
        signed = {"digest": text["digest"]} if text else {}
        parties.call("applicant@demo", "POST", f"/v1/cases/{case['case_id']}/signature", signed)
        return
    officer = f"reviewer@{task['body']}"
    path = f"/v1/tasks/{task['task_id']}"
    parties.call(officer, "POST", f"{path}/claim", {})
    said = {"outcome": outcome, **EVERYTHING_A_DECISION_MAY_NEED}
    if outcome == SIGN and parties.ask(officer, agreement):
        stated = {name: text for name, text in EVERYTHING_A_DECISION_MAY_NEED.items() if name in AGREED}
        said["digest"] = parties.call(officer, "POST", agreement, stated)["digest"]
    parties.call(officer, "POST", f"{path}/decision", said)
