"""Applicants, grantees, and the officers who decide on what they ask for."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import replace
from datetime import date
from functools import cache

from activities.record.receipt_facts import DataIsWithdrawn, ItemsAreGone, OpennessHasChanged
from models import acts as a
from models.act_contents import GrantTerms
from models.granting import access_case_id
from models.signing import naming_what_stands
from rules.loading import load_pack
from rules.pinned import APPLICANT
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import resolve
from tests.breaking.people import ITEMS, Deed, Place, Wish, chosen, patiently
from tests.breaking.worlds import TOO_LATE, Key, Request, World
from tests.driving import AT, WHATEVER_IS_ASKED, Driver
from tests.walking import AGREED, BOTH_SIGN


@cache
def ends_elsewhere(city: str) -> bool:
    """Whether a body ends a grant of the city only by a decision in another procedure."""
    rule = resolve(load_pack(city), ACCESS_REQUEST, date(2026, 11, 29)).revocation
    return rule is not None and rule.through is not None


class Askers:
    """Those who ask for data, and have keys for it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.applicant = a.Actor(account=f"acc_{place.name}_applicant")

    def ask_for(self, wish: Wish, driver: Driver | None = None) -> Deed:
        dataset = chosen(self.place.datasets, wish.which)
        assert dataset
        city = self.place.cities[dataset]
        narrowed = frozenset(list(wish.items or ITEMS)[:1]) if wish.how % 3 == 0 else frozenset(wish.items)
        it = Request(
            str(uuid.uuid4()),
            city,
            dataset,
            frozenset(wish.items),
            terms=narrowed,
            left=frozenset(stage for stage, _ in (*AGREED[city], *BOTH_SIGN)),
            valid_until_shift=self.place.shift if wish.flag and not driver else None,
            past=driver is not None,
        )

        async def do() -> str:
            try:
                await (driver or self.place.driver).file(
                    city,
                    party=self.applicant.account,
                    case_id=it.case_id,
                    dataset_id=dataset,
                    choices={"access_mode": "api", "use": "general"},
                    items=wish.items,
                    given=("purpose", "data_items", "scenario", "safeguards"),
                )
            except (DataIsWithdrawn, ItemsAreGone, OpennessHasChanged) as fact:
                return type(fact).__name__
            return "filed"

        def then(world: World, answer: str) -> World | None:
            if (why_not := world.why_no_request(it)) or answer != "filed":
                return world if answer == why_not else None
            return world.asked(world.as_received(it))

        said = f"request for {wish.items or 'all'} of {dataset}, terms {sorted(narrowed)}, short {wish.flag}"
        return Deed(f"{said} ({it.case_id})", do, then)

    async def advance(self, it: Request | None, wish: Wish, driver: Driver | None = None) -> Deed | None:
        """The next body agrees, or somebody signs."""
        if it is None or not (tasks := (await self.place.state(it.case_id)).open_tasks()):
            return None
        # An applicant signs what the body has stated.
        tasks = [task for task in tasks if task.body != APPLICANT] or tasks
        task = tasks[wish.how % len(tasks)]
        outcome = dict((*AGREED[it.city], *BOTH_SIGN))[task.stage]
        days = None if it.valid_until_shift is None else it.valid_until_shift + 1
        days = 1 if it.past else days
        terms = GrantTerms(data_items=None if it.terms == it.items else tuple(sorted(it.terms)), valid_days=days)
        act = a.Decide(
            id=str(uuid.uuid4()),
            case_id=it.case_id,
            by=self.applicant if task.body == APPLICANT else self.place.driver.officer_of(task, "1"),
            received_at=AT,
            task_id=task.task_id,
            outcome=outcome,
            given=WHATEVER_IS_ASKED,
            terms=terms if task.stage == "provider_review" else None,
        )

        act = naming_what_stands(await self.place.driver.rules_of(it.case_id), await self.place.state(it.case_id), act)

        def then(world: World, answer: str) -> World | None:
            now = world.requests[it.case_id]
            if answer in ("accepted", "received"):
                if now.can_be_granted:
                    return world.asked(replace(now, left=now.left - {task.stage}))
                return world if answer == "received" or task.stage not in now.left else None
            assert answer in TOO_LATE, answer
            return world

        hand_over = driver is not None or wish.which % 3 > 0
        return Deed(
            f"{task.task_id}: {outcome}", lambda: (driver or self.place.driver).do(act, hand_over=hand_over), then
        )

    def take_back(self, it: Request | None) -> Deed | None:
        if it is None:
            return None
        act = a.Withdraw(
            id=str(uuid.uuid4()),
            case_id=it.case_id,
            by=self.applicant,
            received_at=AT,
        )

        def then(world: World, answer: str) -> World | None:
            now = world.requests[it.case_id]
            if answer in ("accepted", "received"):
                if now.can_be_granted:
                    return world.asked(replace(now, told="withdrawn"))
                return world if answer == "received" else None
            assert answer in TOO_LATE, answer
            return None if now.can_be_granted else world

        return Deed(f"request {it.case_id} is taken back", lambda: self.place.driver.do(act), then)

    async def on_grant(self, it: Request | None, wish: Wish) -> Deed | None:
        """The grantee gets a key or gives the grant back, or the provider ends it."""
        if it is None or not await self.is_granted(it.case_id):
            return None
        stated = {"id": str(uuid.uuid4()), "case_id": access_case_id(it.case_id), "received_at": AT}
        act: a.IssueKey | a.Revoke | a.Renounce
        key = "kf_" + secrets.token_urlsafe(32)
        if wish.kind == "get key":
            act = a.IssueKey(**stated, by=self.applicant, key_digest=hashlib.sha256(key.encode()).hexdigest())
        elif wish.kind == "revoke":
            body = f"{it.city}.transport"
            officer = a.Actor(account=f"acc_{body}_1", body=body)
            act = a.Revoke(**stated, by=officer, given=frozenset({"reason"}))
        else:
            act = a.Renounce(**stated, by=self.applicant)

        def then(world: World, answer: str) -> World | None:
            now = world.requests[it.case_id]
            if now.told != "granted":
                return None
            if answer in TOO_LATE:
                return world if now.ended or now.past else None
            if wish.kind == "revoke" and ends_elsewhere(it.city):
                assert answer in ("EndsElsewhere", "received"), answer
                return world
            assert answer in ("accepted", "received"), answer
            if wish.kind == "get key":
                doubtful = {*now.doubtful, act.id} if answer == "received" else now.doubtful
                keys = (*now.keys, Key(act.id, key))
                return world.asked(replace(now, keys=keys, doubtful=frozenset(doubtful)))
            if now.ended:
                return world if answer == "received" else None
            ended = "revoked" if wish.kind == "revoke" else "renounced"
            return world.asked(replace(now, ended=ended, is_told_ended=answer == "accepted"))

        return Deed(f"{wish.kind} of {act.case_id}", lambda: self.place.driver.do(act), then)

    async def is_granted(self, case_id: str) -> bool:
        query = "select exists (select from grants where granted_by = $1)"
        granted: bool = await patiently(lambda: self.place.driver.pool.fetchval(query, case_id))
        return granted
