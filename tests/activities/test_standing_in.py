"""Whoever is away and whoever stands in: the chain of substitutes ends with one who is there, or with nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.database import Pool
from activities.outbox.outbox import put_out
from activities.standing_in import substitutes_of, without_anybody
from models.tellings import Officers, Telling
from tests.owning import by_owner

BODY = "nanning.operator"
DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
OFFICERS = ("A", "B", "C", "D")
GONE = "gone"


async def are_there(pool: Pool) -> None:
    await pool.execute("update accounts set body = null where body = $1", BODY)
    await pool.execute(
        "insert into accounts (account_id, login, name, body, roles) "
        "select each, each, '{}', case when each <> 'gone' then $2 end, array['reviewer'] from unnest($1::text[]) each "
        "on conflict (account_id) do update set body = excluded.body",
        [*OFFICERS, GONE],
        BODY,
    )
    await by_owner(pool, "delete from messages")
    await by_owner(pool, "delete from absences")


def end_of(stands_in: dict[str, str], officer: str) -> str | None:
    """Step by step and by hand: who answers for an officer; None if nobody."""
    seen = [officer]
    while seen[-1] in stands_in:
        seen.append(stands_in[seen[-1]])
        if seen[-1] in seen[:-1] or seen[-1] == GONE:
            return None
    return seen[-1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(OFFICERS), st.sampled_from([*OFFICERS, GONE]), max_size=4))
async def test_substitutes_are_followed_to_the_end_and_never_in_a_circle(pool: Pool, pairs: dict[str, str]) -> None:
    stands_in = {officer: substitute for officer, substitute in pairs.items() if officer != substitute}
    await are_there(pool)
    await pool.executemany(
        "insert into absences (absence_id, account_id, substitute, from_on, until_on, filed_at) "
        "values ($1, $1, $2, $3::date, $3::date + 1, now())",
        [(officer, substitute, DAY) for officer, substitute in stands_in.items()],
    )
    present = [officer for officer in OFFICERS if officer not in stands_in]
    async with pool.acquire() as connection:
        nobody = await without_anybody(connection, list(stands_in), DAY)
        for officer in OFFICERS:
            end = end_of(stands_in, officer)
            assert (officer in nobody) == (end is None)
            if officer in stands_in and end:
                assert (await substitutes_of(connection, officer, DAY))[-1] == end
            await put_out(connection, [Telling("task_opened", f"of {officer}", Officers(BODY, officer))], NOW)
            told = await connection.fetch("select account_id from messages")
            await by_owner(pool, "delete from messages")
            assert sorted(row["account_id"] for row in told) == ([end] if end else sorted([officer, *present]))
