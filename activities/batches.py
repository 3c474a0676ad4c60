"""What is too much to have in memory is taken so many at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def in_batches(items: AsyncIterator[T], size: int) -> AsyncIterator[list[T]]:
    """The same in their order, so many at a time; the last are as many as are left."""
    batch: list[T] = []
    async for each in items:
        batch.append(each)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
