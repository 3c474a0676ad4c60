"""What there is one of at a time, however many ask at once: an appeal of somebody against a measure, and the plan that
takes the place of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.procedure_names import MISUSE_APPEAL, OPENING_PLAN

if TYPE_CHECKING:
    from activities.database import Connection

ONE_APPEAL = "select pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 4))"
ONE_PLAN = "select pg_advisory_xact_lock(hashtextextended($1, 5))"
NAMES_IT = """
exists (select from events where events.case_id = cases.case_id and number = 1 and event ->> 'caused_by' = $3)
"""
OPEN_APPEAL = f"""
select exists (
  select from cases where party = $1 and dataset_id = $2 and procedure = '{MISUSE_APPEAL}' and closed_at is null
  and {NAMES_IT}
)
"""  # noqa: S608  # constants of ours
# The procedure is written out, so that the statement goes by the index of what is done once a year.
IN_ITS_PLACE = f"""
select exists (
  select from cases where city = $1 and procedure = '{OPENING_PLAN}' and case_id <> $2 and {NAMES_IT}
  and (closed_at is null or exists (
    select from events where events.case_id = cases.case_id and type = 'ResultPublished'
  ))
)
"""  # noqa: S608  # constants of ours


class AppealOpen(Exception):
    """Another appeal of the same party against the measure is open: nothing was received."""


class PlanReplaced(Exception):
    """Another plan has taken the place of this one, or is about to: nothing was received."""


async def none_is_heard(connection: Connection, party: str, dataset_id: str, measure: str) -> None:
    """No appeal of the party against the measure is open, and until this transaction ends only its own can be.

    After the calendar's lock and before any case's row lock. Raises AppealOpen.
    """
    await connection.execute(ONE_APPEAL, party, measure)
    if await connection.fetchval(OPEN_APPEAL, party, dataset_id, measure):
        raise AppealOpen


async def is_not_replaced(connection: Connection, city: str, case_id: str, plan: str) -> None:
    """No plan on record, nor one under way, takes the place of this one, and until this transaction ends only the one
    with this case id can.

    After the calendar's lock and before any case's row lock. Raises PlanReplaced.
    """
    await connection.execute(ONE_PLAN, plan)
    if await connection.fetchval(IN_ITS_PLACE, city, case_id, plan):
        raise PlanReplaced
