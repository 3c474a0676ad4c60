"""One's own data: all of it as a file, and who read what of it; for supervisors, what officers read of people's."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from api.acting.own_data import own_data_saved
from pages.calls import Call, page
from pages.supervising import supervised
from pages.tables import as_table
from reading.read_by.shown import own_readings, supervised_readings
from reading.tables.read_by import own_readings_table, supervised_readings_table

A_PAGE = 20
SUPERVISING = ("supervisor", "admin")


async def own_data(call: Call) -> Response:
    """Who read what of it, the latest first."""
    caller = call.must_be_logged_in()
    found = await own_readings(call.store, caller, call.language, call.asked("cursor"), A_PAGE)
    following, first = ends(call, "own_data", found.next)
    return call.page("own_data.html", readings=found.items, next=following, first=first)


async def own_data_archive(call: Call) -> Response:
    """All that is held about whoever asks."""
    caller = call.must_be_logged_in()
    return await own_data_saved(call.runtime, call.store, caller, call.language)


async def own_readings_csv(call: Call) -> Response:
    """All of it, as a table."""
    caller = call.must_be_logged_in()
    return await as_table(call, "readings", own_readings_table(call.runtime, caller, call.language))


async def readings_by_officers(call: Call) -> Response:
    """What the officers of a supervisor's city read of people's."""
    caller = call.must_have(*SUPERVISING)
    found = await supervised_readings(call.store, caller, call.language, call.asked("cursor"), A_PAGE)
    following, first = ends(call, "supervised_readings", found.next)
    return supervised(call, "supervision/readings.html", readings=found.items, next=following, first=first)


async def readings_by_officers_csv(call: Call) -> Response:
    """All of it, as a table."""
    caller = call.must_have(*SUPERVISING)
    return await as_table(call, "readings", supervised_readings_table(call.runtime, caller, call.language))


def ends(call: Call, name: str, following: str | None) -> tuple[str | None, str | None]:
    """Where the list goes on, and where it begins."""
    base = call.path(name)
    following = f"{base}?{urlencode({'cursor': following})}" if following else None
    return following, base if call.asked("cursor") else None


ROUTES = (
    page("/my/data", own_data),
    page("/my/data.zip", own_data_archive),
    page("/my/data/readings.csv", own_readings_csv),
    page("/supervision/readings", readings_by_officers, name="supervised_readings"),
    page("/supervision/readings.csv", readings_by_officers_csv, name="supervised_readings_csv"),
)
