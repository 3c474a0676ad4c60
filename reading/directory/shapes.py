"""Bodies, their posts, and absences, as they are shown."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from reading.shape import Cited, Instant, Shape


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


class AccountOfBody(Shape):
    """An account of the platform that a body has, by who uses it; null where that was erased."""

    user: str | None
    since: Instant


class ContactOfBody(Shape):
    """Who a body's contact for the platform is and how it is reached; null where that was erased."""

    contact: str | None
    reached_at: str | None
    since: Instant


class BodyShown(Shape):
    """A body with its posts. `missing` are those that the rules want filled and that nobody holds, and `contact` where
    the body has to have a contact for the platform on file and has none. `accounts` and
    `contact` are as the body has filed them, where the law of the city has it do so. `county` is the authority of the
    county that it belongs to."""

    body: str
    name: str
    city: str
    role: str
    county: str | None
    posts: list[PostShown]
    missing: list[str]
    accounts: list[AccountOfBody]
    contact: ContactOfBody | None


class AbsenceShown(Shape):
    """An absence; `account` and `substitute` are logins, `until_on` is exclusive."""

    absence_id: str
    body: str
    account: str
    substitute: str
    from_on: date
    until_on: date
    filed_at: Instant
    nobody_from: Annotated[
        date | None, Field(description="the first day of it on which whoever would stand in is away too or has left")
    ] = None
