"""Bodies with the posts that are filled, and absences, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from activities.standing_in import without_anybody
from activities.tables.directory import AbsenceRow, AccountRow, BodyRow, PostRow
from reading.directory import questions as directory
from reading.directory.filed import FiledOfBody, filed_of
from reading.directory.shapes import AbsenceShown, BodyShown, PostShown
from reading.directory.sight import sees_absences
from reading.shape import Page
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language, said
from reading.words.law import cited_in
from rules.deadlines import to_shanghai
from rules.pinned import Label
from rules.posts import PostRule, owe_a_contact, posts_of

CONTACT = "contact"
"""What is missing of a body that has no contact for the platform on file, where it has to have one."""


@dataclass(frozen=True)
class Filled:
    """The posts that are filled, by body and post, and the logins of all accounts that they name."""

    posts: Mapping[tuple[str, str], PostRow]
    logins: Mapping[str, str]


async def bodies_with_posts(store: Store, language: Language, city: str | None) -> Page[BodyShown]:
    """The bodies of a city with their posts; of every city, where none is named."""
    return Page(items=await _with_posts(store, language, await directory.bodies(store, city)), next=None)


async def body_with_posts(store: Store, language: Language, body: str) -> BodyShown | None:
    """A body with its posts; None for one that the directory does not have."""
    row = await directory.body(store, body)
    return (await _with_posts(store, language, [row]))[0] if row else None


async def _with_posts(store: Store, language: Language, bodies: Sequence[BodyRow]) -> list[BodyShown]:
    on = to_shanghai(await store.archive.now()).date()
    posts = {(row.body, row.post): row for row in await directory.posts(store, [body.body for body in bodies])}
    logins = await directory.logins(store, (each for row in posts.values() for each in (row.account_id, row.filed_by)))
    filled, filed = Filled(posts, logins), await filed_of(store, [body.body for body in bodies])
    return [_with_its_posts(body, filled, filed.get(body.body, FiledOfBody()), on, language) for body in bodies]


def _with_its_posts(body: BodyRow, filled: Filled, filed: FiledOfBody, on: date, language: Language) -> BodyShown:
    posts = [_post(body, rule, filled, language) for rule in posts_of(body.city, on)]
    return BodyShown(
        body=body.body,
        name=said(Label.model_validate(body.name), language),
        city=body.city,
        role=body.role,
        county=body.county,
        posts=posts,
        missing=[*(post.post for post in posts if post.required and post.account is None), *_contact(body, filed, on)],
        accounts=list(filed.accounts.values()),
        contact=filed.contact,
    )


def _contact(body: BodyRow, filed: FiledOfBody, on: date) -> tuple[str, ...]:
    """What the body lacks of a contact for the platform."""
    has_one = filed.contact is not None and filed.contact.contact is not None
    return () if has_one or body.role not in owe_a_contact(body.city, on) else (CONTACT,)


def _post(body: BodyRow, rule: PostRule, filled: Filled, language: Language) -> PostShown:
    held = filled.posts.get((body.body, rule.post))
    return PostShown(
        post=rule.post,
        label=said(rule.label, language),
        account=filled.logins[held.account_id] if held else None,
        department=held.department if held else None,
        filed_at=held.filed_at if held else None,
        filed_by=filled.logins[held.filed_by] if held else None,
        required=body.role in rule.required_of,
        with_department=rule.with_department,
        rule=cited_in(rule.citation, language),
    )


async def absences(store: Store, caller: Caller) -> Page[AbsenceShown]:
    """Who is away and who will be, of whom the caller may know, the next one first."""
    today = to_shanghai(await store.archive.now()).date()
    found = await directory.absences(store, sees_absences(caller), today)
    return Page(items=await _absences(store, found, today), next=None)


async def absence(store: Store, absence_id: str) -> AbsenceShown | None:
    """An absence that is on file, also one that is over; None where there is none."""
    found = await directory.absence(store, absence_id)
    today = to_shanghai(await store.archive.now()).date()
    return (await _absences(store, [found], today))[0] if found else None


async def _absences(store: Store, found: Sequence[tuple[AbsenceRow, AccountRow]], today: date) -> list[AbsenceShown]:
    logins = await directory.logins(store, (absence.substitute for absence, _ in found))
    async with store.pool.acquire() as connection:
        nobody = await without_anybody(connection, [absence.absence_id for absence, _ in found], today)
    return [
        AbsenceShown(
            absence_id=absence.absence_id,
            body=account.body,
            account=account.login,
            substitute=logins[absence.substitute],
            from_on=absence.from_on,
            until_on=absence.until_on,
            filed_at=absence.filed_at,
            nobody_from=nobody.get(absence.absence_id),
        )
        for absence, account in found
    ]
