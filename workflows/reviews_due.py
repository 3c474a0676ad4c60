"""The round of what begins by itself: a schedule starts it, and it files the reviews that are due, and what is owed for
a year. No case, and no law of its own."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, VersioningBehavior

ONE_TRY = timedelta(minutes=5)
A_BATCH = 200
"""Cases that one activity files."""


# It lasts minutes, and its steps are these alone: whichever version is current goes on with it.
@workflow.defn(name="ReviewsDue", versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
class ReviewsDue:
    """Returns the number of cases that it filed; one that is due twice is filed once."""

    @workflow.run
    async def run(self) -> int:
        filed = 0
        while True:
            batch: int = await workflow.execute_activity(
                "file_reviews_due",
                A_BATCH,
                result_type=int,
                start_to_close_timeout=ONE_TRY,
                retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
            )
            filed += batch
            if batch < A_BATCH:
                return filed
