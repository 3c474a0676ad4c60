"""The list of cases, searched way by way, is what one look at every case by itself finds: for whoever calls."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from activities.calendar.record import RecordOfNotices
from activities.clock import DatabaseClock
from models.procedures import BY_NAME
from models.state import CaseState
from reading.cases import questions
from reading.cases.questions import CasesSought, first_known
from reading.sight import Caller, County, WaysToCases
from reading.store import Archive, Store
from rules.procedure_names import ACCESS_REQUEST, CATALOGUE_UPDATE, MISUSE, OBJECTION, RECTIFICATION, SHARING_REQUEST
from rules.seed_notices import read_scopes
from rules.sight import sight_in
from tests.owning import owner_of

BEGINNING = datetime(2026, 3, 2, 1, tzinfo=UTC)
PROVIDERS = ("transport", "health", "water")
BODIES = {
    "nanning": (*PROVIDERS, "operator", "authority", "experts", "county"),
    "guangzhou": (*PROVIDERS, "operator"),
}
CITIES = tuple(BODIES)
PROCEDURES = (ACCESS_REQUEST, OBJECTION, CATALOGUE_UPDATE, RECTIFICATION, SHARING_REQUEST, MISUSE)
PARTIES = ("acc_1", "acc_2", "acc_3")
CASES = 300
COUNTY = County("nanning.county", frozenset({"nanning.county", "nanning.health", "nanning.water"}))
PUT_CASE = """
insert into cases (case_id, case_number, city, procedure, dataset_id, party, for_body, provider, received_at,
  wanted_until, closed_at, outcome, rules_digest, number, engine_number)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'none', 0, 0)
"""
PUT_OPENING = "insert into events (case_id, number, type, at, event) values ($1, 1, 'Filed', $2, $3)"
PUT_TASK = """
insert into tasks (task_id, case_id, city, procedure, party, step, stage, round, body, state, late, opened_at, at_once,
  provisional, urgings, clock)
values ($1, $2, $3, $4, $5, 'review', 'review', $6, $7, $8, false, $9, false, false, 0, '{}')
"""


@dataclass(frozen=True)
class Put:
    """A case as chance made it."""

    case_id: str
    case_number: str
    city: str
    procedure: str
    dataset_id: str
    party: str
    for_body: str | None
    provider: str | None
    received_at: datetime
    wanted_until: datetime | None
    closed_at: datetime | None
    outcome: str | None
    tasks: tuple[tuple[str, str], ...] = ()
    """Before which bodies, in which state."""
    concerned: tuple[str, ...] = ()
    """Who has a side in it beside its party."""

    def is_known_to(self, caller: Caller) -> bool:
        """One look at this case."""
        if self.procedure == MISUSE and self.party != caller.account_id and caller.account_id in self.concerned:
            return False
        if caller.has("admin"):
            return True
        state = CaseState(dataset_id=self.dataset_id, for_body=self.for_body)
        is_own = self.party == caller.account_id and BY_NAME[self.procedure].is_the_partys_own(state)
        if caller.has("applicant", "reviewer") and is_own:
            return True
        lies_within = self.provider in caller.county.bodies if caller.county else self.city == caller.city
        if caller.has("supervisor") and lies_within and caller.city:
            return True
        if not caller.has("reviewer") or caller.body is None:
            return False
        takes_part = caller.body in (self.provider, self.for_body)
        had_a_task = any(body == caller.body and state != "foreseen" for body, state in self.tasks)
        sight = sight_in(caller.city, caller.body_role)
        sees_more = sight is not None or caller.heads_county is not None
        knows_this = self.procedure != RECTIFICATION or (sight is not None and sight.rectifications)
        return takes_part or had_a_task or (sees_more and lies_within and knows_this)


def callers() -> list[Caller]:
    """Every kind: by role, by body, of a county and of none, as several at once."""
    roles = [frozenset(each) for each in (("applicant",), ("reviewer",), ("supervisor",), ("applicant", "reviewer"))]
    roles += [frozenset({"reviewer", "supervisor"}), frozenset({"applicant", "reviewer", "supervisor"})]
    found = [
        Caller("acc_1", "login", city, f"{city}.{body}", "provider" if body in PROVIDERS else body, each, county)
        for city in CITIES
        for body in BODIES[city]
        for each in roles
        for county in ({COUNTY, None} if city == "nanning" and f"nanning.{body}" in COUNTY.bodies else {None})
    ]
    nobodys = [Caller("acc_2", "login", None, None, None, frozenset(each)) for each in ((), ("applicant",), ("admin",))]
    return [*found, *nobodys]


def searches(chance: Random, put: Sequence[Put]) -> list[CasesSought]:
    """Nothing narrowed, each filter by itself, and some together."""
    some = chance.choice(put)
    narrow = CasesSought(
        city=some.city,
        procedure=some.procedure,
        other_than=chance.choice(PROCEDURES),
        status=chance.choice(("open", "closed")),
        outcome="granted",
        case_number=some.case_number,
        dataset_id=some.dataset_id,
        provider=some.provider,
        party=some.party,
        filed_late=chance.choice((True, False)),
        received_from=BEGINNING + timedelta(days=4),
        received_until=BEGINNING + timedelta(days=9),
    )
    names = [name for name in vars(narrow) if vars(narrow)[name] is not None]
    alone = [replace(CasesSought(), **{name: vars(narrow)[name]}) for name in names]
    together = [replace(CasesSought(), **{name: vars(narrow)[name] for name in chance.sample(names, 2)}) for _ in "123"]
    return [CasesSought(), *alone, *together]


def is_sought(case: Put, sought: CasesSought) -> bool:
    equal = ("city", "procedure", "outcome", "case_number", "dataset_id", "provider", "party")
    late = case.wanted_until is not None and case.received_at >= case.wanted_until
    return (
        all(getattr(sought, name) in (None, getattr(case, name)) for name in equal)
        and case.procedure != sought.other_than
        and sought.status in (None, "closed" if case.closed_at else "open")
        and sought.filed_late in (None, late)
        and (sought.received_from is None or case.received_at >= sought.received_from)
        and (sought.received_until is None or case.received_at < sought.received_until)
    )


def body_of(city: str, chance: Random) -> str:
    return f"{city}.{chance.choice(BODIES[city])}"


def made(chance: Random) -> list[Put]:
    """Cases of which many were received at the same instant."""
    found = []
    for n in range(CASES):
        city = chance.choice(CITIES)
        some_body = partial(body_of, city, chance)
        received_at = BEGINNING + timedelta(days=chance.randrange(12))
        closed_at = chance.choice((None, received_at + timedelta(days=3)))
        found.append(
            Put(
                case_id=str(uuid.UUID(int=chance.getrandbits(128))),
                case_number=f"C-{n}",
                city=city,
                procedure=chance.choice(PROCEDURES),
                dataset_id=chance.choice(("", f"{city}-lines", f"{city}-stops")),
                party=chance.choice(PARTIES),
                for_body=chance.choice((None, None, some_body())),
                provider=chance.choice((None, f"{city}.{chance.choice(PROVIDERS)}")),
                received_at=received_at,
                wanted_until=chance.choice((None, received_at - timedelta(days=1), received_at + timedelta(days=1))),
                closed_at=closed_at,
                outcome=chance.choice(("granted", "refused")) if closed_at else None,
                tasks=tuple(
                    (some_body(), chance.choice(("open", "done", "foreseen"))) for _ in range(chance.randrange(4))
                ),
                concerned=tuple(chance.sample(("acc_1", "acc_3"), chance.randrange(3))),
            )
        )
    return found


@pytest.fixture(params=[1, 2])
def chance(request: pytest.FixtureRequest) -> Random:
    return Random(request.param)


@pytest.fixture
def put(chance: Random) -> list[Put]:
    return made(chance)


@pytest.fixture
async def store(pool: Any, database_url: str, put: list[Put]) -> AsyncIterator[Store]:
    await pool.execute("insert into pinned_rules (digest, rules) values ('none', '{}')")
    async with owner_of(pool) as owner:
        await owner.executemany(PUT_CASE, [astuple(case)[:-2] for case in put])
        await owner.executemany(
            PUT_OPENING, [(c.case_id, c.received_at, json.dumps({"concerned": c.concerned})) for c in put]
        )
        await owner.executemany(
            PUT_TASK,
            [
                (f"{c.case_id}.{n}", c.case_id, c.city, c.procedure, c.party, n, body, state, c.received_at)
                for c in put
                for n, (body, state) in enumerate(c.tasks)
            ],
        )
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=partial(asyncpg.connect, database_url), isolation_level="AUTOCOMMIT"
    )
    async with Archive(DatabaseClock(), pool, engine, RecordOfNotices(read_scopes())).store() as found:
        yield found
    await engine.dispose()


async def listed(store: Store, caller: Caller, sought: CasesSought, limit: int) -> list[str]:
    """The list, page by page to its end."""
    found: list[str] = []
    after = None
    while True:
        page = await questions.cases(store, caller, sought, after, limit)
        found += [row.case_id for row in page.rows]
        assert len(page.rows) == limit or page.next is None, "only the last page is short"
        if (after := page.next) is None:
            return found


async def test_who_lists_cases_finds_those_that_one_look_at_each_finds_page_by_page(
    store: Store, chance: Random, put: list[Put]
) -> None:
    latest_first = sorted(put, key=lambda case: (-case.received_at.timestamp(), case.case_id))
    sizes: set[int] = set()
    for caller in callers():
        known = [case for case in latest_first if case.is_known_to(caller)]
        sizes.add(len(known))
        sought = chance.choice(searches(chance, put))
        for search in (CasesSought(), sought):
            expected = [case.case_id for case in known if is_sought(case, search)]
            pages = chance.choice((40, 97, CASES))
            assert await listed(store, caller, search, pages) == expected, (caller, search)
    assert {0, CASES} < sizes and len(sizes) > 15, "they know of different ones"


async def test_every_search_finds_the_same_way_by_way_as_by_one_condition(
    store: Store, chance: Random, put: list[Put]
) -> None:
    known = [(caller.ways_to_cases(), caller) for caller in callers()]
    by_number = {len(ways.of_case) + (ways.tasks_of is not None): caller for ways, caller in known}
    assert set(by_number) >= {0, 1, 2, 4, 5, 6}, "there is somebody with as many ways as there can be"
    for caller in by_number.values():
        for search in searches(chance, put):
            by_way = await store.session.exec(first_known(caller.ways_to_cases(), search, None, CASES))
            one_condition = WaysToCases((caller.sees_cases(),))
            at_once = await store.session.exec(first_known(one_condition, search, None, CASES))
            assert by_way.all() == at_once.all(), (caller, search)
