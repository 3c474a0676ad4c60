"""Every procedure of every city ends on the pages in each of its endings: by links, forms, and what the pages say."""

from __future__ import annotations

import os
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import pytest

from activities.filing.emergencies import upkeep_filing
from activities.filing.reviewing import Reviewing
from models.sharing import OTHER_UNIT
from rules.loading import cities, load_pack
from rules.procedure_names import (
    ACCOUNT_CHANGE,
    CATALOGUE_UPDATE,
    CONTACT_CHANGE,
    DEMAND,
    EMERGENCY_UPKEEP,
    LEAK,
    OPENNESS_REVIEW,
    QUALITY_CHECK,
    RECTIFICATION,
    SHARING_REQUEST,
)
from rules.procedure_rules import ProcedureRules
from tests.api.updating import law, trigger_of
from tests.driving import ShiftedClock
from tests.pages.reviewing import follow_to
from tests.pages.robot import NUMBER, Robot
from tests.pages.supervising import Timed, at_work  # noqa: F401 - a fixture, by its name
from tests.pages.visiting import Visitor, text_of
from tests.pages.ways import Way, through_each_outcome, to_each_ending

A_YEAR = timedelta(days=366)
SHARED = "nanjing-health-emergency-calls"
"""Data of another department that is shared conditionally."""
LONG = os.environ.get("KAIFANG_LONG") == "1"
Begun = Callable[[Robot, ProcedureRules, Way], Awaitable[str]]


async def update(robot: Robot, rules: ProcedureRules, way: Way) -> str:
    """A provider says that its entry has to change, with no draft yet."""
    visitor = await robot.as_(f"reviewer@{robot.city}.transport")
    await follow_to(visitor, r"/desk$")
    await follow_to(visitor, r"/catalogue$")
    await follow_to(visitor, await of_a_dataset(robot, "conditional") + "/update$")
    trigger = way.choices.get("trigger", trigger_of(rules))
    await robot.fill(visitor, "trigger", "file", way.choices, trigger=trigger, occurred_on=robot.today)
    return number_in(visitor)


async def demand(robot: Robot, rules: ProcedureRules, way: Way) -> str:
    """Somebody wants data that the catalogue does not have."""
    if "reference" not in robot.answers:
        robot.answers |= {"reference": await id_of_a_dataset(robot), "openness": "unconditional"}
    visitor = await in_the_city(robot, "applicant@demo")
    await follow_to(visitor, r"/demands/new$")
    await robot.fill(visitor, "demands", "check", way.choices, provider=f"{robot.city}.transport")
    return await confirmed(visitor, "demands")


async def leak(robot: Robot, rules: ProcedureRules, way: Way) -> str:
    """Whoever the law has report a leak does so."""
    operates = any(stage.body == "operator" for step in rules.steps for stage in step.stages)
    if not operates:
        robot.answers["dataset_id"] = await id_of_a_dataset(robot)
    visitor = await in_the_city(robot, f"reviewer@{robot.city}.operator" if operates else "applicant@demo")
    await follow_to(visitor, r"/leaks/new$")
    await robot.fill(visitor, "leaks", "check", way.choices)
    return await confirmed(visitor, "leaks")


async def quality_check(robot: Robot, rules: ProcedureRules, way: Way) -> str:
    """Whoever uses open data has it checked."""
    visitor = await in_the_city(robot, "applicant@demo")
    await follow_to(visitor, r"openness=unconditional")
    await follow_to(visitor, rf"/datasets/{robot.city}-")
    await follow_to(visitor, r"/quality-check$")
    await robot.fill(visitor, "quality-check", "check", way.choices, discovered_on=robot.today)
    return await confirmed(visitor, "quality-check")


async def openness_review(robot: Robot, rules: ProcedureRules, way: Way) -> str:
    """The service itself files what is due; no page does. Of those the first that is open still."""
    runtime = robot.service.app.state.runtime
    reviewing = Reviewing(runtime.pool, runtime.inbox, runtime.clock, packs=lambda: [load_pack(robot.city)])
    await reviewing.file_reviews_due(len(rules.endings))
    admin = robot.service.as_("admin@kaifang")
    found = await admin.read("/v1/cases", procedure=OPENNESS_REVIEW, status="open", limit=1)
    if not found["items"]:
        # Each dataset that is closed has been evaluated: they are due again a year later.
        later = Reviewing(runtime.pool, runtime.inbox, ShiftedClock(A_YEAR), packs=lambda: [load_pack(robot.city)])
        await later.file_reviews_due(1)
        found = await admin.read("/v1/cases", procedure=OPENNESS_REVIEW, status="open", limit=1)
    return str(found["items"][0]["case_number"])


async def rectification(robot: Robot, rules: ProcedureRules, way: Way) -> str:
    """Who supervises puts a breach on record."""
    visitor = await robot.as_(f"supervisor@{robot.city}.authority")
    await follow_to(visitor, r"/supervision$")
    await follow_to(visitor, r"/supervision/rectifications$")
    await follow_to(visitor, r"/supervision/rectifications/new$")
    await robot.fill(visitor, "breach", None, way.choices, body=f"{robot.city}.transport")
    return number_in(visitor)


async def of_a_body(robot: Robot, way: Way, form: str, **stated: object) -> str:
    """An officer files something of its own body."""
    visitor = await robot.as_(f"reviewer@{robot.city}.transport")
    await visitor.visit("/supervision/directory")
    await follow_to(visitor, rf"/{form}/new$")
    await robot.fill(visitor, form, "check", way.choices, **stated)
    return await confirmed(visitor, form)


async def account_change(robot: Robot, rules: ProcedureRules, way: Way) -> str:
    """A body asks for an account."""
    return await of_a_body(robot, way, "accounts")


async def contact_change(robot: Robot, rules: ProcedureRules, way: Way) -> str:
    """A body passes its contact on."""
    return await of_a_body(robot, way, "contacts", discovered_on=robot.today)


async def emergency_upkeep(robot: Robot, rules: ProcedureRules, way: Way) -> str:
    """The service itself files it after an opening in an emergency, one for each time that it is tried."""
    runtime, dataset_id = robot.service.app.state.runtime, await of_a_dataset(robot, "unconditional")
    owed = {"dataset_id": dataset_id, "provider": f"{robot.city}.transport"}
    case_id = str(uuid.uuid4())
    await runtime.inbox.receive_filing(case_id, EMERGENCY_UPKEEP, {}, lambda _: upkeep_filing(rules, {}, owed))
    case = await robot.service.as_(f"reviewer@{robot.city}.transport").read(f"/v1/cases/{case_id}")
    return str(case["case_number"])


async def sharing_request(robot: Robot, rules: ProcedureRules, way: Way) -> str:
    """A department asks another to share, or another unit does."""
    is_a_unit = way.choices.get("asked_by") == OTHER_UNIT
    visitor = await in_the_city(robot, "applicant@demo" if is_a_unit else f"reviewer@{robot.city}.transport")
    await follow_to(visitor, rf"/datasets\?city={robot.city}")
    await visitor.send("q", openness="", provider=f"{robot.city}.health")
    await follow_to(visitor, rf"/datasets/{SHARED}$")
    await follow_to(visitor, r"/sharing$")
    await robot.fill(visitor, "sharing", "check", way.choices)
    return await confirmed(visitor, "sharing")


BEGUN: Mapping[str, Begun] = {
    CATALOGUE_UPDATE: update,
    DEMAND: demand,
    LEAK: leak,
    QUALITY_CHECK: quality_check,
    OPENNESS_REVIEW: openness_review,
    EMERGENCY_UPKEEP: emergency_upkeep,
    RECTIFICATION: rectification,
    ACCOUNT_CHANGE: account_change,
    CONTACT_CHANGE: contact_change,
    SHARING_REQUEST: sharing_request,
}


async def in_the_city(robot: Robot, login: str) -> Visitor:
    """The page of the city, reached from the front."""
    visitor = await robot.as_(login)
    await follow_to(visitor, r"^(/en)?/$")
    return await follow_to(visitor, rf"/{robot.city}$")


async def of_a_dataset(robot: Robot, openness: str) -> str:
    """The part of addresses that names the first dataset of the transport department in this class."""
    asked = {"city": robot.city, "provider": f"{robot.city}.transport", "openness": openness}
    return str((await robot.service.nobody().read("/v1/datasets", limit=1, **asked))["items"][0]["dataset_id"])


async def id_of_a_dataset(robot: Robot) -> str:
    """What the page of an open dataset of the city calls it."""
    visitor = await in_the_city(robot, "applicant@demo")
    await follow_to(visitor, r"openness=unconditional")
    await follow_to(visitor, rf"/datasets/{robot.city}-")
    return next(text_of(each) for each in visitor.document.iter("dd") if each.get("class") == "code")


async def confirmed(visitor: Visitor, which: str) -> str:
    """The number under which what was checked is received."""
    await visitor.send(which, button="file")
    assert visitor.path.endswith("/filed"), visitor.text()
    return number_in(visitor)


def number_in(visitor: Visitor) -> str:
    found = NUMBER.search(visitor.text())
    assert found, visitor.text()
    return found[0]


KNOWN = [(city, procedure) for city in cities() for procedure in BEGUN if procedure in load_pack(city).procedures]
"""Each city with each of these procedures that its law has."""


@pytest.mark.timeout(3600 if LONG else 300)
@pytest.mark.parametrize(("city", "procedure"), KNOWN)
async def test_a_procedure_is_walked_on_the_pages_to_each_of_its_endings(
    at_work: Timed,  # noqa: F811
    city: str,
    procedure: str,
) -> None:
    rules = await law(at_work.service.nobody(), city, procedure)
    robot = Robot(at_work, city)
    for way in [*to_each_ending(rules), *(through_each_outcome(rules) if LONG else ())]:
        await robot.begin()
        number = await BEGUN[procedure](robot, rules, way)
        try:
            await robot.walk(rules, number, way)
        except AssertionError as failure:
            failure.add_note(f"{number} in {city}: {way}")
            raise
