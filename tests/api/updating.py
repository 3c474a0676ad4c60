"""Officers who change the catalogue over HTTP: what they file, answer and decide, by what the law of the city asks."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import httpx

from rules.deadlines import to_shanghai
from rules.entry_checking import CASES
from rules.pinned_stages import Outcome
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import ANSWERED_BY_THE_SERVICE, QUESTIONS
from tests.api.calling import Caller, Service
from tests.clocks import present
from tests.five_cities import FIVE_CITIES

UPDATES = "/v1/catalogue-updates"
CITIES = FIVE_CITIES
TITLE = {"zh": "公交实时位置（脱敏）", "en": "Positions of buses, masked"}
BASIS = {"zh": "某法第一条", "en": "Some law, article 1"}
SAID = "Said for the test"
NEW_ENTRY: dict[str, Any] = {
    "title": {"zh": "共享单车停放点", "en": "Parking of shared bicycles"},
    "abstract": {"zh": "停放点的位置与容量。", "en": "Where bicycles are parked, and how many."},
    "domain": {"zh": "交通出行", "en": "Transport"},
    "items": [
        {"item": "site_code", "name": {"zh": "停放点编号", "en": "Site code"}, "type": "string"},
        {"item": "bicycle_capacity", "name": {"zh": "单车容量", "en": "Capacity for bicycles"}, "type": "integer"},
    ],
    "formats": ["csv"],
    "update_frequency": "P1M",
    "grade": {"zh": "一级", "en": "Grade 1"},
    "supervision": {"zh": "访问留有记录", "en": "Accesses are on record"},
}
"""Everything that a city's law demands of an unconditional entry."""


async def law(caller: Caller, city: str, procedure: str = "catalogue_update") -> ProcedureRules:
    """The law of the city as it stands."""
    found = await caller.read(f"/v1/rules/{city}", procedure=procedure)
    return ProcedureRules.model_validate(found["rules"])


def answers(rules: ProcedureRules, openness: str, **others: str) -> dict[str, str]:
    """An answer to each question that the city asks, by which no review is needed that another answer would bring; and
    the case on which a class rests, with what is answered of it."""
    asked = QUESTIONS & set(rules.choices) - ANSWERED_BY_THE_SERVICE - {"openness", "change", *CASES}
    harmless = ("does_not_apply", "own", "given", "unconditional", "none")
    plain = {name: next(value for value in harmless if rules.choice(name, value)) for name in asked}
    for case, of_class in CASES.items():
        if openness == of_class and case in rules.choices:
            named = min(rules.choices[case], key=lambda each: len(each.barred))
            plain[case] = named.value
            plain |= {question: "applies" for bar in named.barred for question in bar.when}
    return {"openness": openness, **plain, **others}


def trigger_of(rules: ProcedureRules) -> str:
    """The first trigger that a body may record, and that gives a period where any does."""
    timed = {value for step in rules.steps for stage in step.stages for value in stage.periods}
    known = [each.value for each in rules.choices["trigger"] if each.on_request and not each.begins_at]
    return next((value for value in known if value in timed), known[0])


def today() -> date:
    """The day in Shanghai, as the service's clock has it."""
    return to_shanghai(present()).date()


async def filing(caller: Caller, city: str, **fields: Any) -> dict[str, Any]:
    """An update of the city's first conditional dataset of its transport department; None leaves a field out."""
    rules = await law(caller, city)
    dataset = await caller.conditional_dataset(city)
    filled = {
        "city": city,
        "dataset_id": dataset["dataset_id"],
        "trigger": trigger_of(rules),
        "occurred_on": str(today() - timedelta(days=1)),
    }
    return {name: value for name, value in (filled | fields).items() if value is not None}


async def drafting(caller: Caller, city: str, **fields: Any) -> dict[str, Any]:
    """As `filing`, with a draft that is whole and its answers."""
    rules = await law(caller, city)
    draft = {"entry": {"title": TITLE, "basis": BASIS}, "answers": answers(rules, "conditional")}
    return await filing(caller, city, **(draft | fields))


async def post(caller: Caller, body: Any, key: str | None = None) -> httpx.Response:
    return await caller.post(UPDATES, body, key or str(uuid.uuid4()))


async def recorded(caller: Caller, body: Any, key: str | None = None) -> Any:
    """The case of a filing that is received."""
    answer = await post(caller, body, key)
    assert answer.status_code == 201, answer.text
    return answer.json()


def said_with(outcome: Outcome, draft: Any = None) -> dict[str, Any]:
    """All that an outcome can demand; `draft` where it submits one."""
    demanded = {name for requirement in outcome.requires for name in requirement.any_of}
    days = {
        "processed_on": today(),
        "held_from": today() - timedelta(days=31),
        "held_until": today() - timedelta(days=1),
    }
    said = {name: str(days.get(name, SAID)) for name in demanded - QUESTIONS - {"entry"}}
    return said | (draft or {})


async def walked(service: Service, case: Any, draft: Any = None, *, until: str = "") -> Any:
    """The case after every body has decided its first outcome, which lets an update go on in every city; until it is
    closed, or the stage `until` lies open."""
    while case["status"] == "open":
        task = next(each for each in case["tasks"] if each["state"] == "open")
        if any(each["stage"] == until and each["state"] == "open" for each in case["tasks"]):
            return case
        stage = (await law(service.nobody(), case["city"], case["procedure"])).stage(task["stage"])
        assert stage
        outcome = next(each for each in stage.outcomes if not each.by_publication)
        submits = outcome.entry == "submit"
        case = await service.decide(
            case, stage.stage, outcome.outcome, **said_with(outcome, draft if submits else None)
        )
    return case


def errors(answer: httpx.Response) -> list[tuple[str | None, str]]:
    """Field and code of each thing that is wrong."""
    assert answer.status_code in (409, 422), answer.text
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


async def drafted(service: Service, city: str, openness: str = "conditional", **others: str) -> Any:
    """An update whose draft gives these answers, of those that the city asks for."""
    provider = service.as_(f"reviewer@{city}.transport")
    rules = await law(provider, city)
    asked = {name: value for name, value in others.items() if rules.choice(name, value)}
    return await recorded(provider, await drafting(provider, city, answers=answers(rules, openness, **asked)))
