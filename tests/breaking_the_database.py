"""A PostgreSQL that refuses what it is told to, with the error that it is told to."""

from __future__ import annotations

from activities.database import Pool
from tests.owning import by_owner

WILL_NEVER_TAKE_IT = ("22001", "22021", "54000", "54001", "23514", "23505")
"""Codes of what a repetition does not cure: too long, no such character, limits, contradictions."""
MAY_TAKE_IT_LATER = ("40001", "40P01", "53100", "53200", "53300", "55P03", "57014", "58030")
"""Codes of what passes: transactions undone by others, disk, memory and connections, locks."""

ANOTHER_VERSION_MAY_TAKE_IT = ("42703", "XX001", "P0001")
"""Codes of what neither passes nor is in what is written: a schema of another version, damage, a defect of ours."""


async def refuse(pool: Pool, table: str, when: str, code: str, times: int = 1_000_000) -> None:
    """PostgreSQL raises this code so many times for what is written to the table where the condition on `new` holds."""
    await forget(pool, table)
    await by_owner(pool, "create sequence if not exists tries")
    await by_owner(
        pool,
        f"create function refuse_{table}() returns trigger language plpgsql security definer as $$ begin "
        f"if {when} and nextval('tries') <= {times} then raise exception using errcode = '{code}'; end if; "
        "return new; end $$",
    )
    await by_owner(
        pool,
        f"create trigger refuse_{table} before insert or update on {table} "
        f"for each row execute function refuse_{table}()",
    )


async def forget(pool: Pool, table: str) -> None:
    """PostgreSQL takes again what it takes."""
    await by_owner(pool, f"drop trigger if exists refuse_{table} on {table}")
    await by_owner(pool, f"drop function if exists refuse_{table}")
    await by_owner(pool, "drop sequence if exists tries")
