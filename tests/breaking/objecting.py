"""Those who object to data, give evidence, and decide about it."""

from __future__ import annotations

import uuid

from activities.record.receipt_facts import ItemsAreGone, OpennessHasChanged
from models import acts as a
from models.act_contents import Measure
from tests.breaking.decisions import DOES, MAY_CHANGE_THE_ENTRY, PROCESSED
from tests.breaking.people import ITEMS, Deed, Place, Wish, chosen
from tests.breaking.worlds import TOO_LATE, WHOLE, Objection, World
from tests.driving import AT, WHATEVER_IS_ASKED

GROUNDS = {
    "nanning": ("privacy", "trade_secret", "other_right"),
    "yulin": ("privacy", "trade_secret", "unlawful"),
    "guangzhou": ("privacy", "trade_secret", "quality"),
    "lianyungang": ("privacy", "trade_secret", "error"),
    "nanjing": ("privacy", "trade_secret", "other_right"),
}
OBJECTORS = 4
NOT_NOW = {"AnotherTaskFirst", "MeasureNotAllowed", "ProcessedBeforeTheRestriction"}


class Objectors:
    """Objectors, and the officers who decide on what they say."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def object_to(self, wish: Wish) -> Deed:
        dataset = chosen(self.place.datasets, wish.which)
        assert dataset
        city = self.place.cities[dataset]
        case_id, party = str(uuid.uuid4()), f"acc_{self.place.name}_{wish.how % OBJECTORS}"
        ground = GROUNDS[city][(wish.how // 2) % 3]
        leak = {"leak": ("reported", "none")[wish.how % 2]} if city == "guangzhou" else {}
        it = Objection(
            case_id,
            city,
            dataset,
            party,
            ground,
            frozenset(wish.items),
            evidence=wish.flag,
            leak=leak.get("leak") == "reported",
        )
        files: list[str] = []

        async def do() -> str:
            if wish.flag and not files:
                files.append(await self.place.driver.upload(party))
            try:
                await self.place.driver.file(
                    city,
                    procedure="objection",
                    party=party,
                    case_id=case_id,
                    dataset_id=dataset,
                    choices={"ground": ground, **leak},
                    items=wish.items,
                    given=("statement", *(("evidence",) if files else ())),
                    evidence=files,
                    content={"statement": "to be read by people only"},
                    hand_over=wish.how % 2 == 0,
                )
            except (ItemsAreGone, OpennessHasChanged) as fact:
                return type(fact).__name__
            return "filed"

        def then(world: World, answer: str) -> World | None:
            if (why_not := world.why_no_objection(it)) or answer != "filed":
                return world if answer == why_not else None
            return world.filed(it)

        said = f"{party} objects to {wish.items or 'all'} of {dataset}: {ground}, evidence {wish.flag} ({case_id})"
        return Deed(said, do, then)

    def give_evidence(self, it: Objection | None, wish: Wish) -> Deed | None:
        if it is None:
            return None
        act_id, files = str(uuid.uuid4()), list[str]()

        async def do() -> str:
            if not files:
                files.append(await self.place.driver.upload(it.party))
            act = a.SubmitEvidence(
                id=act_id, case_id=it.case_id, by=a.Actor(account=it.party), received_at=AT, evidence=(files[0],)
            )
            return await self.place.driver.do(act, hand_over=wish.flag)

        def then(world: World, answer: str) -> World | None:
            now = world.objections[it.case_id]
            if answer == "accepted":
                return world.given_evidence(it.case_id) if now.is_open else None
            assert answer == "CaseClosed", answer
            return None if now.is_open else world

        return Deed(f"{it.party} gives evidence in {it.case_id}", do, then)

    def take_up_again(self, it: Objection | None) -> Deed | None:
        """The provider asks anew whether to suspend, which by itself moves no data."""
        if it is None:
            return None
        body = f"{it.city}.transport"
        act = a.ReviewSuspension(
            id=str(uuid.uuid4()),
            case_id=it.case_id,
            by=a.Actor(account=f"acc_{body}_1", body=body),
            received_at=AT,
        )

        def then(world: World, answer: str) -> World | None:
            is_open = world.objections[it.case_id].is_open
            if answer == "CaseClosed":
                return None if is_open else world
            assert answer in ("accepted", "NothingToReview"), answer
            return world if is_open else None

        return Deed(f"{body} takes up {it.case_id} again", lambda: self.place.driver.do(act), then)

    async def decide(self, it: Objection | None, wish: Wish) -> Deed | None:
        if it is None or not (tasks := (await self.place.state(it.case_id)).open_tasks()):
            return None
        if wish.outcome:
            task, outcome = next(task for task in tasks if wish.outcome in task.outcomes), wish.outcome
        else:
            task = tasks[wish.how % len(tasks)]
            outcome = task.outcomes[(wish.how // len(tasks)) % len(task.outcomes)]
        does = DOES[it.city][task.stage, outcome]
        moves = does.data is not None and outcome != "process"  # what that does comes of the step that it leads to
        # A decision here is about all that lies before its task, and may be about more: decisions in part are tried on
        # paper, by sequences in every city.
        wider = frozenset(ITEMS) if it.items else WHOLE
        items = wider if moves and does.data != "served" and wish.items and wish.flag and not does.whole else None
        is_processed = (task.stage, outcome) in PROCESSED
        today = await self.place.today() if is_processed else None
        orders = (task.stage, outcome) in MAY_CHANGE_THE_ENTRY and wish.which % 2 == 0
        named = None if items is None else tuple(sorted(items))
        measure = Measure(data_items=named, processed_on=today, entry_changes=orders)
        act = a.Decide(
            id=str(uuid.uuid4()),
            case_id=it.case_id,
            by=self.place.driver.officer_of(task, "1"),
            received_at=AT,
            task_id=task.task_id,
            outcome=outcome,
            given=WHATEVER_IS_ASKED,
            measure=measure if moves or is_processed or orders else None,
        )

        def then(world: World, answer: str) -> World | None:
            now = world.objections[it.case_id]
            if answer == "accepted":
                return world.decided(it.case_id, task.stage, outcome, items, orders=orders) if now.is_open else None
            assert answer in TOO_LATE | NOT_NOW, answer
            return world

        said = f"{act.by.account} decides {task.task_id}: {outcome} {sorted(items or ())}, orders an update: {orders}"
        return Deed(said, lambda: self.place.driver.do(act, hand_over=wish.which % 2 == 0), then)
