"""Signed days: by them anybody finds whether the record, or a day of it, was written anew."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import Cursor, PageSize, Reading
from api.http.known import known
from api.http.moments import Day
from api.http.openapi import problems
from reading.heads import shown
from reading.heads.shapes import SignedDays, SignedDayShown

router = APIRouter(prefix="/v1/heads", tags=["signed days"])


@router.get("", response_model=SignedDays, responses=problems(422, 503), summary="Signed days")
async def signed_days(store: Reading, after: Cursor = None, limit: PageSize = 50) -> SignedDays:
    """The root over the heads of all cases for each day that is over, signed; the latest first. Public. How a stranger
    verifies them is in `docs/verifying.md`."""
    return await shown.signed_days(store, after, limit)


@router.get("/{day}", response_model=SignedDayShown, responses=problems(404, 503), summary="One signed day")
async def signed_day(day: Day, store: Reading) -> SignedDayShown:
    """As it was signed, for good. Public."""
    return known(await shown.signed_day(store, day))
