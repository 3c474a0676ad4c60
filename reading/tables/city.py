"""Cities, their bodies, who holds which post and who is away, and the holiday notices, as tables (CSV)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta

from reading.calendar import shown as calendar
from reading.calendar.shapes import NoticeShown
from reading.cities.shapes import BodyOfCity, CityShown
from reading.cities.shown import bodies_of_city, every_city
from reading.directory import questions as directory
from reading.directory import shown
from reading.directory.shapes import AbsenceShown, BodyShown, PostShown
from reading.sight import Caller
from reading.store import Archive, Store
from reading.tables.columns import A_PART, Columns, Part, day, minute, table, yes
from reading.words.language import Language, said

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PostOfBody:
    """A post with its body."""

    body: BodyShown
    post: PostShown


@dataclass(frozen=True)
class AbsenceNamed:
    """An absence, with the name of the body."""

    absence: AbsenceShown
    body_name: str


def span(first: date, last: date) -> str:
    """Days up to and including the last, as ISO 8601 writes an interval."""
    return first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"


CITIES: Columns[CityShown] = {
    "city": lambda city, _: city.name,
    "city_code": lambda city, _: city.code,
    "regulation": lambda city, _: city.regulation.title,
    "in_force_from": lambda city, _: day(city.regulation.in_force_from),
    "procedures": lambda city, _: "; ".join(each.label for each in city.procedures if each.received),
    "unconditional": lambda city, _: city.datasets.unconditional,
    "conditional": lambda city, _: city.datasets.conditional,
    "closed": lambda city, _: city.datasets.closed,
    "holders_public": lambda city, language: yes(city.holders_public, language),
}
BODIES: Columns[BodyOfCity] = {
    "body": lambda body, _: body.name,
    "body_id": lambda body, _: body.body,
    "county": lambda body, _: body.county,
    "rule": lambda body, _: body.rule.text if body.rule else None,
    "stages": lambda body, _: "; ".join(f"{each.procedure_label} {each.label}" for each in body.stages),
    "posts": lambda body, _: "; ".join(each.label for each in body.posts),
}
POSTS: Columns[PostOfBody] = {
    "body": lambda it, _: it.body.name,
    "body_id": lambda it, _: it.body.body,
    "post": lambda it, _: it.post.label,
    "required": lambda it, language: yes(it.post.required, language),
    "account": lambda it, _: it.post.account,
    "department": lambda it, _: it.post.department,
    "filed_at": lambda it, _: minute(it.post.filed_at),
    "filed_by": lambda it, _: it.post.filed_by,
}
ABSENCES: Columns[AbsenceNamed] = {
    "body": lambda it, _: it.body_name,
    "account": lambda it, _: it.absence.account,
    "substitute": lambda it, _: it.absence.substitute,
    "first_day": lambda it, _: day(it.absence.from_on),
    "through": lambda it, _: day(it.absence.until_on - A_DAY),
    "nobody_from": lambda it, _: day(it.absence.nobody_from),
    "filed_at": lambda it, _: minute(it.absence.filed_at),
}
NOTICES: Columns[NoticeShown] = {
    "document": lambda notice, _: notice.document,
    "scope": lambda notice, _: notice.scope_name,
    "published_on": lambda notice, _: day(notice.published_on) if notice.published_known else None,
    "recorded_at": lambda notice, _: minute(notice.recorded_at),
    "days_off": lambda notice, _: "; ".join(span(*each) for each in notice.days_off),
    "days_worked": lambda notice, _: "; ".join(each.isoformat() for each in notice.days_worked),
    "covers": lambda notice, _: span(notice.covers.since, notice.covers.until - A_DAY) if notice.covers else None,
}


def city_table(archive: Archive, language: Language) -> AsyncIterator[str]:
    """The cities that have a law."""

    async def part(store: Store, _: str | None) -> Part[CityShown]:
        return (await every_city(store, language)).items, None

    return table(archive, language, CITIES, part)


def body_table(archive: Archive, language: Language, city: str) -> AsyncIterator[str]:
    """The bodies of a city, as everybody may know them. Raises CityUnknown."""

    async def part(store: Store, _: str | None) -> Part[BodyOfCity]:
        return (await bodies_of_city(store, language, city)).items, None

    return table(archive, language, BODIES, part)


def post_table(archive: Archive, language: Language, city: str | None) -> AsyncIterator[str]:
    """The posts of a city, or of every one, a row each, and who holds them."""

    async def part(store: Store, _: str | None) -> Part[PostOfBody]:
        found = (await shown.bodies_with_posts(store, language, city)).items
        return [PostOfBody(body, post) for body in found for post in body.posts], None

    return table(archive, language, POSTS, part)


def absence_table(archive: Archive, caller: Caller, language: Language) -> AsyncIterator[str]:
    """Who is away and who will be, of whom the caller may know."""

    async def part(store: Store, _: str | None) -> Part[AbsenceNamed]:
        found = (await shown.absences(store, caller)).items
        names = await directory.body_names(store, (each.body for each in found))
        return [
            AbsenceNamed(each, said(names[each.body], language) if each.body in names else each.body) for each in found
        ], None

    return table(archive, language, ABSENCES, part)


def notice_table(archive: Archive, language: Language, of_calendar: str | None = None) -> AsyncIterator[str]:
    """The record of notices, what was recorded last first. Raises CalendarUnknown."""

    async def part(store: Store, after: str | None) -> Part[NoticeShown]:
        page = await calendar.notices(store.archive, language, of_calendar, after, A_PART)
        return page.items, page.next

    return table(archive, language, NOTICES, part)
