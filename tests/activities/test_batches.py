"""What is taken in batches is all of it, in its order, and never more at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from activities.batches import in_batches


async def each_of(items: list[int]) -> AsyncIterator[int]:
    for item in items:
        yield item


async def taken(items: list[int], size: int) -> list[list[int]]:
    return [batch async for batch in in_batches(each_of(items), size)]


@given(items=st.lists(st.integers(), max_size=20), size=st.integers(1, 7))
def test_all_are_taken_in_their_order_and_only_the_last_batch_is_short(items: list[int], size: int) -> None:
    batches = asyncio.run(taken(items, size))
    assert [item for batch in batches for item in batch] == items
    assert all(len(batch) == size for batch in batches[:-1])
    assert all(0 < len(batch) <= size for batch in batches[-1:])
