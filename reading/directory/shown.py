"""Bodies and the posts that are filled, as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from activities.tables.directory import BodyRow, PostRow
from reading.directory import questions as directory
from reading.shape import Cited, Instant, Shape
from reading.store import Store
from reading.words.language import Language, said
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack
from rules.posts import PostRule, posts_on


class PostShown(Shape):
    """A post of a body. `account` is the login of who holds it, null while nobody does; `required`: the rules of the
    city want it filled; `with_department`: and with it the department named that is in charge."""

    post: str
    label: str
    account: str | None
    department: str | None
    filed_at: Instant | None
    filed_by: str | None
    required: bool
    with_department: bool
    rule: Cited


class BodyShown(Shape):
    """A body with its posts. `missing` are those that the rules want filled and that nobody holds."""

    body: str
    name: str
    city: str
    role: str
    posts: list[PostShown]
    missing: list[str]


def rules_of(city: str, on: date) -> tuple[PostRule, ...]:
    """The posts that the city's rules know on a day; none for a city without a pack."""
    return posts_on(load_pack(city), on) if city in cities() else ()


async def shown(store: Store, language: Language, bodies: Sequence[BodyRow]) -> list[BodyShown]:
    """The bodies with their posts, in this language."""
    on = to_shanghai(await store.archive.now()).date()
    filled = {(row.body, row.post): row for row in await directory.posts(store, [body.body for body in bodies])}
    logins = await directory.logins(store, (each for row in filled.values() for each in (row.account_id, row.filed_by)))
    return [body_shown(body, rules_of(body.city, on), filled, logins, language) for body in bodies]


def body_shown(
    body: BodyRow,
    rules: Sequence[PostRule],
    filled: dict[tuple[str, str], PostRow],
    logins: dict[str, str],
    language: Language,
) -> BodyShown:
    posts = []
    for rule in rules:
        held = filled.get((body.body, rule.post))
        note = rule.citation.note
        posts.append(
            PostShown(
                post=rule.post,
                label=said(rule.label, language),
                account=logins[held.account_id] if held else None,
                department=held.department if held else None,
                filed_at=held.filed_at if held else None,
                filed_by=logins[held.filed_by] if held else None,
                required=body.role in rule.required_of,
                with_department=rule.with_department,
                rule=Cited(
                    source=rule.citation.source,
                    article=rule.citation.article,
                    basis=rule.citation.basis,
                    note=said(note, language) if note else None,
                ),
            )
        )
    name = body.name["zh" if language == "zh" else "en"]
    missing = [post.post for post in posts if post.required and post.account is None]
    return BodyShown(body=body.body, name=name, city=body.city, role=body.role, posts=posts, missing=missing)
