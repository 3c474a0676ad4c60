"""Feeds: a token that reads what its account may read now, as a table and as a calendar, until it is revoked."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from icalendar import Calendar

from activities.settings import Settings
from activities.telling import feeds
from api.app import create_app
from reading.sheet import cell
from rules.deadlines import SHANGHAI
from tests.api.calling import Service, serving
from tests.api.supervising import SOON, SUPERVISOR, present, set_after_due
from tests.driving import ShiftedClock
from tests.owning import by_owner

FEEDS = "/v1/supervision/feeds"


async def made(service: Service, login: str = SUPERVISOR, **form: Any) -> Any:
    answer = await service.as_(login).post(FEEDS, {"name": "Mine", **form})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def overdue_and_due(service: Service, clock: ShiftedClock) -> tuple[Any, Any]:
    """A task that is overdue, and one that is due soon."""
    applicant = service.as_("applicant@demo")
    late = (await applicant.file("nanning"))["tasks"][0]
    await set_after_due(service, clock, late, seconds=30)
    return late, (await applicant.file("nanning"))["tasks"][0]


def rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_the_table_of_a_feed_needs_no_other_authorisation_and_is_not_kept_anywhere(
    stopped: Service, clock: ShiftedClock
) -> None:
    late, due = await overdue_and_due(stopped, clock)
    feed = await made(stopped)
    answer = await stopped.nobody().get(feed["csv"], lang="en")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    found = rows(answer)
    assert [(row["Task id"], row["Overdue"]) for row in found] == [(late["task_id"], "yes"), (due["task_id"], "no")]
    chinese = rows(await stopped.nobody().get(feed["csv"], {"Accept-Language": "zh-CN"}))
    assert [row["已逾期"] for row in chinese] == ["是", "否"]
    assert chinese[0]["依据"].startswith("南宁")


async def test_the_calendar_shows_each_task_on_its_last_day_and_today_how_many_are_overdue(
    stopped: Service, clock: ShiftedClock
) -> None:
    late, due = await overdue_and_due(stopped, clock)
    feed = await made(stopped, name="逾期，南宁; 测试")
    answer = await stopped.nobody().get(feed["ics"], lang="zh")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75
    calendar = Calendar.from_ical(answer.content)
    assert "\r\nNAME:逾期，南宁\\; 测试\r\n".encode() in answer.content
    assert str(calendar["VERSION"]) == "2.0"
    events = {event.uid: event for event in calendar.events}
    today = await _today(stopped, clock)
    assert {uid: event.start for uid, event in events.items()} == {
        f"overdue-{feed['feed_id']}@kaifang": today,
        f"{late['task_id']}@kaifang": date.fromisoformat(late["clock"]["last_day"]),
        f"{due['task_id']}@kaifang": date.fromisoformat(due["clock"]["last_day"]),
    }
    event = events[f"{late['task_id']}@kaifang"]
    assert event.end == date.fromisoformat(late["clock"]["last_day"]) + timedelta(days=1)
    assert b"DTSTART;VALUE=DATE:" in answer.content
    assert b"DTSTAMP:20" in answer.content
    assert event.categories[0] == "已逾期"
    assert late["case_number"] in event.summary
    again = Calendar.from_ical((await stopped.nobody().get(feed["ics"], lang="en")).content)
    assert {each.uid for each in again.events} == set(events)
    assert again.events[0].summary == "1 overdue"


async def _today(service: Service, clock: ShiftedClock) -> date:
    return ((await present(service, clock)).astimezone(UTC) + timedelta(hours=8)).date()


async def test_a_feed_is_byte_for_byte_the_same_while_nothing_has_changed(
    stopped: Service, clock: ShiftedClock
) -> None:
    late, _ = await overdue_and_due(stopped, clock)
    feed = await made(stopped)
    nobody, midnight_in = stopped.nobody(), await _until_midnight(stopped, clock)
    first = {form: await nobody.get(feed[form], lang="en") for form in ("csv", "ics")}
    clock.shift += midnight_in / 2
    for form, answer in first.items():
        again = await nobody.get(feed[form], lang="en")
        assert again.content == answer.content
        assert (again.headers["etag"], again.headers["last-modified"]) == (
            answer.headers["etag"],
            answer.headers["last-modified"],
        )
        for known in (
            {"If-None-Match": f'W/{answer.headers["etag"]}, "x"'},
            {"If-Modified-Since": answer.headers["last-modified"]},
        ):
            unchanged = await nobody.get(feed[form], known, lang="en")
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            assert unchanged.headers["etag"] == answer.headers["etag"]
    await stopped.as_(SUPERVISOR).post(f"/v1/supervision/tasks/{late['task_id']}/urging", {"text": "please"})
    for form, answer in first.items():
        known = {"If-None-Match": answer.headers["etag"], "If-Modified-Since": answer.headers["last-modified"]}
        changed = await nobody.get(feed[form], known, lang="en")
        assert changed.status_code == 200
        assert changed.content != answer.content
        assert parsedate_to_datetime(changed.headers["last-modified"]) > parsedate_to_datetime(
            answer.headers["last-modified"]
        )
        assert (await nobody.get(feed[form], {"If-Modified-Since": "yesterday"}, lang="en")).status_code == 200


async def test_the_stamp_of_an_event_is_its_last_revision(stopped: Service, clock: ShiftedClock) -> None:
    late, due = await overdue_and_due(stopped, clock)
    feed = await made(stopped)
    events = {
        event.uid: event for event in Calendar.from_ical((await stopped.nobody().get(feed["ics"])).content).events
    }
    midnight = datetime.combine(await _today(stopped, clock), time(), SHANGHAI)
    assert events[f"{late['task_id']}@kaifang"].stamp == max(midnight, datetime.fromisoformat(late["clock"]["due_at"]))
    opened = datetime.fromisoformat(due["opened_at"] if "opened_at" in due else due["clock"]["started_at"])
    assert events[f"{due['task_id']}@kaifang"].stamp == opened.replace(microsecond=0)


async def _until_midnight(service: Service, clock: ShiftedClock) -> timedelta:
    tomorrow = await _today(service, clock) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), SHANGHAI) - await present(service, clock)


async def test_a_feed_lists_what_it_was_narrowed_to(stopped: Service, clock: ShiftedClock) -> None:
    late, due = await overdue_and_due(stopped, clock)
    for form, expected in (
        ({"lists": ["overdue"]}, [late]),
        ({"lists": ["due_soon"]}, [due]),
        ({"stage": "approval"}, []),
        ({"city": "yulin"}, []),
        ({"officer": "reviewer@nanning.operator"}, []),
    ):
        feed = await made(stopped, **form)
        found = [row["Task id"] for row in rows(await stopped.nobody().get(feed["csv"], lang="en"))]
        assert found == [each["task_id"] for each in expected], form


async def test_a_revoked_feed_and_an_unknown_token_are_not_found(stopped: Service) -> None:
    feed = await made(stopped)
    supervisor = stopped.as_(SUPERVISOR)
    other = stopped.as_("supervisor@yulin.authority")
    path = f"{FEEDS}/{feed['feed_id']}"
    assert [each["feed_id"] for each in (await supervisor.read(FEEDS))["items"]] == [feed["feed_id"]]
    assert (await other.http.delete(path, headers=other.headers())).status_code == 404
    assert (await stopped.nobody().get(feed["csv"])).status_code == 200
    assert (await other.read(FEEDS))["items"] == []
    assert (await supervisor.http.delete(path, headers=supervisor.headers())).status_code == 204
    assert (await supervisor.http.delete(path, headers=supervisor.headers())).status_code == 204
    for address in (feed["csv"], feed["ics"], f"{FEEDS}/{feeds.new_token()}.ics", f"{FEEDS}/short.csv"):
        assert (await stopped.nobody().get(address)).status_code == 404
    assert (await supervisor.read(FEEDS))["items"] == []


async def test_a_feed_reads_what_its_account_may_read_now(stopped: Service, clock: ShiftedClock) -> None:
    late, _ = await overdue_and_due(stopped, clock)
    feed = await made(stopped, lists=["overdue"])
    pool = stopped.app.state.runtime.pool

    async def moved(city: str, roles: list[str]) -> Any:
        await pool.execute("update accounts set city = $1, roles = $2 where login = $3", city, roles, SUPERVISOR)
        return await stopped.nobody().get(feed["csv"], lang="en")

    assert [row["Task id"] for row in rows(await moved("nanning", ["supervisor"]))] == [late["task_id"]]
    assert rows(await moved("yulin", ["supervisor"])) == []
    # A reviewer sees its body, before which nothing lies.
    assert rows(await moved("nanning", ["reviewer"])) == []
    assert (await moved("nanning", ["applicant"])).status_code == 404
    assert (await stopped.nobody().get(feed["ics"])).status_code == 404


async def test_only_the_digest_of_the_token_is_kept_and_it_is_shown_once(stopped: Service) -> None:
    supervisor = stopped.as_(SUPERVISOR)
    form = {"name": "Mine", "lists": ["overdue"]}
    first = await supervisor.post(FEEDS, form, "once")
    again = await supervisor.post(FEEDS, form, "once")
    other = await supervisor.post(FEEDS, form | {"name": "Another"}, "once")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.headers["cache-control"] == "no-store"
    token = first.json()["token"]
    assert again.json() == first.json() | {"token": None, "csv": None, "ics": None}
    stored = await stopped.app.state.runtime.pool.fetchval("select to_jsonb(feeds)::text from feeds")
    assert token not in stored
    assert feeds.digest_of(token) in stored


async def test_no_token_stands_in_the_figures_or_in_the_log_file_though_the_call_fails(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(create_app(settings, patience=SOON), settings) as service:
        feed = await made(service)
        # Whatever it is that goes wrong: here the filters are none that anybody can have stored.
        await by_owner(service.app.state.runtime.pool, """update feeds set wanted = '{"lists": ["unknown"]}'""")
        assert (await service.nobody().get(feed["csv"])).status_code == 500
        figures = await service.figures()
    assert "feeds/{token}.csv" in figures
    assert "feeds/{token}.csv failed" in caplog.text
    assert feed["token"] not in figures + caplog.text


async def test_an_account_has_only_so_many_feeds_at_once(stopped: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MOST_FEEDS", 1)
    feed = await made(stopped)
    supervisor = stopped.as_(SUPERVISOR)
    answer = await supervisor.post(FEEDS, {"name": "Another"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:kaifang:problem:enough-feeds")
    await supervisor.http.delete(f"{FEEDS}/{feed['feed_id']}", headers=supervisor.headers())
    await made(stopped)


@pytest.mark.parametrize("form", [{"name": " "}, {"name": "x", "lists": []}, {"name": "x", "officer": "nobody@demo"}])
async def test_a_feed_that_cannot_be_is_refused(stopped: Service, form: Any) -> None:
    assert (await stopped.as_(SUPERVISOR).post(FEEDS, form)).status_code == 422


@pytest.mark.parametrize("text", ["=1+1", "+8613", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_what_a_table_program_would_take_for_a_formula_is_a_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "written"), [("南宁", "南宁"), (None, ""), (3, "3")])
def test_what_is_no_formula_stays_as_it_is(value: object, written: str) -> None:
    assert cell(value) == written


async def test_the_name_of_a_feed_is_one_text_of_its_calendar_once(stopped: Service) -> None:
    feed = await made(stopped, name=r"a;b,c\n")
    written = (await stopped.nobody().get(feed["ics"])).content.split(b"\r\n")
    names = [line for line in written if line.startswith((b"NAME", b"X-WR-CALNAME"))]
    assert sorted(names) == [rb"NAME:a\;b\,c\\n", rb"X-WR-CALNAME:a\;b\,c\\n"]


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\x85b", "a\u2028b", "a\x0bb"])
async def test_the_name_of_a_feed_is_one_line(stopped: Service, name: str) -> None:
    answer = await stopped.as_(SUPERVISOR).post(FEEDS, {"name": name})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "name")
