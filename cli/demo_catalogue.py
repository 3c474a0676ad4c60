"""What `kaifang demo` shows of the catalogue: an update walked to its publication, and a demand to its data."""

from __future__ import annotations

import time

from cli.demo_parties import WORDS, Json, Parties, rules_of
from rules.pinned_stages import EntryEffect, Outcome
from rules.procedure_names import CATALOGUE_UPDATE, DEMAND
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import ANSWERED_BY_THE_SERVICE, QUESTIONS

BOTH = {"zh": "演示所用", "en": "Said for the demonstration"}
NEW_ENTRY: Json = {
    "title": {"zh": "演示数据集", "en": "A dataset of the demonstration"},
    "abstract": BOTH,
    "domain": BOTH,
    "items": [{"item": "demonstrated", "name": BOTH, "type": "string"}],
    "formats": ["csv"],
    "update_frequency": "P1M",
    "grade": BOTH,
    "supervision": BOTH,
}
MONTHLY, QUARTERLY = "P1M", "P3M"
MOST_WAITS = 200
A_WAIT = 0.1
"""Seconds."""


def update_the_catalogue(parties: Parties, city: str) -> tuple[Json, list[Json]]:
    """A published update of an unconditional dataset, and its tasks in the order in which they were decided."""
    rules = rules_of(parties, city, CATALOGUE_UPDATE)
    assert rules, "every city has a catalogue"
    query = f"/v1/datasets?city={city}&openness=unconditional&served=true"
    dataset = parties.call("applicant@demo", "GET", query)["items"][0]
    frequency = QUARTERLY if dataset["update_frequency"] == MONTHLY else MONTHLY
    day = parties.call("applicant@demo", "GET", f"/v1/rules/{city}")["on"]
    case = parties.call(
        f"reviewer@{dataset['provider']}",
        "POST",
        "/v1/catalogue-updates",
        {
            "city": city,
            "dataset_id": dataset["dataset_id"],
            "trigger": next(each.value for each in rules.choices["trigger"] if each.on_request and not each.begins_at),
            "occurred_on": day,
        },
    )
    return walk_update(parties, rules, case, {"update_frequency": frequency})


def compile_for_a_county(parties: Parties, city: str) -> tuple[Json, list[Json]] | None:
    """A new entry of a body of a county, which its authority includes and the city's publishes, and the tasks that were
    decided for it; None where no body is of a county."""
    rules = rules_of(parties, city, CATALOGUE_UPDATE)
    bodies = parties.call("applicant@demo", "GET", f"/v1/bodies?city={city}")["items"]
    of_counties = (each["body"] for each in bodies if each["county"] not in (None, each["body"]))
    if rules is None or (provider := next(of_counties, None)) is None:
        return None
    day = parties.call("applicant@demo", "GET", f"/v1/rules/{city}")["on"]
    trigger = next(each.value for each in rules.choices["trigger"] if each.on_request and not each.begins_at)
    filed = {"city": city, "trigger": trigger, "occurred_on": day}
    case = parties.call(f"reviewer@{provider}", "POST", "/v1/catalogue-updates", filed)
    return walk_update(parties, rules, case, NEW_ENTRY)


def demand_data(parties: Parties, city: str) -> tuple[Json, list[Json]] | None:
    """A demand that became a dataset, and the tasks that were decided for it; None where the city has no demands."""
    demands, updates = rules_of(parties, city, DEMAND), rules_of(parties, city, CATALOGUE_UPDATE)
    if demands is None or updates is None:
        return None
    dataset = parties.call("applicant@demo", "GET", f"/v1/datasets?city={city}")["items"][0]
    form = {"city": city, "provider": dataset["provider"], "statement": "to show how a demand runs"}
    case = parties.call("applicant@demo", "POST", "/v1/demands", form)
    officer = f"reviewer@{dataset['provider']}"
    decided = []
    while not case["catalogue_update"]:
        task, outcome = next_task(demands, case)
        decided.append(task)
        decide(parties, case, task, outcome, {})
        case = parties.call(officer, "GET", f"/v1/cases/{case['case_id']}")
    update = parties.call(officer, "GET", f"/v1/cases/{case['catalogue_update']['case_id']}")
    _, of_update = walk_update(parties, updates, update, NEW_ENTRY)
    return once_published(parties, case), [*decided, *of_update]


def once_published(parties: Parties, case: Json) -> Json:
    """The case as its requester reads it once the publication has reached it."""
    for _ in range(MOST_WAITS):
        case = parties.call("applicant@demo", "GET", f"/v1/cases/{case['case_id']}")
        if case["status"] == "closed":
            break
        time.sleep(A_WAIT)
    return case


def walk_update(parties: Parties, rules: ProcedureRules, case: Json, entry: Json) -> tuple[Json, list[Json]]:
    """The update once every body has decided its first outcome, which lets an update go on in every pack."""
    decided = []
    while case["status"] == "open":
        task, outcome = next_task(rules, case)
        decided.append(task)
        decide(parties, case, task, outcome, {"entry": entry, "answers": answers(rules, "unconditional")})
        case = parties.call(f"reviewer@{task['body']}", "GET", f"/v1/cases/{case['case_id']}")
    return case, decided


def next_task(rules: ProcedureRules, case: Json) -> tuple[Json, Outcome]:
    """An open task and the first outcome that a body can decide."""
    task = next(each for each in case["tasks"] if each["state"] in ("open", "claimed"))
    stage = rules.stage(task["stage"])
    assert stage, f"the rules of the case know the stage {task['stage']}"
    return task, next(each for each in stage.outcomes if not each.by_publication)


def decide(parties: Parties, case: Json, task: Json, outcome: Outcome, draft: Json) -> None:
    """The decision, with all that it demands."""
    fields = {name for requirement in outcome.requires for name in requirement.any_of} - QUESTIONS - set(draft)
    said: Json = dict.fromkeys(fields, WORDS)
    if "processed_on" in fields:
        said["processed_on"] = case["received_at"][:10]
    if outcome.entry is EntryEffect.SUBMIT:
        said |= draft
    path = f"/v1/tasks/{task['task_id']}/decision"
    parties.call(f"reviewer@{task['body']}", "POST", path, {"outcome": outcome.outcome, **said})


def answers(rules: ProcedureRules, openness: str) -> dict[str, str]:
    """An answer to each question of the city, such that no further review is needed and the class is not ruled out."""
    stages = [stage for step in rules.steps for stage in step.stages]
    proposed = rules.choice("openness", openness)
    bars = proposed.barred if proposed else ()
    found = {"openness": openness}
    for name in sorted(
        QUESTIONS & set(rules.choices) - ANSWERED_BY_THE_SERVICE - {"openness", "closed_case", "conditional_case"}
    ):
        brings = {value for stage in stages for value in stage.only_when.get(name, ())}
        brings |= {value for bar in bars for value in bar.when.get(name, ())}
        known = [each.value for each in rules.choices[name] if each.on_request]
        found[name] = min(known, key=lambda value: value in brings)
    return found
