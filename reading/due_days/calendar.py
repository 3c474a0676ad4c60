"""Due days as a calendar (iCalendar, RFC 5545): one's own, with the ends of one's grants, and those of one case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event, vText

from activities.telling.feeds import Feed, feed_by_token, is_own
from models.clock import Clock
from reading.cases import questions as cases
from reading.cases import sought
from reading.cases.lists import titles_of
from reading.cases.sought import TaskInList
from reading.cases.tasks import bodies_called
from reading.directory import questions as directory
from reading.grants import questions as grants
from reading.grants.questions import GrantInCase
from reading.sight import Caller
from reading.store import Present, Store
from reading.supervision.calendar import all_day
from reading.supervision.sheet import word
from reading.words.clocks import last_day
from reading.words.days import moment_in_words
from reading.words.language import CONTENT_LANGUAGE, Language, said
from rules.pinned import APPLICANT, Label

MOST = 500
"""A calendar with more is none that people read; the earliest days stand in it."""
REFRESHED = timedelta(hours=1)


@dataclass(frozen=True)
class OwnCalendar:
    """The feed of somebody's own due days, as it is fetched."""

    feed: Feed
    content: bytes
    now: datetime


@dataclass(frozen=True)
class DueDays:
    """Whose due days are written, in which language, and where a case is looked at."""

    store: Store
    caller: Caller
    language: Language
    pages_url: str

    async def of_own(self, feed: Feed, present: Present) -> bytes:
        """Of the caller's own cases, of the tasks in its hand, and the last days of its grants."""
        found = await sought.own_tasks_with_days(self.store, self.caller, present.now, MOST)
        made = _calendar(self.language, feed.feed_id, word("own_name", self.language))
        held = await grants.holding(self.store, self.caller, present.now, MOST) if self.caller.has(APPLICANT) else []
        titles = await titles_of(self.store, self.language, (each.grant.dataset_id for each in held))
        for each in held:
            made.add_component(self._end(each, titles.get(each.grant.dataset_id)))
        return await self._filled(made, found, present)

    async def of_case(self, case_id: str) -> bytes | None:
        """Of the open tasks of a case; None where the caller may not know of it."""
        row = await cases.case(self.store, self.caller, case_id)
        if row is None:
            return None
        present = await self.store.present()
        found = await sought.tasks_with_days_of(self.store, case_id, present.now, MOST)
        made = _calendar(self.language, f"case-{case_id}", row.case_number)
        return await self._filled(made, found, present)

    async def _filled(self, made: Calendar, found: Sequence[TaskInList], present: Present) -> bytes:
        names = await bodies_called(self.store, self.language, {it.body for it in found})
        for it in found:
            made.add_component(await self._event(it, names.get(it.body, it.body), present))
        return bytes(made.to_ical())

    async def _event(self, it: TaskInList, body: str, present: Present) -> Event:
        language = self.language
        law = await self.store.law(it.rules_digest, language)
        clock, stage = it.clock, law.rules.stage(it.stage)
        due_on = clock.last_day
        assert due_on and clock.due_at, "a task with a due instant has a last day"
        is_mine = it.body == APPLICANT and it.party == self.caller.account_id
        summary = word(
            "own_late" if it.overdue else "own_due",
            language,
            number=it.case_number,
            stage=law.say(stage.label) if stage else it.stage,
            body=word("you" if is_mine else "party", language) if it.body == APPLICANT else body,
        )
        citation = (stage.period_citation or stage.citation) if stage else None
        lines = {
            "procedure": law.say(law.rules.label),
            "dataset": said(Label.model_validate(it.title), language) if it.title else None,
            "due_at": None if clock.ends_with_a_day else moment_in_words(clock.due_at, language),
            "rule": law.named(citation).text if citation else None,
            "provisional": word("yes", language) if clock.provisional else None,
        }
        event = all_day(
            language,
            it.task_id,
            summary,
            due_on,
            _revised_at(it, clock, present),
            "is_overdue" if it.overdue else "is_due",
            "\n".join(f"{word(name, language)}: {value}" for name, value in lines.items() if value),
            law.say(law.rules.label),
        )
        event.add("URL", self._page_of(f"/cases/{it.case_number}"))
        # A day that a notice may still move is not settled.
        event.add("STATUS", "TENTATIVE" if clock.provisional or it.moves_pending else "CONFIRMED")
        return event

    def _end(self, it: GrantInCase, title: str | None) -> Event:
        """The last day of a grant."""
        event = all_day(
            self.language,
            f"{it.case.case_id}-end",
            word("own_end", self.language, number=it.case.case_number),
            last_day(it.grant.valid_until),
            it.grant.granted_at,
            "is_end",
            f"{word('dataset', self.language)}: {title}" if title else None,
        )
        event.add("URL", self._page_of(f"/my/grants/{it.case.case_number}"))
        event.add("STATUS", "CONFIRMED")
        return event

    def _page_of(self, path: str) -> str:
        """The address of a page, in the language of the calendar."""
        return f"{self.pages_url}{'/en' if self.language == 'en' else ''}{path}"


def _revised_at(it: TaskInList, clock: Clock, present: Present) -> datetime:
    """When the event last changed: the task was opened, a supplement was asked for, a notice set its clock, its day
    passed."""
    changes = [it.opened_at, it.supplement_asked_at, clock.due_at]
    if version := clock.calendar_version:
        changes.append(present.record.notices[version - 1].recorded_at)
    return max(each for each in changes if each and each <= present.now)


def _calendar(language: Language, uid: str, name: str) -> Calendar:
    made = Calendar.new(
        uid=f"{uid}@kaifang",
        prodid=f"-//Kaifang//{CONTENT_LANGUAGE[language]}//",
        language=CONTENT_LANGUAGE[language],
        refresh_interval=REFRESHED,
    )
    # The second is what programs knew before RFC 7986. As texts, for the library escapes neither by itself.
    made["NAME"] = made["X-WR-CALNAME"] = vText(name)
    made.add("X-PUBLISHED-TTL", "PT1H")
    return made


async def own_calendar(store: Store, token: str, language: Language, pages_url: str) -> OwnCalendar | None:
    """What that token fetches, as its account may read it now; None where there is no such feed any more."""
    feed = await feed_by_token(store.pool, token)
    caller = await directory.caller(store, feed.account_id) if feed and is_own(feed) else None
    if feed is None or caller is None:
        return None
    present = await store.present()
    content = await DueDays(store, caller, language, pages_url).of_own(feed, present)
    await store.release()
    return OwnCalendar(feed, content, present.now)
