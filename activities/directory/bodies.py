"""Bodies of a city in the directory: put there by whoever runs the system, and renamed; what one is never changes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.directory.account_record import By, Entry, enter
from models.reporting import FINDER
from models.sharing import REQUESTER
from rules.authored import BODY_ID
from rules.bounds import LONGEST_HEADING
from rules.loading import cities, load_pack
from rules.procedure_rules import PROVIDER
from rules.stating import states_something

if TYPE_CHECKING:
    from activities.database import Connection, Pool
    from rules.pack import Pack

BODY = re.compile(rf"(?=([a-z]+)){BODY_ID}")
KEEP = """
insert into bodies (body, city, role, name, county) values ($1, $2, $3, $4, $5)
on conflict (body) do update set name = excluded.name, county = coalesce(bodies.county, excluded.county)
where bodies.role = excluded.role and bodies.city = excluded.city
and coalesce(bodies.county = excluded.county, true) returning body
"""
ROLES = "select city, array_agg(distinct role) as roles from bodies group by city order by city"
HAS_ROLE = "select exists (select from bodies where body = $1 and city = $2 and role = $3)"


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
    county: str | None = None
    """The authority of the county that a provider belongs to; None where it is the city's, or nothing is said of it."""


async def keep_body(pool: Pool, body: NewBody, by: By) -> None:
    """The directory has the body, under this name. Raises BodyRefused."""
    async with pool.acquire() as connection, connection.transaction():
        await body_kept(connection, body, by)


async def without_a_body(pool: Pool) -> dict[str, list[str]]:
    """The roles that no body has yet, of each city of which some body is in the directory. A city can do without the
    authority of a county, and whoever finds or asks has its role in a case alone."""
    missing = {}
    for row in await pool.fetch(ROLES):
        pack = load_pack(row["city"])
        others = {FINDER, REQUESTER, *([pack.counties.authority] if pack.counties else ())}
        if roles := [role for role in pack.bodies if role not in {*row["roles"], *others}]:
            missing[row["city"]] = roles
    return missing


async def body_kept(connection: Connection, body: NewBody, by: By) -> None:
    """As `keep_body`, in the caller's transaction. Raises BodyRefused."""
    found = BODY.fullmatch(body.body)
    if found is None or len(body.body) > LONGEST_HEADING:
        raise BodyRefused(f"{body.body!r} is no body: city, a dot, small letters", "body", "body_misshapen")
    if found[1] not in cities():
        raise BodyRefused(f"there are no rules for {found[1]}", "body", "city_without_rules")
    pack = load_pack(found[1])
    roles = pack.bodies
    if body.role not in roles:
        raise BodyRefused(f"{body.role!r} is no role of a body: {', '.join(roles)}", "role", "body_role_unknown")
    names = (body.name, body.english_name)
    if not all(states_something(each) and len(each) <= LONGEST_HEADING and "\x00" not in each for each in names):
        raise BodyRefused("a name says which body it is, in at most 200 characters", "name", "name_says_nothing")
    county = await _county(connection, pack, body)
    name = json.dumps({"zh": body.name, "en": body.english_name}, ensure_ascii=False)
    if await connection.fetchval(KEEP, body.body, found[1], body.role, name, county) is None:
        if await connection.fetchval(HAS_ROLE, body.body, found[1], body.role):
            raise BodyRefused(f"{body.body} belongs to another county already", "county", "body_of_another_county")
        raise BodyRefused(f"{body.body} has another role already", "role", "body_has_another_role")
    said = {"body": body.body, "role": body.role, **({"county": county} if county else {})}
    await enter(connection, Entry("body_kept", None, by, said))


async def _county(connection: Connection, pack: Pack, body: NewBody) -> str | None:
    """The county that the directory is to have for the body; the authority of one belongs to its own. Raises
    BodyRefused."""
    authority = pack.counties.authority if pack.counties else None
    if body.role == authority and body.county in (None, body.body):
        return body.body
    if body.county is None:
        return None
    if authority is None or body.role != PROVIDER:
        fact = f"only a provider belongs to a county, where the law of {pack.city} knows counties"
        raise BodyRefused(fact, "county", "county_out_of_place")
    if not await connection.fetchval(HAS_ROLE, body.county, pack.city, authority):
        raise BodyRefused(f"{body.county} is the authority of no county of {pack.city}", "county", "county_unknown")
    return body.county
