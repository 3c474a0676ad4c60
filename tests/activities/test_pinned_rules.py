"""What a process has read of the rules that cases keep, all of it has."""

from __future__ import annotations

from activities.database import Pool
from activities.record.pinned_rules import PinnedRules
from tests import recorded
from tests.owning import by_owner

RULES = recorded.log("nanning-granted").rules


async def test_whoever_reads_rules_in_a_process_has_the_same_object(pool: Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        digest = await PinnedRules().keep(connection, RULES)
        one, other = [await PinnedRules().of(connection, digest) for _ in range(2)]
    assert one == RULES
    assert one is other


async def test_whoever_reads_rules_that_were_changed_has_them_as_they_are_now(pool: Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        digest = await PinnedRules().keep(connection, RULES)
        assert (await PinnedRules().of(connection, digest)).version == RULES.version
    await by_owner(
        pool, 'update pinned_rules set rules = rules || \'{"version": "2099-01-01"}\' where digest = $1', digest
    )
    async with pool.acquire() as connection:
        assert (await PinnedRules().of(connection, digest)).version == "2099-01-01"
