"""What `kaifang demo` shows of the use of data: misuse is reported, and closes a grant until an appeal is upheld."""

from __future__ import annotations

from dataclasses import dataclass, field

from cli.demo_parties import WORDS, Json, Parties, rules_of
from cli.demo_requests import walk
from rules.pinned_stages import GrantEffect, Outcome
from rules.procedure_names import MISUSE, MISUSE_APPEAL
from rules.procedure_rules import ProcedureRules

USER, REPORTER = "applicant@demo", "objector@demo"


@dataclass
class Misused:
    """A report, what became of it, and what the gate answered: before, once it was decided, and once an appeal was."""

    case: Json
    decided: list[Json]
    gate: list[str]
    public: list[Json] = field(default_factory=list)
    appeal: Json | None = None
    heard: list[Json] = field(default_factory=list)


def find_misuse(parties: Parties, city: str) -> Misused | None:
    """Misuse of data under a grant of this city; None where its law has nobody close one. The grant is open again at
    the end where the city hears appeals, and closed for good where it hears none."""
    rules = rules_of(parties, city, MISUSE)
    if rules is None or closing(rules) is None:
        return None
    granted = walk(parties, city)[0]["granted"]
    access = parties.call(USER, "GET", f"/v1/cases/{granted['access_case_id']}")
    key = parties.call(USER, "POST", f"/v1/grants/{access['case_id']}/key")["key"]
    question = {
        "dataset_id": access["dataset_id"],
        "items": granted["data_items"][0],
        "mode": granted["access_modes"][0],
    }
    misused = Misused(report(parties, access, rules), [], [parties.at_the_gate(key, question)])
    close(parties, misused, access, rules)
    misused.gate.append(parties.at_the_gate(key, question))
    misused.public = parties.call(USER, "GET", f"/v1/published-measures?city={city}&limit=1")["items"]
    if rules_of(parties, city, MISUSE_APPEAL):
        appeal(parties, misused, access)
        misused.gate.append(parties.at_the_gate(key, question))
    return misused


def closing(rules: ProcedureRules) -> tuple[str, Outcome] | None:
    """The first stage in which a grant is closed, and how."""
    stages = (stage for step in rules.steps for stage in step.stages)
    ways = ((stage.stage, each) for stage in stages for each in stage.outcomes if each.grant is GrantEffect.CLOSE)
    return next(ways, None)


def report(parties: Parties, access: Json, rules: ProcedureRules) -> Json:
    """Somebody else reports how the data of the grant is used."""
    seen = {"misuse": rules.choices["misuse"][0].value, "statement": WORDS}
    return parties.call(
        REPORTER,
        "POST",
        "/v1/misuse-reports",
        {"city": access["city"], "dataset_id": access["dataset_id"], **seen},
    )


def close(parties: Parties, misused: Misused, access: Json, rules: ProcedureRules) -> None:
    """The body that verifies it closes the grant."""
    way = closing(rules)
    assert way, "who closes no grant was not asked"
    stage, outcome = way
    task = next(each for each in misused.case["tasks"] if each["stage"] == stage)
    said = {requirement.any_of[0]: WORDS for requirement in outcome.requires}
    said |= {"misused_grant": access["case_number"], "misuse": rules.choices["misuse"][0].value}
    path = f"/v1/tasks/{task['task_id']}/decision"
    parties.call(f"reviewer@{task['body']}", "POST", path, {"outcome": outcome.outcome, **said})
    misused.decided.append(task)
    misused.case = parties.call(REPORTER, "GET", f"/v1/cases/{misused.case['case_id']}")


def appeal(parties: Parties, misused: Misused, access: Json) -> None:
    """The user of the grant appeals, and the appeal is upheld."""
    (taken,) = parties.call(USER, "GET", f"/v1/cases/{access['case_id']}")["taken"]
    against = {"case_id": access["case_id"], "measure_id": taken["measure_id"], "statement": WORDS}
    heard = parties.call(USER, "POST", "/v1/misuse-appeals", against)
    (task,) = heard["tasks"]
    path = f"/v1/tasks/{task['task_id']}/decision"
    upheld = task["outcomes"][0]["outcome"]
    parties.call(f"reviewer@{task['body']}", "POST", path, {"outcome": upheld, "reason": WORDS})
    misused.heard.append(task)
    misused.appeal = parties.call(USER, "GET", f"/v1/cases/{heard['case_id']}")
