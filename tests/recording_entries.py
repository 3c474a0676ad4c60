"""Paths of catalogue updates, and of requests and grants on an entry that one of them changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from models import acts as a
from models.course import access_case_id
from models.entries import update_case_id
from tests.recording_objections import Decisions, Objecting, beside
from tests.walking import AGREED, BOTH_SIGN, Along, Walk

Path_ = Callable[[Walk], Awaitable[None]]
ORDERED_BY: Mapping[str, tuple[str, Decisions]] = {
    "nanning": ("privacy", [("verification", "process"), ("processing", "reopen")]),
    "yulin": ("privacy", [("verification", "process"), ("processing", "reopen")]),
    "guangzhou": ("quality", [("verification", "process_and_reopen")]),
    "lianyungang": ("error", [("forwarding", "forward"), ("handling", "correct")]),
    "nanjing": ("error", [("forwarding", "forward"), ("department_review", "correct")]),
}
"""City to a ground and the decisions on it; the last is for data that was processed, and with it its entry."""
REVIEWED: Mapping[str, Decisions] = {
    "nanning": [("review", "publish")],
    "yulin": [("city_compilation", "publish")],
    "guangzhou": [("review", "publish")],
    "lianyungang": [
        ("authority_review", "pass"),
        ("operator_review", "pass"),
        ("provider_review", "pass"),
        ("publication", "publish"),
    ],
    "nanjing": [("review", "publish")],
}
OTHER_ITEMS = ("opened_on",)
"""None of those that requests here ask for."""
ENTRY = {
    "title": {"zh": "公交线路（脱敏）", "en": "Bus lines, masked"},
    "items": [{"item": item, "label": {"zh": item, "en": item}} for item in OTHER_ITEMS],
}


class Updating(Along):
    """A catalogue update on its path."""

    async def submit(self) -> None:
        """The provider submits a draft with items of which nobody here has asked for any."""
        measure = a.Measure(entry_fields=frozenset(ENTRY), entry_items=OTHER_ITEMS)
        await self.decide(("compilation", "submit"), measure=measure, entry=ENTRY)

    async def publish(self) -> None:
        await self.submit()
        await self.decide(*REVIEWED[self.walk.city])


async def order(objection: Objecting) -> None:
    """The objection ends in a processing that changes the entry."""
    walk = objection.walk
    ground, (*before, last) = ORDERED_BY[walk.city]
    await objection.file(ground, evidence=0)
    await objection.decide(*before)
    await objection.decide(last, measure=a.Measure(processed_on=await walk.today(), entry_changes=True))


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
    reviewer, _ = REVIEWED[walk.city][0]
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
    *before, last = REVIEWED[walk.city]
    await update.decide(*before)
    objection = await beside(walk, "another").file()
    await walk.tell(update.case_id)
    stage, outcome = last
    assert await update.on(stage, a.Decide, outcome=outcome) == "DataIsRestricted"
    await objection.decide(("suspension", "keep_open"))
    await walk.tell(update.case_id)
    await update.decide(last)
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


EVERYWHERE: Mapping[str, Path_] = {"update-published": published}
BY_CITY: Mapping[str, Mapping[str, Path_]] = {
    "nanning": {
        "update-returned": returned,
        "update-waited": waited,
        "update-while-held": while_held,
        "items-removed": items_removed,
        "grant-items-removed": grant_items_removed,
    },
    "yulin": {},
    "guangzhou": {},
    "lianyungang": {"update-returned": returned},
    "nanjing": {"update-returned": returned},
}
