"""The points at which a task is reminded of, by its clock, the rules of its case and the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from activities.calendar.record import with_due
from activities.outbox.message_texts import Language, Message, message_texts, say
from models.clock import Clock
from models.reminding import AT_ONCE, DUE, DUE_SOON, KINDS, OVERDUE, Look, Point, Reminded, ends_of, look, tellings
from models.telling import due_day
from models.tellings import Account, Officers, Posts, Supervisors
from rules.articles import phrase
from rules.calendar import Calendar
from rules.deadlines import SHANGHAI
from rules.loading import cities
from rules.pinned import APPLICANT, Basis, ReminderRule
from tests.models.bench import INVENTED, MONDAY, filed, law, notices


def rule() -> ReminderRule:
    """1 working day and 3 hours before, every 2 working days and 12 hours after, every 24 hours if owed promptly."""
    reminders = law("nanning").reminders
    assert reminders
    return reminders


def calendar() -> Calendar:
    return notices().calendar("CN")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def clock(period: str | None, started_at: datetime = MONDAY, **more: object) -> Clock:
    told = {"started_at": started_at, "period": period, "article": "20", "basis": Basis.LAW, "calendar": "CN"}
    return with_due(Clock.model_validate(told | more), notices())


def looked(it: Clock, now: datetime, opened_at: datetime = MONDAY) -> Look:
    return look(it, opened_at, rule(), calendar(), now)


def told(it: Clock, since: datetime, until: datetime, opened_at: datetime = MONDAY) -> list[tuple[str, datetime]]:
    """What a loop that never sleeps would tell, and when: it looks again when a look says so."""
    found: dict[object, tuple[str, datetime]] = {}
    now: datetime | None = since
    while now is not None and now <= until:
        seen = looked(it, now, opened_at)
        assert seen.again_at is None or seen.again_at > now, "a look that is due at once again would never end"
        if seen.point:
            name = seen.point.name
            if it.own_due_at and not seen.point.outcomes:
                name += " of the stage"
            found.setdefault((name, seen.point.outcomes), (name, now))
        now = seen.again_at
    return list(found.values())


def test_a_period_in_working_days_is_reminded_of_before_at_and_after_its_end() -> None:
    # Five working days from Monday: Monday is not counted, the last day is the next Monday.
    assert told(clock("5wd"), MONDAY, at("2026-12-07T12:00")) == [
        (f"{DUE_SOON}/1wd", at("2026-11-27T09:00")),
        (f"{DUE}/0", at("2026-12-01T09:00")),
        (f"{OVERDUE}/1", at("2026-12-03T09:00")),
        (f"{OVERDUE}/2", at("2026-12-07T09:00")),
    ]


def test_no_reminder_of_working_days_leaves_on_a_day_off_or_outside_working_hours() -> None:
    instants = [when for _, when in told(clock("5wd"), MONDAY, at("2027-03-01T00:00"))]
    assert len(instants) > 20
    assert {when.hour for when in instants} == {9}
    assert all(calendar().is_working(when.date()) for when in instants)


def test_what_came_in_the_night_or_at_the_weekend_waits_until_work_begins() -> None:
    overdue = clock("1wd", at("2026-11-19T10:00"))  # to Friday, the 20th
    for now in ("2026-11-24T08:59", "2026-11-23T17:00", "2026-11-28T11:00"):
        seen = looked(overdue, at(now), at("2026-11-19T10:00"))
        assert seen.point is None, now
        assert seen.again_at and seen.again_at.hour == 9 and calendar().is_working(seen.again_at.date())
    assert looked(overdue, at("2026-11-23T16:59"), at("2026-11-19T10:00")).point


def test_only_the_latest_of_several_points_that_have_come_gives_a_reminder() -> None:
    seen = looked(clock("5wd"), at("2026-12-08T10:00"))
    assert seen.point == Point(OVERDUE, at("2026-12-07T09:00"), 2)


def test_a_period_in_hours_is_reminded_of_by_night_and_on_days_off() -> None:
    friday = at("2026-11-27T18:00")
    assert told(clock("12h", friday), friday, at("2026-11-29T06:00"), friday) == [
        (f"{DUE_SOON}/3h", at("2026-11-28T03:00")),
        (f"{DUE}/0", at("2026-11-28T06:00")),
        (f"{OVERDUE}/1", at("2026-11-28T18:00")),
        (f"{OVERDUE}/2", at("2026-11-29T06:00")),
    ]


def test_what_is_owed_promptly_is_reminded_of_at_any_hour_while_it_is_open() -> None:
    friday = at("2026-11-27T23:00")
    assert told(clock(None, friday, promptly=True), friday, at("2026-11-30T00:00"), friday) == [
        (f"{AT_ONCE}/1", at("2026-11-28T23:00")),
        (f"{AT_ONCE}/2", at("2026-11-29T23:00")),
    ]


def test_a_task_without_a_number_and_without_hurry_is_never_reminded_of() -> None:
    assert looked(clock(None), MONDAY + timedelta(days=400)) == Look(None, None)


def test_a_clock_that_a_rule_has_stopped_is_not_reminded_of() -> None:
    stopped = clock("5wd").model_copy(update={"due_at": None, "last_day": None, "stopped_at": MONDAY})
    assert looked(stopped, MONDAY + timedelta(days=30)) == Look(None, None)


def test_a_task_is_not_reminded_of_a_point_before_it_was_opened() -> None:
    opened = at("2026-11-27T10:00")
    assert [name for name, _ in told(clock("5wd"), opened, at("2026-12-02T00:00"), opened)] == [f"{DUE}/0"]


def test_a_clock_that_was_moved_has_points_of_its_own() -> None:
    early, late = clock("5wd"), clock("10wd")
    task = reminded(early)
    first = {t.of for t in tellings(task, Point(DUE, MONDAY))}
    second = {t.of for t in tellings(reminded(late), Point(DUE, MONDAY))}
    assert first and second and first.isdisjoint(second)


def test_rules_that_say_nothing_of_reminders_remind_nobody() -> None:
    assert law(INVENTED).reminders is None
    assert look(clock("5wd"), MONDAY, None, calendar(), MONDAY + timedelta(days=30)) == Look(None, None)


@pytest.mark.duty("NN-6.5")
@pytest.mark.parametrize("city", [city for city in cities() if law(city).reminders])
def test_every_city_that_reminds_does_so_by_a_service_rule(city: str) -> None:
    reminders = law(city).reminders
    assert reminders
    assert reminders.citation.basis is Basis.SERVICE
    assert reminders.citation.note


def reminded(it: Clock, **more: object) -> Reminded:
    told = {
        "task_id": "case.review.1", "case_id": "case", "city": "nanning", "party": "acc_applicant", "stage": "review",
        "round": 1, "body": "nanning.transport", "claimed_by": None, "opened_at": MONDAY, "clock": it,
    }  # fmt: skip
    return Reminded(**{**told, **more})  # type: ignore[arg-type]  # as the fields of the class are


def whom(task: Reminded, point: Point) -> Iterator[object]:
    return (telling.to for telling in tellings(task, point))


def test_before_and_at_the_end_those_are_told_who_have_the_task() -> None:
    task = reminded(clock("5wd"), claimed_by="acc_1")
    for point in (Point(DUE_SOON, MONDAY, before="1wd"), Point(DUE, MONDAY)):
        assert list(whom(task, point)) == [Officers("nanning.transport", "acc_1")]


def test_after_the_first_reminder_after_the_end_posts_and_supervisors_are_told() -> None:
    expected = [Officers("nanning.transport"), Posts("nanning.transport"), Supervisors("nanning")]
    assert list(whom(reminded(clock("5wd")), Point(OVERDUE, MONDAY, 1))) == expected
    promptly = reminded(clock(None, promptly=True))
    assert list(whom(promptly, Point(AT_ONCE, MONDAY, 1))) == expected[:1]
    assert list(whom(promptly, Point(AT_ONCE, MONDAY, 2))) == expected


def test_a_party_is_reminded_of_its_own_task_and_nobody_else() -> None:
    task = reminded(clock("5wd"), body=APPLICANT)
    assert list(whom(task, Point(OVERDUE, MONDAY, 5))) == [Account("acc_applicant")]


@pytest.mark.parametrize("kind", [*KINDS, "task_urged"])
def test_what_is_told_has_words_of_its_own_in_both_languages(kind: str) -> None:
    assert kind in message_texts().kinds


@pytest.mark.parametrize(
    ("it", "due"),
    [(clock("5wd"), "the end of 2026-11-30"), (clock("12h"), "2026-11-23 21:00 (Beijing time)")],
    ids=["working days", "hours"],
)
def test_a_reminder_names_the_day_or_the_hour_of_the_end_and_the_law_and_the_link(it: Clock, due: str) -> None:
    (telling,) = tellings(reminded(it, stage="formal_review"), Point(DUE, MONDAY))
    message = Message(
        "msg_1",
        1,
        telling.kind,
        "case",
        telling.task_id,
        "nanning",
        MONDAY,
        telling.facts,
        case_number="NN-AR-2026-000001",
        rules=law("nanning"),
        to_reviewer=True,
    )
    said = say(message, "en", "https://kaifang.example")
    assert (said.due, said.link) == (due, "https://kaifang.example/en/desk/NN-AR-2026-000001/review.1")
    assert said.law and said.law.startswith("Nanning article 20(2)")


def test_a_message_about_a_period_in_hours_names_its_hour_and_no_day() -> None:
    bench = filed("nanning", choices={"urgency": "urgent"})
    days = due_day(bench.task("formal_review"))
    assert days == {"due_at": "2026-11-23T21:00:00+08:00"}


def test_a_last_day_that_a_decision_named_is_reminded_of_like_the_end_of_a_period() -> None:
    named = clock(None, last_day=at("2026-11-30T00:00").date(), due_at=at("2026-12-01T00:00"))
    assert told(named, MONDAY, at("2026-12-03T12:00")) == told(clock("5wd"), MONDAY, at("2026-12-03T12:00"))


def test_a_reminder_of_a_named_last_day_says_the_day() -> None:
    named = clock(None, last_day=at("2026-11-30T00:00").date(), due_at=at("2026-12-01T00:00"))
    task = Reminded("t", "c", "nanning", "p", "remedy", 1, "nanning.transport", None, MONDAY, named)
    (telling,) = tellings(task, Point(DUE, at("2026-12-01T09:00")))
    assert telling.facts["due_on"] == "2026-11-30"


def with_own(period: str | None, **own: str) -> Clock:
    return clock(period, own_periods=own)


def test_an_outcome_with_its_own_period_is_reminded_of_and_then_the_stage() -> None:
    """As in Guangzhou, where a demand is declined within five working days and answered within twenty."""
    points = told(with_own("20wd", decline="5wd"), MONDAY, at("2026-12-30T12:00"))
    assert points == [
        (f"{DUE_SOON}/1wd", at("2026-11-27T09:00")),
        (f"{DUE}/0", at("2026-12-01T09:00")),
        (f"{DUE_SOON}/1wd of the stage", at("2026-12-18T09:00")),
        (f"{DUE}/0 of the stage", at("2026-12-22T09:00")),
        (f"{OVERDUE}/1 of the stage", at("2026-12-24T09:00")),
        (f"{OVERDUE}/2 of the stage", at("2026-12-28T09:00")),
        (f"{OVERDUE}/3 of the stage", at("2026-12-30T09:00")),
    ]


def test_the_stage_is_not_reminded_of_while_an_outcome_is_due_before_it() -> None:
    points = told(with_own("6wd", decline="5wd"), MONDAY, at("2026-12-02T12:00"))
    assert [name for name, _ in points] == [
        f"{DUE_SOON}/1wd",
        f"{DUE}/0",
        f"{DUE}/0 of the stage",
    ], "the stage is due soon on the last day of the outcome"


def test_outcomes_whose_periods_end_together_share_one_reminder() -> None:
    ends = ends_of(with_own("20wd", decline="5wd", refer="5wd", agree="20wd"))
    assert [end.outcomes for end in ends] == [("decline", "refer"), ()]


def test_an_outcome_with_a_period_in_hours_is_reminded_of_by_night() -> None:
    friday = at("2026-11-27T18:00")
    it = clock("5wd", friday, own_periods={"decline": "12h"})
    assert told(it, friday, at("2026-11-29T00:00"), friday) == [
        (f"{DUE_SOON}/3h", at("2026-11-28T03:00")),
        (f"{DUE}/0", at("2026-11-28T06:00")),
    ]


def test_where_outcomes_alone_have_periods_the_stage_is_never_called_overdue() -> None:
    points = told(with_own(None, decline="2wd", refer="5wd"), MONDAY, at("2027-01-30T00:00"))
    assert [name for name, _ in points] == [f"{DUE_SOON}/1wd", f"{DUE}/0", f"{DUE_SOON}/1wd", f"{DUE}/0"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", [DUE_SOON, DUE])
def test_a_reminder_of_an_outcome_names_it_with_its_own_last_day(kind: str, language: Language) -> None:
    rules = law("guangzhou", "demand")
    outcome = rules.stage("assessment").outcome("decline")  # type: ignore[union-attr]  # the pack has it
    assert outcome
    task = reminded(with_own("20wd", decline="5wd"), stage="assessment")
    (telling,) = tellings(task, Point(kind, MONDAY, outcomes=("decline",)))
    message = Message("m", 1, telling.kind, "case", "t", "guangzhou", MONDAY, telling.facts, rules=rules)
    said = say(message, language, "x")
    assert telling.facts["due_on"] == "2026-11-30"
    assert (outcome.label.zh if language == "zh" else outcome.label.en) in said.subject
    assert said.due and "2026-11-30" in said.due
    cited = phrase(rules.city_name, outcome.citation)
    assert said.law and said.law.startswith(cited.zh if language == "zh" else cited.en)
