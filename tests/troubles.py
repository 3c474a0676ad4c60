"""A database in trouble: whoever asks it for the time or for a lock is told of an error, as long as the test wants."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from stack.postgres import Login
from tests.owning import url_as

OURS = """
create schema trouble;
create table trouble.stands (code text not null);
grant usage on schema trouble to public;
grant select on trouble.stands to public;
create function trouble.befalls() returns void language plpgsql volatile as $$
declare found_code text;
begin
  select code into found_code from trouble.stands;
  if found_code is not null then
    raise exception 'an invented trouble' using errcode = found_code;
  end if;
end $$;
create function trouble.clock_timestamp() returns timestamptz language plpgsql volatile as $$
begin
  perform trouble.befalls();
  return pg_catalog.clock_timestamp();
end $$;
create function trouble.pg_try_advisory_xact_lock(key bigint) returns boolean language plpgsql volatile as $$
begin
  perform trouble.befalls();
  return pg_catalog.pg_try_advisory_xact_lock(key);
end $$;
"""


@dataclass
class Trouble:
    """Of one database, and of those alone who connect by `felt_by`."""

    dsn: str

    @property
    def felt_by(self) -> str:
        return f"{self.dsn}?search_path=public,trouble,pg_catalog"

    async def prepare(self) -> None:
        await self._execute(OURS)

    async def begins(self, code: str) -> None:
        """Each call fails with that SQLSTATE from now on."""
        await self._execute(f"delete from trouble.stands; insert into trouble.stands values ('{code}')")  # noqa: S608

    async def ends(self) -> None:
        await self._execute("delete from trouble.stands")

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(url_as(self.dsn, Login.SERVER))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
