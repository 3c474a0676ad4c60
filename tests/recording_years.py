"""Paths of what is done once a year: a focus that every department is asked about, plans, an evaluation, a finding."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from activities.record.filings import Filing
from models import acts as a
from models.act_contents import Measure
from models.pinned_figures import PinnedFigures
from models.years import begins, with_a_seat
from rules.deadlines import to_shanghai
from rules.resolving import resolve
from tests.walking import Walk

Path_ = Callable[[Walk], Awaitable[None]]
DEPARTMENTS = ("guangzhou.health", "guangzhou.transport")
ASKED = frozenset(
    {"reason", "measure", "reference", "focus", "plan", "plan_tasks", "milestones", "plan_datasets", "plan_safeguards"}
    | {"quality_statistics", "rating_statistics", "plan_execution", "opening_quantity", "opening_quality"}
)


async def year_of(walk: Walk, procedure: str, body: str | None = None, caused_by: str | None = None) -> None:
    """The case of a year, as the round or its body begins it; that of a finding is about no year."""
    year = (await walk.today()).year

    def filing(received_at: datetime) -> Filing:
        rules = resolve(walk.driver.pack(walk.city), procedure, to_shanghai(received_at).date())
        bodies = {role: f"{walk.city}.{role}" for role in ("operator", "authority")}
        return Filing(
            rules=rules,
            party="system",
            dataset_id="",
            bodies=with_a_seat(rules, bodies, DEPARTMENTS, body),
            data_items=(),
            choices={},
            given=frozenset({"statement"} if caused_by else ()),
            occurred_on=None if caused_by else begins(year),
            caused_by=caused_by,
        )

    await walk.driver.inbox.receive_filing(
        walk.case_id, procedure, {"statement": "for people"} if caused_by else {}, filing
    )
    await walk.driver.engine.hand_over(walk.case_id, walk.driver.patience)
    await walk.begun(walk.case_id)


async def decided(walk: Walk, stage: str, outcome: str, **more: Any) -> None:
    answer = await walk.on(stage, a.Decide, outcome=outcome, given=ASKED, **more)
    assert answer == "accepted", f"{walk.case_id}: {stage} {outcome}: {answer}"


async def focus(walk: Walk) -> None:
    """Both departments answer, after the public; the draft is made anew once."""
    await year_of(walk, "opening_focus")
    today = await walk.today()
    held = Measure(held_from=today - timedelta(days=9), held_until=today - timedelta(days=2))
    for again in ("draft_anew", "determine"):
        await decided(walk, "drafting", "submit")
        await decided(walk, "public_consultation", "held", measure=held)
        state = await walk.driver.state(walk.case_id)
        for task in [each for each in state.open_tasks() if each.stage == "sector_opinion"]:
            by = walk.driver.officer_of(task, "1")
            assert await walk.do(a.Decide, by, task_id=task.task_id, outcome="agree", given=ASKED) == "accepted"
        await decided(walk, "determination", again)


async def plan(walk: Walk) -> None:
    """It is returned once, filed, and passed on."""
    await year_of(walk, "opening_plan", f"{walk.city}.transport")
    await decided(walk, "submission", "submit")
    await decided(walk, "filing", "return")
    await decided(walk, "submission", "submit")
    await decided(walk, "filing", "record")
    await decided(walk, "passing_up", "pass_up")


def counted(today: date) -> PinnedFigures:
    """What was counted, of a city in which nothing has happened."""
    at = datetime.fromisoformat(f"{today}T09:00:00+08:00")
    return PinnedFigures(counted_at=at, from_on=today, until_on=today, lines=(), allowed=0, refused=0)


async def evaluation(walk: Walk) -> None:
    """The operator's statistics, the report, and its circulation."""
    await year_of(walk, "evaluation")
    figures = counted(await walk.today())
    await decided(walk, "statistics", "hand_in", figures=figures)
    await decided(walk, "assessment", "report", figures=figures)
    await decided(walk, "publication", "make_known")


async def improvement(walk: Walk) -> None:
    """The answer is returned once, and then accepted."""
    await year_of(walk, "improvement", f"{walk.city}.transport", caused_by=f"{walk.city}-evaluation")
    for outcome in ("return", "accept"):
        await decided(walk, "answer", "answer")
        await decided(walk, "acceptance", outcome)


EVERYWHERE: Mapping[str, Path_] = {}
BY_CITY: Mapping[str, Mapping[str, Path_]] = {
    "nanning": {},
    "yulin": {},
    "guangzhou": {
        "opening-focus": focus,
        "opening-plan": plan,
        "evaluation": evaluation,
        "improvement": improvement,
    },
    "lianyungang": {},
    "nanjing": {},
}
