"""Everybody who acts in a campaign: which deed a wish comes to."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

from activities.notices.publishing import publish
from models import acts as a
from rules.calendar_notices import DaysOff, Notice
from tests.breaking.asking import Askers
from tests.breaking.ground import Ground
from tests.breaking.objecting import Objectors
from tests.breaking.people import ITEMS, Deed, Place, Wish, chosen
from tests.breaking.updating import Officers, items_of
from tests.driving import ShiftedClock


class People(Place):
    """Those who object to two datasets of two cities, ask for them, decide and publish."""

    def __init__(self, ground: Ground, gate_clock: ShiftedClock, cities: tuple[str, str]) -> None:
        super().__init__(ground, gate_clock, cities)
        self.objectors = Objectors(self)
        self.askers = Askers(self)
        self.officers = Officers(self)

    async def prepare(self) -> None:
        for dataset, city in self.cities.items():
            entry = {"title": {"zh": dataset, "en": dataset}, "items": items_of(ITEMS)}
            await self.driver.pool.execute(
                "insert into datasets (dataset_id, city, provider, openness, items, entry, sample) "
                "values ($1, $2, $3, 'conditional', $4, $5, true)",
                dataset,
                city,
                f"{city}.transport",
                list(ITEMS),
                json.dumps(entry),
            )

    async def deed(self, wish: Wish) -> Deed | None:
        """The deed that a wish comes to as things stand; None if there is nothing to do it to."""
        granted = [r for r in self.requests if r.told == "granted"]
        match wish.kind:
            case "object":
                return self.objectors.object_to(wish)
            case "give evidence":
                return self.objectors.give_evidence(chosen(self.objections, wish.which), wish)
            case "take up again":
                return self.objectors.take_up_again(chosen(self.objections, wish.which))
            case "decide":
                return await self.objectors.decide(chosen([o for o in self.objections if o.is_open], wish.which), wish)
            case "ask":
                return self.askers.ask_for(wish)
            case "advance":
                return await self.askers.advance(chosen([r for r in self.requests if r.left], wish.which), wish)
            case "take back":
                return self.askers.take_back(chosen([r for r in self.requests if r.can_be_granted], wish.which))
            case "get key" | "revoke" | "renounce":
                return await self.askers.on_grant(chosen(granted, wish.which), wish)
            case "update":
                return await self.officers.begin(wish)
            case "carry on" | "publish":
                return await self.officers.carry_on(await self.officers.first_in_turn(wish), wish)
            case "notice":
                return await self.publish_notice(wish)

    async def publish_notice(self, wish: Wish) -> Deed:
        now, today = await self.now(), await self.today()
        day = today + timedelta(days=1 + wish.how)
        notice = Notice(
            scope="CN",
            document=f"an invented notice {uuid.uuid4()}",
            published_on=today,
            recorded_at=now,
            days_off=(DaysOff(day, day),),
        )

        async def do() -> str:
            await publish(self.driver.pool, self.driver.log, self.driver.clock, notice, a.Actor(account="acc_admin"))
            return "published"

        return Deed("a holiday notice is published", do, lambda world, _: world)
