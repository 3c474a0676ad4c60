"""Notices over HTTP: published once, refused by field and rule, listed for everybody, and tried before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from activities.calendar import clock_moves
from activities.notices import foreseeing
from activities.notices.drafting import notice_of
from activities.notices.moving import Moving, Steps
from activities.notices.publishing import publish_in
from activities.settings import Settings
from api.acting.publishing_notices import NoticeForm
from api.app import create_app
from api.runtime import Runtime
from models.acts import Actor
from rules.deadlines import to_shanghai
from tests.api.calling import Caller, Service, open_task, serving
from tests.driving import ShiftedClock

PATH = "/v1/calendar/notices"
DRY_RUN = f"{PATH}/dry-run"
A_DAY = timedelta(days=1)


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def service(settings: Settings, clock: ShiftedClock) -> AsyncIterator[Service]:
    """The service by a clock that a test can set; no worker runs, so that what is received stays to be seen."""
    async with serving(create_app(settings, clock=clock, patience=timedelta(milliseconds=100)), settings) as running:
        yield running


@pytest.fixture
def admin(service: Service) -> Caller:
    return service.as_("admin@kaifang")


async def today(service: Service) -> date:
    return to_shanghai(await service.app.state.runtime.now()).date()


async def form(service: Service, **fields: Any) -> dict[str, Any]:
    """A notice of today that the record does not have: the next week but one is off."""
    day = await today(service)
    stated = {"scope": "CN", "document": "an invented notice", "published_on": f"{day}"}
    monday = day + timedelta(days=14 - day.weekday())
    return stated | {"days_off": [[f"{monday}", f"{monday + 4 * A_DAY}"]], "days_worked": []} | fields


async def length_of_the_record(service: Service) -> int:
    version: int = await service.app.state.runtime.pool.fetchval("select version from calendar")
    return version


async def test_a_notice_is_on_record_with_its_place_and_everybody_can_read_it(service: Service, admin: Caller) -> None:
    before = await length_of_the_record(service)
    stated = await form(service)

    answer = await admin.post(PATH, stated)
    latest = (await service.nobody().read(PATH, limit=1))["items"][0]

    assert answer.status_code == 201, answer.text
    published = answer.json()
    assert published["position"] == before + 1
    assert {name: published[name] for name in stated} == stated
    assert latest == {name: value for name, value in published.items() if name != "cases_woken"}


async def test_the_same_notice_again_changes_nothing_and_answers_what_is_on_record(
    service: Service, admin: Caller, applicant: Caller
) -> None:
    await applicant.file("guangzhou")
    stated = await form(service)
    first = (await admin.post(PATH, stated)).json()
    monday, friday = (date.fromisoformat(day) for day in stated["days_off"][0])
    day_by_day = [f"{monday + n * A_DAY}" for n in range((friday - monday).days + 1)]

    again = await admin.post(PATH, stated)
    grouped_otherwise = await admin.post(PATH, stated | {"days_off": day_by_day})

    assert first["cases_woken"] == 1
    assert again.status_code == grouped_otherwise.status_code == 200
    assert again.json() == grouped_otherwise.json() == first | {"cases_woken": 0}
    assert await length_of_the_record(service) == first["position"]
    assert await notices_received(service) == 1


async def test_while_a_notice_has_not_come_to_every_case_whoever_reads_is_told(
    service: Service, admin: Caller, applicant: Caller
) -> None:
    await applicant.file("guangzhou")
    runtime: Runtime = service.app.state.runtime
    notice = NoticeForm.model_validate(await form(service)).draft()
    async with runtime.pool.acquire() as connection, connection.transaction():
        made = await notice_of(connection, runtime.notices, runtime.clock, notice)
        await publish_in(connection, runtime.notices, runtime.clock, made, Actor(account="acc_admin"))

    async def told() -> tuple[bool, bool]:
        counts = await service.as_("supervisor@guangzhou.authority").read("/v1/supervision/overdue/counts")
        return (await service.nobody().read(PATH, limit=1))["items"][0]["under_way"], counts["clocks_are_moved"]

    assert await told() == (True, True)
    await Moving(runtime.pool, Steps(runtime.inbox.log, runtime.clock)).work_off()
    assert await told() == (False, False)


async def test_a_notice_on_record_is_not_replaced_by_another_of_its_name(service: Service, admin: Caller) -> None:
    stated = await form(service)
    await admin.post(PATH, stated)

    another = stated | {"days_off": [], "days_worked": [stated["days_off"][0][0]]}
    for path in (DRY_RUN, PATH):
        answer = await admin.post(path, another)
        assert answer.status_code == 409, "the dry run says what publishing would do"
        assert [error["field"] for error in answer.json()["errors"]] == ["days_off", "days_worked"]
    assert (await service.nobody().read(PATH, limit=1))["items"][0]["days_off"] == stated["days_off"]


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"scope": "CN-XX"}, "scope", "calendar_unknown"),
    ({"document": "  "}, "document", "string_too_short"),
    ({"document": None}, "document", "string_type"),
    ({"published_on": "2027-06-01"}, "published_on", "day_in_the_future"),
    ({"published_on": "1066-10-14"}, "published_on", "greater_than_equal"),
    ({"published_on": "soon"}, "published_on", "date_parsing"),
    ({"days_off": ["2026-12-05"], "days_worked": ["2026-12-05"]}, "days_worked", "day_off_and_worked"),
    ({"days_worked": ["2026-12-05", "2036-12-06"]}, "days_worked.1", "day_far_from_publication"),
    ({"days_off": ["2026-02-30"]}, "days_off.0", "date_from_datetime_parsing"),
    ({"days_off": ["1066-10-14"]}, "days_off.0", "greater_than_equal"),
    ({"days_off": []}, "days_off|days_worked|covers", "notice_says_nothing"),
    ({"covers": {"since": "2027-01-01", "until": "2027-01-01"}}, "covers", "span_backwards"),
    ({"days_of": []}, "days_of", "extra_forbidden"),
]


@pytest.mark.parametrize("path", [PATH, DRY_RUN])
async def test_a_notice_that_cannot_be_one_is_refused_by_field_and_rule(
    service: Service, admin: Caller, clock: ShiftedClock, path: str
) -> None:
    clock.shift = date(2026, 11, 22) - await today(service)
    before = await length_of_the_record(service)
    for stated, field, code in REFUSED:
        answer = await admin.post(path, await form(service, published_on="2026-11-20") | stated)
        assert answer.status_code == 422, answer.text
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]
        assert answer.json()["errors"][0]["detail"]
    assert await length_of_the_record(service) == before


async def test_the_record_is_listed_in_pages_and_by_calendar_the_last_recorded_first(service: Service) -> None:
    nobody = service.nobody()
    whole = (await nobody.read(PATH, limit=200))["items"]
    national = (await nobody.read(PATH, limit=200, calendar="CN"))["items"]
    seen: list[int] = []
    place: dict[str, str] = {}
    while True:
        page = await nobody.read(PATH, limit=4, calendar="CN-GX", **place)
        seen += [notice["position"] for notice in page["items"]]
        if page["next"] is None:
            break
        place = {"cursor": page["next"]}

    assert [notice["position"] for notice in whole] == list(range(await length_of_the_record(service), 0, -1))
    assert {notice["scope"] for notice in national} == {"CN"}
    assert seen == [notice["position"] for notice in whole], "what counts in the country counts in Guangxi"
    unknown = await nobody.get(PATH, calendar="CN-XX")
    assert unknown.json()["errors"][0]["code"] == "calendar_unknown"
    assert (await nobody.get(PATH, cursor="x")).status_code == 422


async def test_a_dry_run_tells_which_tasks_would_move_and_by_how_much_and_writes_nothing(
    service: Service, admin: Caller, applicant: Caller
) -> None:
    case = await applicant.file("guangzhou")
    elsewhere = await applicant.file("nanning", urgency="urgent")
    clock = open_task(case, "provider_review")["clock"]
    last = date.fromisoformat(clock["last_day"])
    stated = await form(service, days_off=[f"{last}"])

    told = (await admin.post(DRY_RUN, stated)).json()
    received = await notices_received(service)
    woken = (await admin.post(PATH, stated)).json()["cases_woken"]
    after = (await admin.post(DRY_RUN, stated)).json()

    assert (told["on_record"], told["cases"], told["tasks"], told["later"], told["earlier"]) == (False, 1, 1, 1, 0)
    (move,) = told["items"]
    assert move["case_number"] == case["case_number"]
    assert elsewhere["case_number"] != move["case_number"]
    assert (move["old_day"], move["old_due_at"]) == (clock["last_day"], clock["due_at"])
    assert move["moved_by_days"] == (date.fromisoformat(move["new_day"]) - last).days > 0
    assert {"CN", "CN-GX"} == {each["calendar"] for each in told["changed_days"]}
    assert (received, woken) == (0, 1)
    assert (after["on_record"], after["cases"], after["items"]) == (True, 0, [])


async def test_a_dry_run_names_tasks_that_become_overdue_and_that_cease_to_be(
    service: Service, admin: Caller, applicant: Caller, clock: ShiftedClock
) -> None:
    clock.shift = date(2026, 3, 2) - await today(service)  # a Monday, far from any holiday
    one, other = await applicant.file("nanning"), await applicant.file("nanning")
    due = date.fromisoformat(open_task(one, "formal_review")["clock"]["last_day"])
    clock.shift += 5 * A_DAY
    decided = open_task(other, "formal_review")["task_id"]
    officer = service.as_("reviewer@nanning.operator")

    off = (await admin.post(DRY_RUN, await form(service, days_off=[[f"{due}", f"{due + 5 * A_DAY}"]]))).json()
    clock.shift -= 4 * A_DAY
    early = await officer.post(f"/v1/tasks/{decided}/decision", {"outcome": "pass"})
    worked = (await admin.post(DRY_RUN, await form(service, days_worked=["2026-03-01"]))).json()
    clock.shift += 3 * A_DAY + timedelta(hours=12)
    still = (await admin.post(DRY_RUN, await form(service, days_off=[f"{due}"]))).json()

    assert (off["tasks"], off["no_more_overdue"], off["becomes_overdue"]) == (2, 2, 0)
    assert early.status_code == 202, "no engine runs, so the decision waits"
    assert worked["tasks"] == 0, "a day before the receipt counts for nobody"
    assert still["tasks"] == 2
    decision_waits = next(move for move in still["items"] if move["case_id"] == other["case_id"])
    assert not decision_waits["no_more_overdue"], "a decision received in time waits: it was not overdue"


async def test_a_dry_run_tells_as_many_tasks_as_it_is_asked_for_and_counts_all(
    service: Service, admin: Caller, applicant: Caller
) -> None:
    for _ in range(3):
        await applicant.file("guangzhou")
    stated = await form(service)
    told = (await admin.post(f"{DRY_RUN}?limit=2", stated)).json()
    assert (told["tasks"], len(told["items"])) == (3, 2)


@pytest.mark.parametrize("limit", [1, 3, 9])
async def test_a_dry_run_tells_the_same_however_few_tasks_it_has_in_hand_at_a_time(
    service: Service, admin: Caller, applicant: Caller, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    for city in ("guangzhou", "nanning", "guangzhou", "nanning", "nanjing"):
        await applicant.file(city)
    stated = await form(service)
    all_at_once = (await admin.post(f"{DRY_RUN}?limit={limit}", stated)).json()
    monkeypatch.setattr(foreseeing, "AT_A_TIME", 2)
    monkeypatch.setattr(clock_moves, "AT_A_TIME", 1)
    assert all_at_once["tasks"] == 3
    assert (await admin.post(f"{DRY_RUN}?limit={limit}", stated)).json() == all_at_once


async def notices_received(service: Service) -> int:
    count: int = await service.app.state.runtime.pool.fetchval("select count(*) from acts where kind = 'apply_notice'")
    return count
