"""Drives every path of every city through the real engine and keeps what history and log it left.

`python -m tests.recording` records every path of which tests/histories has no file yet, from the workflows as they are
now. What is recorded stays: replaying it is how we know that cases which wait are not broken by a change. A path is
recorded anew only if its two files are deleted first, on purpose.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
from temporalio.client import Client

from activities.database import open_pool
from migrations.__main__ import prepare
from models import acts as a
from models.act_contents import Amendment, GrantTerms
from models.granting import access_case_id
from rules.deadlines import to_shanghai
from stack.postgres import Login, Postgres
from stack.temporal import NAMESPACE, TIME_SKIPPING, TemporalServer
from tests import (
    recorded,
    recording_bodies,
    recording_entries,
    recording_lapses,
    recording_misuse,
    recording_objections,
    recording_rectifications,
    recording_sharing,
    recording_years,
)
from tests.driving import WHATEVER_IS_ASKED, Driver, ShiftedClock
from tests.owning import known
from tests.sealed_engine import CONVERTER, for_every_process, opened
from tests.skipping import A_MOMENT, Skipping
from tests.walking import AGREED, BOTH_SIGN, Walk
from worker import build_worker

UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
QUEUE = "recording"
REFUSED = {
    "nanning": [("formal_review", "pass"), ("provider_review", "refuse"), ("approval_of_refusal", "approve")],
    "yulin": [("authority_review", "pass"), ("provider_review", "refuse")],
    "guangzhou": [("provider_review", "refuse")],
    "lianyungang": [("provider_review", "refuse")],
    "nanjing": [("provider_review", "refuse")],
}


async def granted(walk: Walk) -> None:
    await walk.file()
    await walk.decide(*AGREED[walk.city], *BOTH_SIGN)


async def granted_in_part(walk: Walk) -> None:
    await walk.file()
    *before, last = AGREED[walk.city]
    await walk.decide(*before)
    await walk.decide(last, terms=GrantTerms(data_items=("name",), access_mode="api", valid_days=30))
    await walk.decide(*BOTH_SIGN)


async def refused(walk: Walk) -> None:
    await walk.file()
    await walk.decide(*REFUSED[walk.city])


async def returned(walk: Walk) -> None:
    await walk.file()
    await walk.decide(("formal_review", "return"))
    amends = Amendment(data_items=("name",), choices={"urgency": "urgent"}, given=frozenset({"scenario"}))
    await walk.decide(("resubmission", "resubmit"), amends=amends)
    await walk.decide(*AGREED[walk.city], *BOTH_SIGN)


async def disapproved(walk: Walk) -> None:
    await walk.file()
    await walk.decide(("formal_review", "pass"), ("provider_review", "refuse"), ("approval_of_refusal", "disapprove"))
    await walk.decide(("provider_review", "agree"), ("approval", "approve"), *BOTH_SIGN)


async def coordinated(walk: Walk) -> None:
    await walk.file()
    await walk.decide(("formal_review", "pass"), ("provider_review", "agree"), ("approval", "disapprove"))
    await walk.decide(("provider_review", "refuse"), ("approval_of_refusal", "disapprove"), ("coordination", "agree"))
    await walk.decide(*BOTH_SIGN)


async def withdrawn(walk: Walk) -> None:
    await walk.file()
    assert await walk.do(a.Withdraw) == "accepted"


async def corrected(walk: Walk) -> None:
    """To the same end, which disturbs nobody, then to another."""
    await walk.file()
    agreed = AGREED[walk.city] if walk.city == "yulin" else REFUSED[walk.city][:-1] + AGREED[walk.city][-1:]
    agreed = AGREED[walk.city][:2] if walk.city == "nanning" else agreed
    await walk.decide(*agreed)
    stage, outcome = agreed[-1]
    await walk.correct(stage, outcome)
    await walk.correct(stage, "refuse")
    if walk.city == "nanning":
        await walk.decide(("approval_of_refusal", "approve"))


async def supplemented(walk: Walk) -> None:
    await walk.file()
    assert await walk.on(walk.first, a.AskSupplement) == "accepted"
    assert await walk.do(a.Supply, amends=Amendment(data_items=("name",))) == "accepted"
    await walk.decide(*AGREED[walk.city], *BOTH_SIGN)


async def opinion(walk: Walk) -> None:
    """One is given; another is still asked for when the stage is decided."""
    await walk.file()
    assert await walk.on(walk.first, a.AskOpinion) == "accepted"
    await walk.decide(("expert_opinion", "opinion"))
    assert await walk.on(walk.first, a.AskOpinion) == "accepted"
    await walk.decide(*AGREED[walk.city], *BOTH_SIGN)


async def claimed(walk: Walk) -> None:
    """Each task is claimed before it is decided; on the way one is released, one reassigned, one act refused."""
    await walk.file()
    first = walk.first
    assert await walk.on(first, a.Claim) == "accepted"
    assert await walk.on(first, a.Release) == "accepted"
    assert await walk.on(first, a.Claim) == "accepted"
    assert await walk.on(first, a.Decide, officer="2", outcome=AGREED[walk.city][0][1]) == "TaskAlreadyClaimed"
    body = (await walk.driver.task(walk.case_id, first)).body
    assert await walk.on(first, a.Reassign, to=f"acc_{body}_1", to_body=body) == "accepted"
    assert await walk.do(a.Note, a.Actor(account=f"acc_{body}_1", body=body)) == "accepted"
    for stage, outcome in (*AGREED[walk.city], *BOTH_SIGN):
        assert await walk.on(stage, a.Claim) == "accepted"
        await walk.decide((stage, outcome))


async def urged(walk: Walk) -> None:
    """The operator urges the provider, whose officer is away; the substitute decides what that officer claimed."""
    await walk.file()
    await walk.decide(AGREED[walk.city][0])
    stage, outcome = AGREED[walk.city][1]
    assert await walk.on(stage, a.Claim) == "accepted"
    task = await walk.driver.task(walk.case_id, stage)
    operator = a.Actor(account="acc_operator", body=f"{walk.city}.operator")
    for roles, answer in (("gateway", "UrgingNotYours"), ("reviewer", "accepted")):
        assert await walk.do(a.Urge, operator, task_id=task.task_id, roles=frozenset({roles})) == answer
    told = {"outcome": outcome, "given": WHATEVER_IS_ASKED, "in_place_of": task.claimed_by}
    assert await walk.on(stage, a.Decide, officer="2", **told) == "accepted"
    await walk.decide(*AGREED[walk.city][2:], *BOTH_SIGN)


async def left(walk: Walk) -> None:
    """The officer who claimed the review leaves the body, and a colleague decides; what another has in hand is handed
    over, and the third officer then decides that."""
    await walk.file()
    assert await walk.on(walk.first, a.Claim, officer="leaving") == "accepted"
    await walk.driver.pool.execute("update accounts set body = null where login like 'acc_%_leaving'")
    assert await walk.on(walk.first, a.Decide, officer="2", outcome=AGREED[walk.city][0][1]) == "accepted"
    stage, outcome = AGREED[walk.city][1]
    assert await walk.on(stage, a.Claim) == "accepted"
    task = await walk.driver.task(walk.case_id, stage)
    of_body: dict[str, Any] = {
        "officer": task.claimed_by,
        "to": f"acc_{task.body}_2",
        "to_body": task.body,
        "supervises": True,
    }
    assert await walk.do(a.Note, walk.driver.officer_of(task, "2")) == "accepted"
    supervisor = walk.driver.officer_of(task, "supervisor")
    assert await walk.do(a.HandOver, supervisor, task_id=task.task_id, **of_body) == "accepted"
    assert await walk.on(stage, a.Decide, officer="1", outcome=outcome) == "TaskAlreadyClaimed"
    assert await walk.on(stage, a.Decide, officer="2", outcome=outcome) == "accepted"
    await walk.decide(*AGREED[walk.city][2:], *BOTH_SIGN)


async def recused(walk: Walk) -> None:
    """The party is the only officer of the body that reviews first: he may not decide, and the authority does."""
    await walk.file()
    task, pool = await walk.driver.task(walk.case_id, walk.first), walk.driver.pool
    party = (await walk.driver.state(walk.case_id)).party
    others = await pool.fetch(
        "update accounts set roles = array['resting'] where body = $1 and 'reviewer' = any(roles) returning account_id",
        task.body,
    )
    await pool.execute(
        "insert into accounts (account_id, login, name, body, roles) values ($1, $1, '{}', $2, array['reviewer']) "
        "on conflict (account_id) do update set body = excluded.body, roles = excluded.roles",
        party,
        task.body,
    )
    told: dict[str, Any] = {
        "task_id": task.task_id,
        "outcome": AGREED[walk.city][0][1],
        "given": WHATEVER_IS_ASKED,
    }
    assert await walk.do(a.Decide, a.Actor(account=party, body=task.body), **told) == "PartyToTheCase"
    (entrusted,) = await walk.driver.inbox.entrust_tasks(walk.case_id)
    assert entrusted.state == "accepted"
    await pool.execute("update accounts set body = null, roles = array['applicant'] where account_id = $1", party)
    await pool.execute(
        "update accounts set roles = array['reviewer'] where account_id = any($1)",
        [row["account_id"] for row in others],
    )
    await walk.decide(*AGREED[walk.city], *BOTH_SIGN)


async def renounced(walk: Walk) -> None:
    await granted(walk)
    access = await walk.access()
    assert (
        await walk.do(a.IssueKey, case_id=access, key_digest=hashlib.sha256(access.encode()).hexdigest()) == "accepted"
    )
    assert await walk.do(a.Renounce, case_id=access) == "accepted"


async def delegated(walk: Walk) -> None:
    """Somebody else is let use the grant, gets a key, and loses it with the delegation."""
    await granted_in_part(walk)
    access = await walk.access()
    grant = (await walk.driver.state(access)).grant
    assert grant
    last_day = to_shanghai(grant.valid_until).date() - timedelta(days=9)
    agreed: dict[str, Any] = {"to": "acc_delegate", "accesses": 3, "last_day": last_day, "given": frozenset({"matter"})}
    assert await walk.do(a.Delegate, case_id=access, **agreed) == "accepted"
    (name,) = (await walk.driver.state(access)).delegations
    digest = hashlib.sha256(name.encode()).hexdigest()
    delegate = a.Actor(account="acc_delegate")
    assert (
        await walk.do(a.IssueDelegatedKey, delegate, case_id=access, delegation=name, key_digest=digest) == "accepted"
    )
    assert await walk.do(a.RevokeDelegation, case_id=access, delegation=name) == "accepted"
    assert await walk.do(a.Renounce, case_id=access) == "accepted"


async def revoked(walk: Walk) -> None:
    await granted(walk)
    access = await walk.access()
    provider = a.Actor(account="acc_provider", body=f"{walk.city}.transport")
    assert await walk.do(a.Revoke, provider, case_id=access, given=frozenset({"reason"})) == "accepted"


async def expired(walk: Walk) -> None:
    await walk.file()
    *before, last = AGREED[walk.city]
    await walk.decide(*before)
    await walk.decide(last, terms=GrantTerms(valid_days=1))
    await walk.decide(*BOTH_SIGN)
    with walk.skipping.standing_still():
        access = await walk.access(walk.skipping.driver)
    grant = (await walk.driver.state(access)).grant
    assert grant
    await walk.skipping.skip_to(access, grant.valid_until + A_MOMENT)
    await walk.driver.until_event(access, "Closed")


async def late(walk: Walk) -> None:
    """The first clock passes; a notice is published meanwhile that changes nothing; then the body decides."""
    with walk.skipping.standing_still():
        await walk.file(walk.skipping.driver)
    assert await walk.do(a.ApplyNotice, a.Actor(account="calendar"), calendar_version=1) == "accepted"
    await walk.skip_past(walk.first)
    await walk.decide(*AGREED[walk.city], *BOTH_SIGN)


Path_ = Callable[[Walk], Awaitable[None]]
EVERYWHERE: Mapping[str, Path_] = {
    "granted": granted,
    "refused": refused,
    "withdrawn": withdrawn,
    "corrected": corrected,
    "supplemented": supplemented,
    "claimed": claimed,
}
BY_CITY: Mapping[str, Mapping[str, Path_]] = {
    "nanning": {
        "granted-in-part": granted_in_part,
        "returned": returned,
        "disapproved": disapproved,
        "coordinated": coordinated,
        "opinion": opinion,
        "urged": urged,
        "left": left,
        "recused": recused,
        "revoked": revoked,
        "expired": expired,
        "late": late,
    },
    "yulin": {"opinion": opinion, "renounced": renounced},
    "guangzhou": {"granted-in-part": granted_in_part, "late": late, "delegated": delegated},
    "lianyungang": {"opinion": opinion},
    "nanjing": {"renounced": renounced},
}
ACCESS = {
    *("delegated", "renounced", "revoked", "expired", "grant-ended", "grant-items-removed", "curtailed"),
    *("use-on-record", "shared-by-class"),
}
"""Paths of the access case that the grant opens; of the request itself `granted` tells all."""


def paths() -> Iterable[tuple[str, str, Path_]]:
    """City, name and path."""
    of_requests = (EVERYWHERE, BY_CITY)
    of_objections = (recording_objections.EVERYWHERE, recording_objections.BY_CITY)
    of_entries = (recording_entries.EVERYWHERE, recording_entries.BY_CITY)
    of_rectifications = (recording_rectifications.EVERYWHERE, recording_rectifications.BY_CITY)
    of_misuse = (recording_misuse.EVERYWHERE, recording_misuse.BY_CITY)
    of_years = (recording_years.EVERYWHERE, recording_years.BY_CITY)
    of_sharing = (recording_sharing.EVERYWHERE, recording_sharing.BY_CITY)
    of_bodies = (recording_bodies.EVERYWHERE, recording_bodies.BY_CITY)
    for everywhere, by_city in (
        of_requests,
        of_objections,
        of_entries,
        of_rectifications,
        of_misuse,
        of_years,
        of_bodies,
        of_sharing,
    ):
        yield from ((city, name, path) for city in AGREED for name, path in {**everywhere, **by_city[city]}.items())
    yield recording_lapses.CITY, "lapsed", recording_lapses.lapsed
    yield recording_lapses.CITY, "stopped", recording_lapses.stopped


def file_of(city: str, name: str) -> str:
    """Under which name a path is kept."""
    return f"{city}-access-{name}" if name in ACCESS else f"{city}-{name}"


def missing() -> list[tuple[str, str, Path_]]:
    """The paths that are not recorded."""
    known = set(recorded.names())
    return [(city, name, path) for city, name, path in paths() if file_of(city, name) not in known]


async def keep(walk: Walk, name: str) -> None:
    """The history and the log of the case, as files."""
    case_id = walk.kept or (access_case_id(walk.case_id) if name in ACCESS else walk.case_id)
    handle = walk.driver.temporal.get_workflow_handle(case_id)
    await asyncio.wait_for(handle.result(), timeout=20)
    history = await handle.fetch_history()
    rows = await walk.driver.pool.fetch("select act, state, problem from acts where case_id = $1 order by seq", case_id)
    rules = await walk.driver.pool.fetchval(
        "select rules from pinned_rules join cases on rules_digest = digest where case_id = $1", case_id
    )
    acts = [
        {"act": json.loads(r["act"]), "state": r["state"], "problem": json.loads(r["problem"] or "null")} for r in rows
    ]
    events = [event.model_dump(mode="json") for event in await walk.driver.events(case_id)]
    recorded.write(file_of(walk.city, name), await opened(history), json.loads(rules), events, acts)


async def record(postgres: Postgres, temporal: TemporalServer) -> None:
    """Every path that is missing, on servers that are running."""
    server = await asyncpg.connect(postgres.dsn("postgres"))
    await server.execute(f"create database recording owner {Login.OWNER}")
    await server.close()
    await prepare(known(postgres).dsn("recording", Login.OWNER), samples=True)
    client = await Client.connect(temporal.address, namespace=NAMESPACE, data_converter=CONVERTER)
    clock = ShiftedClock()
    async with (
        await open_pool(postgres.dsn("recording", Login.WRITER)) as pool,
        build_worker(client, pool, QUEUE, clock),
    ):
        driver = Driver(pool, client, QUEUE, clock=clock, patience=timedelta(seconds=20))
        skipping = Skipping(driver)
        for city, name, path in missing():
            clock.shift = timedelta()  # a case enters the engine at the engine's present
            walk = Walk(driver, skipping, city, f"{city}-{name}")
            await path(walk)
            await keep(walk, name)


def main() -> None:
    for_every_process()
    home = Path(tempfile.mkdtemp(prefix="kaifang-recording-"))
    home.chmod(0o711)
    postgres = Postgres(home, settings=UNSAFE)
    temporal = TemporalServer(home, dynamic_config=TIME_SKIPPING)
    try:
        postgres.start()
        temporal.start()
        asyncio.run(record(postgres, temporal))
    finally:
        temporal.stop()
        postgres.stop()
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
