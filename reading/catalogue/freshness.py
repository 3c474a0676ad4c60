"""Whether data was brought up to date in time: computed when asked, by the system's clock, in one place for lists and
for single entries.

The entry names a period; the data, the latest day on which it was brought up to date. A day lasts until its midnight in
Shanghai, so that is when the period begins: daily data of 1 March is stale from 3 March on, hourly data from one
o'clock on 2 March, real-time data from 2 March. Data that changes irregularly is past no period. Open data of which no
such day is known is stale; closed data never is, for nobody is served it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, DateTime, Interval, and_, case, cast, func, literal, null, or_
from sqlalchemy import Text as SqlText
from sqlmodel import col

from activities.tables.catalogue import DatasetRow
from reading.shape import Instant, Shape
from rules.sample_catalogue import REAL_TIME

PERIOD = r"^P(?=\d|T\d)(\d{1,4}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?(T(?=\d)(\d{1,5}H)?(\d{1,5}M)?(\d{1,5}S)?)?$"
"""What PostgreSQL is asked to take for an ISO 8601 duration; an entry that has none other is never stale by it."""
ZONE = "Asia/Shanghai"


class FreshnessShown(Shape):
    """For officers of the city. `stale_from` is null where no day is known from which the period could run;
    `updated_by` is the login of who said last that the data was brought up to date."""

    stale: bool
    stale_from: Instant | None
    updated_by: str | None


def stale_from() -> ColumnElement[datetime | None]:
    """The instant from which the data of an entry is past its period, whatever the time is."""
    frequency = func.jsonb_extract_path_text(col(DatasetRow.entry), "update_frequency", type_=SqlText())
    period = case(
        (frequency == REAL_TIME, cast(literal("PT0S"), Interval)),
        (frequency.regexp_match(PERIOD), cast(frequency, Interval)),
        else_=null(),
    )
    end_of_period = cast(col(DatasetRow.updated_on), DateTime) + period + cast(literal("P1D"), Interval)
    return func.timezone(ZONE, end_of_period, type_=DateTime(timezone=True))


def is_stale(now: datetime) -> ColumnElement[bool]:
    """The data is open and past its period."""
    past = func.coalesce(stale_from() <= now, False)
    return and_(col(DatasetRow.openness) != "closed", or_(col(DatasetRow.updated_on).is_(None), past))
