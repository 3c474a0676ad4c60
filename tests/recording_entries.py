"""Paths of catalogue updates, and of requests and grants on an entry that one of them changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from activities.record.filings import Filing
from models import acts as a
from models.act_contents import Amendment, Measure
from models.entries import dataset_meant, update_case_id
from models.granting import access_case_id
from models.state import CaseState
from models.task_state import TaskState
from rules.deadlines import to_shanghai
from rules.procedure_names import CATALOGUE_UPDATE, EMERGENCY_UPKEEP
from rules.resolving import resolve
from rules.sample_catalogue import datasets
from tests.driving import WHATEVER_IS_ASKED, roles_of_the_city
from tests.models.updates import EVERY_FIELD, answers_for
from tests.recording_objections import Decisions, Objecting, beside
from tests.walking import AGREED, BOTH_SIGN, Along, Walk

Path_ = Callable[[Walk], Awaitable[None]]
ORDERED_BY: Mapping[str, tuple[str, Decisions]] = {
    "nanning": ("privacy", [("verification", "process"), ("processing", "reopen")]),
    "yulin": ("privacy", [("verification", "process"), ("processing", "reopen")]),
    "guangzhou": ("quality", [("verification", "process_and_reopen")]),
    "lianyungang": ("error", [("forwarding", "forward"), ("handling", "correct")]),
    "nanjing": (
        "error",
        [
            ("forwarding", "forward"),
            ("department_review", "correct"),
            ("telling_correction", "tell"),
            ("correction", "correct"),
        ],
    ),
}
"""City to a ground and the decisions on it; the last is for data that was processed, and with it its entry."""
LAST_WORD: Mapping[str, tuple[str, str]] = {
    "nanning": ("review", "publish"),
    "yulin": ("city_compilation", "publish"),
    "guangzhou": ("review", "publish"),
    "lianyungang": ("publication", "publish"),
    "nanjing": ("review", "publish"),
}
OTHER_ITEMS = ("opened_on",)
"""None of those that requests here ask for."""
ENTRY = {
    "title": {"zh": "公交线路（脱敏）", "en": "Bus lines, masked"},
    "items": [{"item": item, "label": {"zh": item, "en": item}} for item in OTHER_ITEMS],
}


class Updating(Along):
    """A catalogue update on its path."""

    async def submit(self, **answers: str) -> None:
        """The provider submits a draft with items of which nobody here has asked for any."""
        await self.decide(("compilation", "submit"), **await self.draft(**answers))

    async def draft(self, **answers: str) -> dict[str, Any]:
        said = answers_for(await self.walk.driver.rules_of(self.case_id), answers)
        measure = Measure(entry_fields=EVERY_FIELD, entry_items=OTHER_ITEMS)
        return {"measure": measure, "amends": Amendment(choices=said, given=frozenset(said)), "entry": ENTRY}

    async def pass_reviews(self, until: str | None = None) -> None:
        """Every review that lies open before the last word, or before this stage, finds for the draft."""
        rules = await self.walk.driver.rules_of(self.case_id)
        last = until or LAST_WORD[self.walk.city][0]
        processed = {"measure": Measure(processed_on=await self.walk.today())}
        while stages := [task.stage for task in await self.open_tasks() if task.stage != last]:
            for name in stages:
                stage = rules.stage(name)
                assert stage
                finding = next(each for each in stage.outcomes if each.leads_to is None)
                demanded = {field for requirement in finding.requires for field in requirement.any_of}
                await self.decide((name, finding.outcome), **(processed if "processed_on" in demanded else {}))

    async def open_tasks(self) -> list[TaskState]:
        return (await self.walk.driver.state(self.case_id)).open_tasks()

    async def publish(self) -> None:
        await self.submit()
        await self.pass_reviews()
        await self.decide(LAST_WORD[self.walk.city])


async def order(objection: Objecting) -> None:
    """The objection ends in a processing that changes the entry."""
    walk = objection.walk
    ground, (*before, last) = ORDERED_BY[walk.city]
    await objection.file(ground, evidence=0)
    await objection.decide(*before)
    await objection.decide(last, measure=Measure(processed_on=await walk.today(), entry_changes=True))


async def ordered(walk: Walk, name: str = "objection") -> Updating:
    """The update that such an objection orders, in the engine."""
    objection = beside(walk, name)
    await order(objection)
    update = Updating(walk, update_case_id(objection.case_id))
    await walk.tell(update.case_id)
    await walk.begun(update.case_id)
    return update


async def published(walk: Walk) -> None:
    update = await ordered(walk)
    await update.publish()
    walk.kept = update.case_id


async def returned(walk: Walk) -> None:
    """The first draft is returned, with the reason for it; one act is refused."""
    update = await ordered(walk)
    await update.submit()
    await update.pass_reviews()
    reviewer, _ = LAST_WORD[walk.city]
    assert await update.on(reviewer, a.Decide, outcome="return") == "RequirementMissing"
    await update.decide((reviewer, "return"))
    await update.publish()
    walk.kept = update.case_id


async def waited(walk: Walk) -> None:
    """Another update of the same entry goes first."""
    first = await ordered(walk, "first")
    second = await ordered(walk, "second")
    await walk.tell(first.case_id)
    await first.publish()
    await walk.tell(second.case_id)
    await second.publish()
    walk.kept = second.case_id


async def while_held(walk: Walk) -> None:
    """An objection comes meanwhile that holds the data: nothing is published until its provider lets it go."""
    update = await ordered(walk)
    await update.submit()
    last = LAST_WORD[walk.city]
    await update.pass_reviews()
    objection = await beside(walk, "another").file()
    await walk.tell(update.case_id)
    stage, outcome = last
    assert await update.on(stage, a.Decide, outcome=outcome) == "DataIsRestricted"
    await objection.decide(("suspension", "keep_open"))
    await walk.tell(update.case_id)
    await update.decide(last)
    walk.kept = update.case_id


async def disputed(walk: Walk) -> None:
    """The class is disputed before three bodies, and the government sets another; a draft of the old one is refused."""
    update = await ordered(walk)
    await update.submit()
    await update.pass_reviews()
    another = Measure(named_class="unconditional")
    await update.decide(("review", "propose_class"), measure=another)
    await update.decide(
        ("reply", "maintain"),
        ("authority_position", "support_proposal"),
        ("establishment_position", "support_draft"),
        ("legal_position", "support_draft"),
    )
    await update.decide(("government_decision", "return"), measure=another)
    again = await update.draft()
    refusal = await update.on("compilation", a.Decide, outcome="submit", given=WHATEVER_IS_ASKED, **again)
    assert refusal == "ClassIsSettled"
    await update.submit(openness="unconditional")
    await update.pass_reviews()
    await update.decide(LAST_WORD[walk.city])
    walk.kept = update.case_id


async def items_removed(walk: Walk) -> None:
    """All that a request asks for is dropped from the entry while it runs."""
    await walk.file_here()
    update = await ordered(walk)
    await update.publish()
    await walk.tell(walk.case_id)


async def grant_items_removed(walk: Walk) -> None:
    """All that a grant gives is dropped from the entry."""
    await walk.file_here()
    await walk.decide(*AGREED[walk.city], *BOTH_SIGN)
    await walk.access()
    update = await ordered(walk)
    await update.publish()
    await walk.tell(access_case_id(walk.case_id))


async def upkeep(walk: Walk) -> None:
    """What was opened in an emergency is looked at once, and the emergency found to be over."""
    dataset = next(each for each in datasets() if each.city == walk.city and each.openness == "unconditional")

    def filing(received_at: datetime) -> Filing:
        rules = resolve(walk.driver.pack(walk.city), EMERGENCY_UPKEEP, to_shanghai(received_at).date())
        return Filing(
            rules=rules,
            party="system",
            dataset_id=dataset.dataset_id,
            bodies={"provider": dataset.provider},
            data_items=(),
            choices={},
            given=frozenset(),
        )

    await walk.driver.inbox.receive_filing(walk.case_id, EMERGENCY_UPKEEP, {}, filing)
    await walk.driver.engine.hand_over(walk.case_id, walk.driver.patience)
    await walk.begun(walk.case_id)
    await Along(walk, walk.case_id).decide(("upkeep", "over"))


async def of_a_county(walk: Walk) -> None:
    """A county sends a new entry of its body back once, then has it in its catalogue before the city has."""
    driver, (authority, provider, stage, *others) = walk.driver, COUNTIES[walk.city]

    def filing(received_at: datetime) -> Filing:
        rules = resolve(driver.pack(walk.city), CATALOGUE_UPDATE, to_shanghai(received_at).date())
        bodies = {role: f"{walk.city}.{role}" for role in roles_of_the_city(driver.pack(walk.city))}
        bodies |= {"county_authority": authority, "provider": provider}
        return Filing(
            rules=rules,
            party=f"acc_{provider}_1",
            dataset_id=dataset_meant(CaseState(case_id=walk.case_id, bodies=bodies)),
            bodies=bodies,
            data_items=(),
            choices={"trigger": "other"},
            given=frozenset({"reason"}),
            occurred_on=to_shanghai(received_at).date(),
        )

    await driver.inbox.receive_filing(walk.case_id, CATALOGUE_UPDATE, {"reason": "to be read by people only"}, filing)
    await driver.engine.hand_over(walk.case_id, driver.patience)
    await walk.begun(walk.case_id)
    update = Updating(walk, walk.case_id)
    for outcome in ("return", "include"):
        await update.submit()
        await update.pass_reviews(until=stage)
        await update.decide((stage, outcome))
    await update.decide(*others)


COUNTIES: Mapping[str, tuple[Any, ...]] = {
    "nanning": ("nanning.wuming", "nanning.wumingtransport", "county_compilation", ("review", "publish")),
    "yulin": ("yulin.beiliu", "yulin.beiliutransport", "county_publication", ("city_compilation", "publish")),
}
"""City to the authority of a county, a body of it, the stage before that authority, and what the city then decides."""
EVERYWHERE: Mapping[str, Path_] = {"update-published": published}
BY_CITY: Mapping[str, Mapping[str, Path_]] = {
    "nanning": {
        "update-returned": returned,
        "update-waited": waited,
        "update-while-held": while_held,
        "items-removed": items_removed,
        "grant-items-removed": grant_items_removed,
        "update-of-a-county": of_a_county,
    },
    "yulin": {"emergency-upkeep": upkeep, "update-of-a-county": of_a_county},
    "guangzhou": {"update-disputed": disputed},
    "lianyungang": {"update-returned": returned},
    "nanjing": {"update-returned": returned, "update-waited": waited},
}
