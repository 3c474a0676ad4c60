"""The board of who supervises, and its lists: what is late, what soon will be, what is owed promptly, what waits."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.responses import Response

from api.http.problems import invalid
from pages.calls import Call, page
from pages.charts_of_supervision import Bar, stacked
from pages.shell import Way
from pages.supervising import (
    MAY_URGE,
    address,
    asking,
    case_address,
    filters,
    narrowed_to,
    said_of,
    supervised,
)
from pages.tables import as_table
from pages.urging import new_key
from reading.board.questions import AHEAD
from reading.board.shown import board_shown
from reading.calendar.shown import clocks_are_moved
from reading.cases.lists import titles_of
from reading.supervision.due_lists import LONGEST_WITHIN, OVERDUE, WITHIN, DueList
from reading.supervision.filed_late import filed_late_page, filed_late_table
from reading.supervision.lists import Asking, due_page, prompt_page, waiting_page
from reading.supervision.more_sheets import prompt_table, waiting_table
from reading.supervision.sheet import table
from rules.loading import load_pack

A_PAGE = 50
MOST_BODIES = 20
"""Bodies that the board shows of each table before somebody asks for all of them; the worst come first."""
ANY = "any"
"""In an address: however late something is due."""


async def supervision(call: Call) -> Response:
    """What is wrong now, the worst of it first; each number is a link to what it counts."""
    of = await asking(call)
    board = await board_shown(call.store, of)
    assert board is not None or of.narrowing.city, "whoever supervises sees something"
    most = None if call.asked("bodies") == "all" else MOST_BODIES
    return supervised(
        call,
        "supervision/board.html",
        clocks_are_moved=await clocks_are_moved(call.runtime),
        board=board,
        heat=board.heat[:most] if board else [],
        decided=board.decided[:most] if board else [],
        all_bodies=address(call, "supervision", bodies="all", **narrowed_to(call)) if most else None,
        cities=[
            Way(said_of(call, load_pack(city).name), address(call, "supervision", city=city), of.narrowing.city == city)
            for city in of.sight.cities
        ],
        titles=await titles_of(
            call.store, call.language, (each.dataset_id for each in (board.held_longest if board else ()))
        ),
        ahead=AHEAD,
        any_time=ANY,
        narrowed=narrowed_to(call),
        filters=await filters(call, of),
        months=stacked(_month(each.body_name, each.in_time, each.late) for each in board.decided[:most])
        if board
        else None,
        held=stacked(
            Bar(f"{_age(call, each.up_to_working_days)} {each.counted}", (0, 0, each.counted)) for each in board.held
        )
        if board
        else None,
        case=partial(case_address, call),
        **urging_facts(call, board),
    )


def _month(body: str, in_time: int, late: int) -> Bar:
    return Bar(f"{body} {in_time} / {late}", (in_time, late))


def _age(call: Call, up_to: int | None) -> str:
    return call.say("supervision.held_longer") if up_to is None else call.say("supervision.held_up_to", days=up_to)


def urging_facts(call: Call, what: Any) -> dict[str, Any]:
    """What a page with a form for urging needs: whether there is one, its key, and where it comes back to."""
    may_urge = call.must_be_logged_in().has(*MAY_URGE) and what is not None
    back = call.request.url.path + (f"?{call.request.url.query}" if call.request.url.query else "")
    return {"may_urge": may_urge, "key": new_key(), "back": back, "all_chosen": call.asked("chosen") == "all"}


async def overdue(call: Call) -> Response:
    """Tasks whose last day is over, the longest late first."""
    return await _due(call, "overdue", OVERDUE)


async def due_soon(call: Call) -> Response:
    """Tasks that are due by the end of so many working days after today."""
    return await _due(call, "due_soon", due_soon_of(call))


def due_soon_of(call: Call) -> DueList:
    """What of all that is due the address asks for. Raises a Problem."""
    within = None if call.asked("within") == ANY else _days(call, "within", WITHIN)
    return DueList("due_soon", within, _days(call, "beyond", None))


def _days(call: Call, name: str, otherwise: int | None) -> int | None:
    asked = call.asked(name)
    if asked is None:
        return otherwise
    if not (asked.isascii() and asked.isdecimal() and int(asked) <= LONGEST_WITHIN):
        raise invalid(name, "int_parsing")
    return int(asked)


async def _due(call: Call, name: str, which: DueList) -> Response:
    of = await asking(call)
    found = await due_page(call.store, of, which, call.asked("cursor"), A_PAGE)
    days = {key: call.asked(key) or "" for key in ("within", "beyond")}
    moved = await clocks_are_moved(call.runtime)
    return await _listed(
        call, of, name, found.items, found.next, "supervision/due.html", days, which=which, clocks_are_moved=moved
    )


async def promptly(call: Call) -> Response:
    """Tasks that the law wants done promptly and gives no number for, the longest open first."""
    of = await asking(call)
    found = await prompt_page(call.store, of, call.asked("cursor"), A_PAGE)
    return await _listed(call, of, "promptly", found.items, found.next, "supervision/promptly.html", {})


async def filed_late(call: Call) -> Response:
    """Open cases that were filed after the time within which the law wants them, the latest first; which bars
    nothing."""
    of = await asking(call)
    found = await filed_late_page(call.store, of, call.asked("cursor"), A_PAGE)
    return await _listed(call, of, "filed_late", found.items, found.next, "supervision/filed_late.html", {})


async def waiting(call: Call) -> Response:
    """Acts that were received and are not worked off, the oldest first, each with its reason."""
    of = await asking(call)
    found = await waiting_page(call.store, of.sight, of.narrowing.city, call.language, call.asked("cursor"), A_PAGE)
    return await _listed(call, of, "waiting", found.items, found.next, "supervision/waiting.html", {})


async def _listed(
    call: Call,
    of: Asking,
    name: str,
    items: list[Any],
    more: str | None,
    template: str,
    days: dict[str, str],
    **facts: Any,
) -> Response:
    asked = {**narrowed_to(call), **days}
    return supervised(
        call,
        template,
        list_name=name,
        items=items,
        filters=await filters(call, of),
        days=days,
        next=address(call, name, **asked, cursor=more) if more else None,
        first=address(call, name, **asked) if call.asked("cursor") else None,
        as_csv=address(call, f"{name}_csv", **asked),
        choose_all=address(call, name, **asked, cursor=call.asked("cursor"), chosen="all"),
        any_time=ANY,
        case=partial(case_address, call),
        **urging_facts(call, items or None),
        **facts,
    )


async def overdue_csv(call: Call) -> Response:
    """All that is overdue, as a table."""
    return await _due_csv(call, OVERDUE)


async def due_soon_csv(call: Call) -> Response:
    """All that is due soon, as a table."""
    return await _due_csv(call, due_soon_of(call))


async def _due_csv(call: Call, which: DueList) -> Response:
    return await as_table(call, which.listed, table(call.runtime, await asking(call), [which]))


async def promptly_csv(call: Call) -> Response:
    """All that is owed promptly, as a table."""
    return await as_table(call, "promptly", prompt_table(call.runtime, await asking(call)))


async def filed_late_csv(call: Call) -> Response:
    """All cases that were filed late and are open, as a table."""
    return await as_table(call, "filed_late", filed_late_table(call.runtime, await asking(call)))


async def waiting_csv(call: Call) -> Response:
    """All acts that wait, as a table."""
    return await as_table(call, "waiting", waiting_table(call.runtime, await asking(call)))


ROUTES = (
    page("/supervision", supervision),
    page("/supervision/overdue", overdue),
    page("/supervision/overdue.csv", overdue_csv),
    page("/supervision/due-soon", due_soon),
    page("/supervision/due-soon.csv", due_soon_csv),
    page("/supervision/promptly", promptly),
    page("/supervision/promptly.csv", promptly_csv),
    page("/supervision/filed-late", filed_late),
    page("/supervision/filed-late.csv", filed_late_csv),
    page("/supervision/waiting", waiting),
    page("/supervision/waiting.csv", waiting_csv),
)
