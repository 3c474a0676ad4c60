"""Whether a task is being rectified already: one overdue task is the cause of one order at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.procedure_names import RECTIFICATION

if TYPE_CHECKING:
    from activities.database import Connection

ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended($1, 3))"
# The procedure is written out, so that the statement goes by the index of the rectifications that are open.
OPEN_ABOUT = f"""
select case_id, case_number from cases
where city = $1 and procedure = '{RECTIFICATION}' and closed_at is null and exists (
  select from events where events.case_id = cases.case_id and number = 1 and event ->> 'about_task' = $2
)
order by received_at limit 1
"""  # noqa: S608  # a constant of ours


class RectificationOpen(Exception):
    """Another rectification names the task and is open: nothing was received."""

    def __init__(self, case_id: str, case_number: str) -> None:
        self.case_id = case_id
        self.case_number = case_number
        super().__init__(case_number)


async def none_is_open(connection: Connection, city: str, task_id: str) -> None:
    """No open rectification of the city names the task, and until this transaction ends only its own can.

    After the calendar's lock and before any case's row lock. Raises RectificationOpen.
    """
    await connection.execute(ONE_AT_A_TIME, task_id)
    if row := await connection.fetchrow(OPEN_ABOUT, city, task_id):
        raise RectificationOpen(row["case_id"], row["case_number"])
