"""Bodies are reminded of declarations that they owe again: before the last day, on it, and once when it is over.

Nothing is written but messages, each once: of a body, a kind and a last day, however often and by however many it is
looked at, and late workers say what stands by then.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from activities.database import present
from activities.looking import look_on
from activities.outbox.outbox import put_out
from models.tellings import Officers, Telling
from rules.deadlines import to_shanghai
from rules.declarations import DeclarationRule, declared_in
from rules.loading import cities, load_pack
from rules.procedure_rules import PROVIDER

if TYPE_CHECKING:
    from activities.clock import Clock
    from activities.database import Connection, Pool
    from rules.pack import Pack

LOG = logging.getLogger("kaifang.declarations")

EVERY = 600.0
"""Seconds."""
MORNING = 9
"""The hour, Asia/Shanghai, from which bodies are reminded."""
OPEN = ("conditional", "unconditional")
BODIES = "select role, body from bodies where city = $1 and role = any($2) and role <> 'provider' and county is null"
DATASETS = """
select d.provider, (
  select max(declared_at) from declared_datasets about join declarations said using (declaration_id)
  where about.dataset_id = d.dataset_id and said.kind = $2 and not exists (
    select from declaration_marks mark where mark.declaration_id = said.declaration_id and mark.mark = 'taken_down'
  )
) as last, (
  select published_at from dataset_versions v where v.dataset_id = d.dataset_id and v.openness = any($3)
  order by v.number limit 1
) as opened
from datasets d where d.city = $1 and d.openness = any($3)
"""


class DeclarationsOwed:
    """Beside the worker; any number of workers may have one."""

    def __init__(self, pool: Pool, clock: Clock, every: float = EVERY) -> None:
        self._pool = pool
        self._clock = clock
        self._every = every
        self._looked_on: date | None = None

    async def run(self) -> None:
        """Looks until it is cancelled; a database that is away is waited for."""
        await look_on(self.look, self._every, LOG, "what is owed of declarations cannot be looked at")

    async def look(self) -> int:
        """One look of each day, in the morning or later; how many messages were put out."""
        async with self._pool.acquire() as connection, connection.transaction():
            now = self._clock.at(await present(connection))
            today = to_shanghai(now).date()
            if to_shanghai(now).hour < MORNING or today == self._looked_on:
                return 0
            new = await remind_of_declarations(connection, [load_pack(city) for city in cities()], now)
        self._looked_on = today
        return new


class Owed(NamedTuple):
    """What a body owes of a kind by a day; `left`: so many days before it, or fewer, it is reminded; None: it is
    over."""

    body: str
    due_on: date
    left: int | None


async def remind_of_declarations(connection: Connection, packs: Sequence[Pack], now: datetime) -> int:
    """Puts out what nobody was told yet; returns how many messages those are."""
    today, found = to_shanghai(now).date(), []
    for pack in packs:
        for rule in declared_in(pack, today):
            if rule.again is not None and rule.again.reminded:
                counted = await _owed(connection, pack.city, rule, today)
                found += list(tellings(pack.city, rule, counted))
    return await put_out(connection, found, now)


async def _owed(connection: Connection, city: str, rule: DeclarationRule, today: date) -> Counter[Owed]:
    """Of how many datasets each body owes one, by the last day on which it is in time."""
    rows = await connection.fetch(BODIES, city, list(rule.by))
    others = [row["body"] for row in rows]
    counted: Counter[Owed] = Counter()
    for row in await connection.fetch(DATASETS, city, rule.kind, list(OPEN)):
        due_on = rule.owed_on(_day(row["last"]), _day(row["opened"]))
        if due_on is None or not rule.reminds(due_on, today):
            continue
        whose = [*others, *([row["provider"]] if PROVIDER in rule.by else [])]
        counted.update(Owed(body, due_on, rule.days_left(due_on, today)) for body in whose)
    return counted


def tellings(city: str, rule: DeclarationRule, counted: Counter[Owed]) -> Iterator[Telling]:
    """One message for each body, last day and point, with the number of datasets."""
    for each, datasets in sorted(counted.items(), key=lambda found: (found[0].body, found[0].due_on)):
        point = "over" if each.left is None else each.left
        yield Telling(
            kind="declaration_overdue" if each.left is None else "declaration_owed",
            of=f"declaration-owed/{city}/{rule.kind}/{each.body}/{each.due_on}/{point}",
            to=Officers(each.body),
            city=city,
            facts={
                "declarations_of": city,
                "label_zh": rule.label.zh,
                "label_en": rule.label.en,
                "datasets": datasets,
                "due_on": each.due_on.isoformat(),
            },
        )


def _day(at: datetime | None) -> date | None:
    return to_shanghai(at).date() if at is not None else None
