"""Bodies of a city in the directory: put there by whoever runs the system, and renamed; what one is never changes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.directory.account_record import By, Entry, enter
from rules.authored import BODY_ID
from rules.bounds import LONGEST_HEADING
from rules.loading import cities, load_pack
from rules.stating import states_something

if TYPE_CHECKING:
    from activities.database import Connection, Pool

BODY = re.compile(rf"(?=([a-z]+)){BODY_ID}")
KEEP = """
insert into bodies (body, city, role, name) values ($1, $2, $3, $4)
on conflict (body) do update set name = excluded.name
where bodies.role = excluded.role and bodies.city = excluded.city returning body
"""


class BodyRefused(Exception):
    """There is no such body to be; the message says why, `field` and `code` what of it is wrong."""

    def __init__(self, message: str, field: str, code: str) -> None:
        self.field, self.code = field, code
        super().__init__(message)


@dataclass(frozen=True)
class NewBody:
    """A body as the directory is to have it, such as `nanning.transport`, a provider."""

    body: str
    role: str
    name: str
    english_name: str


async def keep_body(pool: Pool, body: NewBody, by: By) -> None:
    """The directory has the body, under this name. Raises BodyRefused."""
    async with pool.acquire() as connection, connection.transaction():
        await body_kept(connection, body, by)


async def body_kept(connection: Connection, body: NewBody, by: By) -> None:
    """As `keep_body`, in the caller's transaction. Raises BodyRefused."""
    found = BODY.fullmatch(body.body)
    if found is None or len(body.body) > LONGEST_HEADING:
        raise BodyRefused(f"{body.body!r} is no body: city, a dot, small letters", "body", "body_misshapen")
    if found[1] not in cities():
        raise BodyRefused(f"there are no rules for {found[1]}", "body", "city_without_rules")
    roles = load_pack(found[1]).bodies
    if body.role not in roles:
        raise BodyRefused(f"{body.role!r} is no role of a body: {', '.join(roles)}", "role", "body_role_unknown")
    names = (body.name, body.english_name)
    if not all(states_something(each) and len(each) <= LONGEST_HEADING and "\x00" not in each for each in names):
        raise BodyRefused("a name says which body it is, in at most 200 characters", "name", "name_says_nothing")
    name = json.dumps({"zh": body.name, "en": body.english_name}, ensure_ascii=False)
    if await connection.fetchval(KEEP, body.body, found[1], body.role, name) is None:
        raise BodyRefused(f"{body.body} has another role already", "role", "body_has_another_role")
    await enter(connection, Entry("body_kept", None, by, {"body": body.body, "role": body.role}))
