"""Who supervises what, and what is seen of a question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, not_, or_
from sqlmodel import col

from activities.tables.cases import TaskRow
from models.refusals import NotYourCity, RoleRequired
from reading.sight import Caller, County, a_side_in_its_case
from rules.loading import cities, load_pack
from rules.procedure_names import RECTIFICATION
from rules.procedure_rules import ProcedureRules
from rules.resolving import in_force

SUPERVISING = ("reviewer", "supervisor", "admin")
"""Roles of which some see what is supervised, and what rectifications are proposed, in a city of theirs."""


@dataclass(frozen=True)
class Narrowing:
    """What somebody narrows a question to; `officer` is the id of the account that claimed the task."""

    city: str | None = None
    body: str | None = None
    procedure: str | None = None
    stage: str | None = None
    officer: str | None = None
    county: County | None = None


@dataclass(frozen=True)
class Sight:
    """What a caller supervises: the tasks before one body, those before the bodies of a county, or all tasks of these
    cities."""

    cities: tuple[str, ...]
    body: str | None = None
    rectifies: str | None = None
    """For rectifications, which not everybody who sees the city may see: only tasks before this body."""
    looks: Looks | None = None
    county: County | None = None

    def narrowed(self, to: Narrowing) -> Seen | None:
        """The part of so narrowed a question that lies within this sight; None where nothing does."""
        among = tuple(city for city in self.cities if to.city in (None, city))
        body, county = self.body or to.body, self.county or to.county
        is_another_body = to.body not in (None, body)
        is_another_county = to.county is not None and county is not None and to.county.authority != county.authority
        is_beyond_the_county = county is not None and body is not None and body not in county.bodies
        if not among or is_another_body or is_another_county or is_beyond_the_county:
            return None
        return Seen(
            cities=among,
            body=body,
            county=county,
            procedure=to.procedure,
            stage=to.stage,
            officer=to.officer,
            rectifies=self.rectifies,
            looks=self.looks,
        )


@dataclass(frozen=True)
class Looks:
    """Who looks, and for which body: nobody reads the officers' side of a case in which he has one himself (回避)."""

    account: str
    body: str | None


@dataclass(frozen=True)
class Seen:
    """What is seen of a question: the tasks of these cities, or of one body, county, procedure, stage or officer."""

    cities: tuple[str, ...]
    body: str | None = None
    procedure: str | None = None
    stage: str | None = None
    officer: str | None = None
    rectifies: str | None = None
    """As of `Sight`."""
    looks: Looks | None = None
    """Who looks; None: the system itself, which counts."""
    county: County | None = None

    def listed(self, row: Any = TaskRow) -> list[ColumnElement[bool]]:
        """That a task, or a case, is in no list of whoever has a side in it. Numbers count it all the same."""
        return [not_(a_side_in_its_case(self.looks.account, self.looks.body, row))] if self.looks else []

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL, but for the cities."""
        asked = (
            (TaskRow.body, self.body),
            (TaskRow.procedure, self.procedure),
            (TaskRow.stage, self.stage),
            (TaskRow.claimed_by, self.officer),
        )
        wanted: list[ColumnElement[bool]] = [col(column) == value for column, value in asked if value is not None]
        if self.county is not None:
            wanted.append(col(TaskRow.body).in_(sorted(self.county.bodies)))
        if self.rectifies is not None:
            wanted.append(or_(col(TaskRow.procedure) != RECTIFICATION, col(TaskRow.body) == self.rectifies))
        return wanted


def sight_of(caller: Caller, on: date) -> Sight | None:
    """A supervisor sees its city or the county that its body belongs to, an admin every city, a reviewer of the
    authority of a county that county, and any other its own body; nobody else anything.

    Who may urge (催办) by the law of its city has to see what there is to urge: such a reviewer sees the city.
    """
    looks = Looks(caller.account_id, caller.body)
    if caller.has("admin"):
        return Sight(tuple(cities()), looks=looks)
    if caller.city is None:
        return None
    if caller.has("supervisor"):
        return Sight((caller.city,), county=caller.county, looks=looks)
    if caller.has("reviewer") and caller.heads_county:
        return Sight((caller.city,), county=caller.county, rectifies=caller.body, looks=looks)
    if caller.has("reviewer") and caller.body_role in urging_roles(caller.city, on):
        return Sight((caller.city,), rectifies=None if caller.knows_rectifications else caller.body, looks=looks)
    if caller.has("reviewer") and caller.body is not None:
        return Sight((caller.city,), caller.body, looks=looks)
    return None


def must_supervise(caller: Caller, on: date) -> Sight:
    """What the caller supervises. Raises RoleRequired for who supervises nothing."""
    sight = sight_of(caller, on)
    if sight is None:
        raise RoleRequired(roles="|".join(SUPERVISING))
    return sight


def city_of_breaches(caller: Caller) -> str:
    """The city in which the caller may record breaches: its own. Raises NotYourCity."""
    if caller.city is None:
        raise NotYourCity()
    return caller.city


def sight_of_figures(caller: Caller, on: date) -> Sight | None:
    """Like `sight_of`; in addition officers who may read every case of their city see its figures, except those of
    rectifications in which their body has no part."""
    sight = sight_of(caller, on)
    if sight and sight.body and caller.sees_the_city:
        rectifies = None if caller.knows_rectifications else caller.body
        return Sight(sight.cities, rectifies=rectifies, looks=sight.looks)
    return sight


def must_see_figures(caller: Caller, on: date) -> Sight:
    """Whose figures the caller reads. Raises RoleRequired for who reads none."""
    sight = sight_of_figures(caller, on)
    if sight is None:
        raise RoleRequired(roles="|".join(SUPERVISING))
    return sight


def city_of_proposals(caller: Caller, city: str | None) -> str | None:
    """The city whose proposed rectifications are asked for, the caller's own unless another is named; None where there
    is neither. Raises RoleRequired for who sees none anywhere."""
    if not caller.has(*SUPERVISING):
        raise RoleRequired(roles="|".join(SUPERVISING))
    return city or caller.city


def records_breaches(caller: Caller, rules: ProcedureRules, city: str) -> bool:
    """Whether the caller serves a body of the city that may record breaches of others."""
    serves = caller.has("reviewer", "supervisor") and caller.city == city
    return serves and caller.body_role in {*rules.filed_by, *rules.acting_in_place}


def sees_proposals(caller: Caller, rules: ProcedureRules, city: str) -> bool:
    """Whether the caller sees what is proposed for the city, may it record a breach or not: an administrator, a
    supervisor of the city, and a reviewer of a body that acts in the place of another."""
    if caller.has("admin"):
        return True
    acts_for_another = caller.has("reviewer") and caller.body_role in rules.acting_in_place
    supervises = caller.has("supervisor") and caller.county is None
    return caller.city == city and (supervises or acts_for_another)


def whose_feeds_it_revokes(caller: Caller) -> str | None:
    """The account whose feeds the caller may revoke: its own; None, for an administrator, where they are anybody's."""
    return None if caller.has("admin") else caller.account_id


@lru_cache(maxsize=64)
def urging_roles(city: str, on: date) -> frozenset[str]:
    """The roles of bodies whose reviewers may urge on that day."""
    urging = load_pack(city).urging
    standing = ((role, in_force(versions, on)) for role, versions in urging.items())
    return frozenset(role for role, version in standing if version and "reviewer" in (version.value or ()))
