"""Paths of objections, of leaks, and of requests and grants that meet an objection, for `tests.recording`.

An act on an objection is judged by its receipt; the engine is told at once afterwards, act by act.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from models import acts as a
from models.act_contents import Measure
from models.granting import access_case_id
from tests.driving import Driver
from tests.recorded import FREE_TEXT
from tests.walking import AGREED, BOTH_SIGN, Along, Walk

OBJECTOR = a.Actor(account="acc_objector")
Path_ = Callable[[Walk], Awaitable[None]]
Decisions = list[tuple[str, str]]

UPHELD: Mapping[str, Decisions] = {
    "nanning": [("suspension", "suspend"), ("verification", "withdraw")],
    "yulin": [("suspension", "suspend"), ("verification", "withdraw")],
    "guangzhou": [("suspension", "leak_found"), ("leak_remedy_found", "remedied"), ("verification", "withdraw")],
    "lianyungang": [
        ("provider_withdrawal", "withdraw"),
        ("authority_withdrawal", "withdraw"),
        ("tracing", "traced"),
        ("authority_tracing", "traced"),
        ("assessment", "stay_withdrawn"),
    ],
    "nanjing": [
        ("suspension", "suspend"),
        ("marking", "mark"),
        ("forwarding", "forward"),
        ("department_review", "withdraw"),
        ("telling_withdrawal", "tell"),
    ],
}
NOT_UPHELD: Mapping[str, Decisions] = {
    "nanning": [("suspension", "keep_open"), ("verification", "restore")],
    "yulin": [("suspension", "keep_open"), ("verification", "restore")],
    "guangzhou": [("suspension", "keep_open"), ("verification", "keep_open")],
    "lianyungang": [
        ("authority_withdrawal", "withdraw"),
        ("provider_withdrawal", "no_leak"),
        ("joint_assessment", "no_leak"),
    ],
    "nanjing": [("marking", "mark"), ("forwarding", "own_scope"), ("own_decision", "not_correct")],
}
PROCESSED: Mapping[str, Decisions] = {
    "nanning": [("suspension", "suspend"), ("verification", "process"), ("processing", "reopen")],
    "yulin": [("verification", "process"), ("processing", "reopen")],
    "guangzhou": [("verification", "withdraw_until_processed"), ("reopening", "reopen")],
    "lianyungang": [
        ("provider_withdrawal", "withdraw"),
        ("authority_withdrawal", "withdraw"),
        ("tracing", "traced"),
        ("authority_tracing", "traced"),
        ("assessment", "reopen"),
        ("agreement", "agree"),
    ],
    "nanjing": [
        ("forwarding", "forward"),
        ("marking", "mark"),
        ("department_review", "correct"),
        ("telling_correction", "tell"),
        ("correction", "correct"),
    ],
}
"""The last decision serves data that has been processed, and so says the one that proposes it."""
SAYS_WHEN = ("assessment", "reopen")
RESTORED: Mapping[str, Decisions] = {
    "nanning": [("suspension", "suspend"), ("verification", "restore")],
    "guangzhou": [("suspension", "suspend"), ("verification", "other_measure")],
}
REVIEWED_BY = "suspension"
LEAK: Mapping[str, Decisions] = {
    "guangzhou": [("handling", "handled")],
    "nanjing": [("remedy", "remedied"), ("telling_users", "told"), ("telling_authority", "reported")],
}


class Objecting(Along):
    """An objection on its path, which is the walk's own case unless it goes beside a request."""

    async def file(self, ground: str = "privacy", *, evidence: int = 1, driver: Driver | None = None) -> Objecting:
        await (driver or self.walk.driver).object_to(
            self.walk.city,
            ground,
            evidence=evidence,
            case_id=self.case_id,
            dataset_id=self.walk.dataset_id,
            items=("name", "address"),
        )
        await self.walk.begun(self.case_id)
        return self

    async def do(self, kind: type[a.ReceivedAct], by: a.Actor = OBJECTOR, **more: Any) -> str:
        answer = await self.walk.do(kind, by, case_id=self.case_id, **more)
        await self.walk.tell(self.case_id)
        return answer

    async def submit_evidence(self) -> None:
        evidence = (await self.walk.driver.upload(OBJECTOR.account),)
        assert await self.do(a.SubmitEvidence, evidence=evidence) == "accepted"


def objection(walk: Walk) -> Objecting:
    """The walk's own case."""
    return Objecting(walk, walk.case_id)


def beside(walk: Walk, name: str = "objection") -> Objecting:
    """An objection to the data that the walk's request is about."""
    return Objecting(walk, f"{walk.case_id}-{name}")


async def upheld(walk: Walk) -> None:
    await (await objection(walk).file()).decide(*UPHELD[walk.city])


async def not_upheld(walk: Walk) -> None:
    await (await objection(walk).file()).decide(*NOT_UPHELD[walk.city])


async def processed(walk: Walk) -> None:
    await processed_with(walk, entry_changes=False)


async def entry_changed(walk: Walk) -> None:
    """The processing changes the entry of the catalogue too, and so opens an update of it."""
    await processed_with(walk, entry_changes=True)


async def processed_with(walk: Walk, **more: Any) -> None:
    """The last decision is of today, for data that was processed today."""
    it = await objection(walk).file()
    *before, last = PROCESSED[walk.city]
    processed_on = await walk.today()
    for decision in before:
        when = {"measure": Measure(processed_on=processed_on)} if decision == SAYS_WHEN else {}
        await it.decide(decision, **when)
    await it.decide(last, measure=Measure(processed_on=processed_on, **more))


async def evidence_later(walk: Walk) -> None:
    """The provider has declined already, and is asked again; a supplement is asked for, and one act is refused."""
    it = await objection(walk).file(evidence=0)
    await it.decide((REVIEWED_BY, "keep_open"))
    await it.submit_evidence()
    assert await it.on(REVIEWED_BY, a.Claim) == "accepted"
    assert await it.on(REVIEWED_BY, a.Decide, officer="2", outcome="suspend") == "TaskAlreadyClaimed"
    assert await it.on(REVIEWED_BY, a.AskSupplement) == "accepted"
    await it.submit_evidence()
    assert await it.do(a.Note) == "accepted"
    await it.decide(*NOT_UPHELD[walk.city])


async def in_parts(walk: Walk) -> None:
    """Each item is decided on by itself, and they go apart; one act names what was decided before."""
    it = await objection(walk).file()
    name, address = (Measure(data_items=(item,)) for item in ("name", "address"))
    await it.decide(("suspension", "keep_open"), measure=name)
    await it.decide(("suspension", "suspend"), measure=address)
    await it.decide(("verification", "restore"), measure=name)
    assert await it.on("verification", a.Decide, outcome="restore", measure=name) == "ItemNotBeforeTheTask"
    await it.decide(("verification", "withdraw"), measure=address)


async def forwarded(walk: Walk) -> None:
    """An error, with which the operator begins."""
    it = await objection(walk).file("error", evidence=0)
    await it.decide(("forwarding", "forward"), ("handling", "correct"))


async def late(walk: Walk) -> None:
    """The first clock passes while nobody decides."""
    with walk.skipping.standing_still():
        it = await objection(walk).file(driver=walk.skipping.driver)
    stage, _ = NOT_UPHELD[walk.city][-1]
    await walk.skip_past(stage)
    await it.decide(*NOT_UPHELD[walk.city])


async def leak(walk: Walk) -> None:
    await walk.driver.file(
        walk.city,
        procedure="leak",
        case_id=walk.case_id,
        dataset_id=walk.dataset_id,
        given=("statement",),
        content={"statement": "to be read by people only"},
    )
    await walk.begun(walk.case_id)
    await walk.decide(*LEAK[walk.city])


async def quality_check(walk: Walk) -> None:
    """It is raised ten days after the discovery, which is late; the provider asks, and corrects the data."""
    found_on = await walk.today() - timedelta(days=10)
    await walk.driver.file(
        walk.city,
        procedure="quality_check",
        case_id=walk.case_id,
        dataset_id=walk.dataset_id,
        given=("statement", "discovered_on"),
        content={"statement": "to be read by people only"},
        occurred_on=found_on,
    )
    await walk.begun(walk.case_id)
    assert await walk.on("check", a.AskSupplement) == "accepted"
    assert await walk.do(a.Supply) == "accepted"
    await walk.decide(("check", "correct"))


async def use_report(walk: Walk) -> None:
    """It is owed since yesterday; it is sent back, completed, and found to point to misuse, which begins a case."""
    owed_on = await walk.today() - timedelta(days=1)
    await walk.driver.file(
        walk.city,
        procedure="use_report",
        case_id=walk.case_id,
        dataset_id=walk.dataset_id,
        given=(),
        content={"uses": "to be read by people only"},
        occurred_on=owed_on,
    )
    await walk.begun(walk.case_id)
    await walk.decide(("report", "report"), ("assessment", "return"), ("completion", "report_results"))
    await walk.decide(("assessment", "suspected"))


async def use_on_record(walk: Walk) -> None:
    """The grantee adds to its own record, the authority inspects; then the grant is given back."""
    texts = ("purpose", "scenario", "safeguards")
    await walk.driver.file(
        walk.city,
        case_id=walk.case_id,
        dataset_id=walk.dataset_id,
        choices={"access_mode": "api"},
        items=("name", "address"),
        given=texts,
        content=dict.fromkeys(texts, "to be read by people only"),
    )
    await walk.begun(walk.case_id)
    await walk.decide(*AGREED[walk.city])
    for stage, outcome in BOTH_SIGN:
        assert await walk.driver.decide(walk.case_id, stage, outcome, content={"reason": FREE_TEXT}) == "accepted"
    access, today = await walk.access(), await walk.today()
    assert await walk.do(a.RecordUse, case_id=access, used_on=today) == "accepted"
    authority = a.Actor(account="acc_authority", body=f"{walk.city}.authority")
    found: dict[str, Any] = {"inspected_on": today, "finding": "in_order", "given": frozenset({"text"})}
    assert await walk.do(a.Inspect, authority, case_id=access, **found) == "accepted"
    assert await walk.do(a.Renounce, case_id=access) == "accepted"


async def opening_elsewhere(walk: Walk) -> None:
    """It is filed when the opening has begun, which is late, and taken on record."""
    await walk.driver.file(
        walk.city,
        procedure="opening_elsewhere",
        case_id=walk.case_id,
        dataset_id=walk.dataset_id,
        given=("elsewhere", "special_reason", "opens_on"),
        content={"elsewhere": "to be read by people only", "special_reason": "to be read by people only"},
        occurred_on=await walk.today(),
    )
    await walk.begun(walk.case_id)
    await walk.decide(("record", "record"))


async def granted_after_lifting(walk: Walk) -> None:
    """An objection comes while the request runs; all agree, and the grant waits until the provider restores."""
    await walk.file_here()
    it = await beside(walk).file()
    await walk.tell(walk.case_id)
    await walk.decide(*AGREED[walk.city], *BOTH_SIGN)
    for decision in RESTORED[walk.city]:
        await it.decide(decision)
        await walk.tell(walk.case_id)


async def filed_while_held(walk: Walk) -> None:
    """The data is held before the request is filed."""
    it = await beside(walk).file()
    await walk.file_here()
    await walk.decide(*AGREED[walk.city], *BOTH_SIGN)
    await it.decide(*RESTORED[walk.city])
    await walk.tell(walk.case_id)


async def data_withdrawn(walk: Walk) -> None:
    """All that the request is about is withdrawn while it runs."""
    await walk.file_here()
    await (await beside(walk).file()).decide(*UPHELD[walk.city])
    await walk.tell(walk.case_id)


async def grant_ended(walk: Walk) -> None:
    """All that the grant gives is withdrawn."""
    await walk.file_here()
    await walk.decide(*AGREED[walk.city], *BOTH_SIGN)
    await walk.access()
    await (await beside(walk).file()).decide(*UPHELD[walk.city])
    await walk.tell(access_case_id(walk.case_id))


EVERYWHERE: Mapping[str, Path_] = {
    "objection-upheld": upheld,
    "objection-not-upheld": not_upheld,
    "objection-processed": processed,
    "objection-evidence-later": evidence_later,
}
BY_CITY: Mapping[str, Mapping[str, Path_]] = {
    "nanning": {
        "granted-after-lifting": granted_after_lifting,
        "data-withdrawn": data_withdrawn,
        "grant-ended": grant_ended,
        "objection-entry-changed": entry_changed,
        "objection-in-parts": in_parts,
        "quality-check": quality_check,
        "use-report": use_report,
    },
    "yulin": {"objection-in-parts": in_parts},
    "guangzhou": {
        "objection-late": late,
        "leak": leak,
        "filed-while-held": filed_while_held,
        "use-on-record": use_on_record,
        "opening-elsewhere": opening_elsewhere,
    },
    "lianyungang": {"objection-forwarded": forwarded},
    "nanjing": {"objection-late": late, "leak": leak},
}
