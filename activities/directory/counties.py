"""Counties (县、区、开发区): each is known by its authority, which its bodies name and which names itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rules.procedure_rules import PROVIDER, ProcedureRules

if TYPE_CHECKING:
    from activities.database import Connection

ITS_AUTHORITY = """
select authority.role, authority.body from bodies
join bodies as authority on authority.body = bodies.county where bodies.body = $1
"""


async def with_its_county(
    connection: Connection, rules: ProcedureRules, bodies: Mapping[str, str]
) -> Mapping[str, str]:
    """The bodies of a case under these rules, and where something of it can lie before the authority of a county, that
    of the county that its provider belongs to."""
    if not rules.knows_counties:
        return bodies
    row = await connection.fetchrow(ITS_AUTHORITY, bodies[PROVIDER])
    return {**bodies, **({row["role"]: row["body"]} if row else {})}
