"""Due days as calendars: one's own by a private address that can be renewed, and those of one case."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event

from tests.api.calling import Service, open_task
from tests.api.supervising import SUPERVISOR
from tests.api.test_five_cities import granted

FEED = "/v1/calendar-feed"


async def renewed(service: Service, login: str, language: str = "en") -> Any:
    caller = service.as_(login)
    headers = caller.headers({"Accept-Language": language, "Idempotency-Key": str(uuid.uuid4())})
    answer = await caller.http.post(FEED, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def events(service: Service, address: str) -> dict[str, Event]:
    answer = await service.nobody().get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75
    return {str(each["UID"]): each for each in Calendar.from_ical(answer.content).events}


async def test_an_applicant_subscribes_to_the_days_of_its_own_cases_and_of_no_others(service: Service) -> None:
    mine = await service.as_("applicant@demo").file("nanning")
    await service.as_("applicant2@demo").file("nanning")
    task = open_task(mine, "formal_review")
    said_in = {"zh": ("最后一日", "南宁第二十条第（二）项"), "en": ("last day", "Nanning article 20(2)")}
    for language, (said, rule) in said_in.items():
        found = await events(service, (await renewed(service, "applicant@demo", language))["ics"])
        assert list(found) == [f"{task['task_id']}@kaifang"]
        (event,) = found.values()
        assert event.start == date.fromisoformat(task["clock"]["last_day"])
        assert said in str(event["SUMMARY"])
        assert mine["case_number"] in str(event["SUMMARY"])
        assert str(event["URL"]).endswith(f"/cases/{mine['case_number']}")
        assert rule in str(event["DESCRIPTION"])


async def test_an_officer_subscribes_to_the_tasks_in_hand_alone(service: Service) -> None:
    login = "reviewer@nanning.operator"
    first = await service.as_("applicant@demo").file("nanning")
    await service.as_("applicant@demo").file("nanning")
    address = (await renewed(service, login))["ics"]
    assert await events(service, address) == {}
    task = open_task(first, "formal_review")
    await service.as_(login).do(f"/v1/tasks/{task['task_id']}/claim")
    assert list(await events(service, address)) == [f"{task['task_id']}@kaifang"]


async def test_an_address_that_was_renewed_or_ended_fetches_nothing(service: Service) -> None:
    login = "applicant@demo"
    first = (await renewed(service, login))["ics"]
    second = (await renewed(service, login))["ics"]
    assert (await service.nobody().get(first)).status_code == 404
    assert (await service.nobody().get(second)).status_code == 200
    caller = service.as_(login)
    assert (await caller.get(FEED)).json()["last_used_at"] is not None
    assert (await caller.http.delete(FEED, headers=caller.headers())).status_code == 204
    assert (await service.nobody().get(second)).status_code == 404
    assert (await caller.get(FEED)).status_code == 404


async def test_an_address_is_shown_to_the_call_that_made_it_alone(service: Service) -> None:
    caller = service.as_("applicant@demo")
    headers = caller.headers({"Idempotency-Key": str(uuid.uuid4())})
    first = (await caller.http.post(FEED, headers=headers)).json()
    again = (await caller.http.post(FEED, headers=headers)).json()
    assert (again["ics"], again["created_at"]) == (None, first["created_at"])
    assert (await service.nobody().get(first["ics"])).status_code == 200


async def test_who_has_a_calendar_already_is_told_that_nothing_has_changed(service: Service) -> None:
    await service.as_("applicant@demo").file("nanning")
    address = (await renewed(service, "applicant@demo"))["ics"]
    first = await service.nobody().get(address)
    again = await service.nobody().get(address, {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_feeds_of_supervisors_and_of_ones_own_days_stay_apart(service: Service) -> None:
    supervisor = service.as_(SUPERVISOR)
    listed = (await supervisor.post("/v1/supervision/feeds", {"name": "x"})).json()
    own = await renewed(service, SUPERVISOR)
    token = own["ics"].rpartition("/")[2].partition(".")[0]
    assert [each["feed_id"] for each in (await supervisor.read("/v1/supervision/feeds"))["items"]] == [
        listed["feed_id"]
    ]
    assert (await service.nobody().get(f"/v1/supervision/feeds/{token}.ics")).status_code == 404
    assert (await service.nobody().get(f"{FEED}/{listed['token']}.ics")).status_code == 404


async def test_the_days_of_one_case_are_for_who_may_read_it(service: Service) -> None:
    case = await service.as_("applicant@demo").file("lianyungang")
    path = f"/v1/cases/{case['case_id']}/calendar.ics"
    answer = await service.as_("applicant@demo").get(path)
    dated = {task["task_id"] for task in case["tasks"] if task["clock"]["last_day"]}
    assert {str(each["UID"]).removesuffix("@kaifang") for each in Calendar.from_ical(answer.content).events} == dated
    assert dated
    assert (await service.as_("applicant2@demo").get(path)).status_code == 404


async def test_the_last_day_of_a_grant_stands_in_the_feed_while_it_holds(working: Service) -> None:
    applicant = working.as_("applicant@demo")
    await granted(working, applicant, "guangzhou")
    (grant,) = (await applicant.read("/v1/grants"))["items"]
    name = f"{grant['case_id']}-end@kaifang"
    for language, said in (("zh", "授权到期"), ("en", "grant: last day")):
        event = (await events(working, (await renewed(working, "applicant@demo", language))["ics"]))[name]
        last = datetime.fromisoformat(grant["valid_until"]) - timedelta(microseconds=1)
        assert event.start == last.date()
        assert said in str(event["SUMMARY"])
        assert str(event["URL"]).endswith(f"/my/grants/{grant['case_number']}")
    assert await events(working, (await renewed(working, "applicant2@demo"))["ics"]) == {}
    address = (await renewed(working, "applicant@demo"))["ics"]
    await applicant.do(f"/v1/grants/{grant['case_id']}/renunciation")
    assert name not in await events(working, address)
