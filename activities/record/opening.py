"""The cases that begin with what happens in another: a grant opens an access case, an ordered change of an entry a
catalogue update. The writer of the one writes the other in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from activities.directory.counties import with_its_county
from activities.record.sides import found_at_filing
from activities.record.touching import met_by_update
from models import events as e
from models import reporting
from models.access_events import AccessOpened
from models.procedures.access import ACCESS
from models.procedures.catalogue_update import CATALOGUE_UPDATE
from models.procedures.misuse import MISUSE
from models.proposal import Proposal
from models.state import CaseState
from models.use_events import CaseOrdered
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, governing
from rules.vocabulary import FOUND_BY

if TYPE_CHECKING:
    from activities.database import Connection
    from activities.record.pinned_rules import PinnedRules
    from models.procedure import Procedure

LawOn = Callable[[str, str, date], ProcedureRules]
"""City, procedure and day to the rules in force then: the law as something to ask."""


def law_of(city: str, procedure: str, on: date) -> ProcedureRules:
    """The law by the packs of this version, as `rules.resolving.governing` has it. Raises CityUnknown, NotInForce,
    ProcedureUnknown."""
    return governing(load_pack(city), procedure, on)


@dataclass(frozen=True)
class BegunCase:
    """A case that begins: its opening, and all the events with which it does."""

    opening: e.Filed | AccessOpened
    events: list[e.Event]


async def cases_begun(
    connection: Connection, pinned: PinnedRules, law: LawOn, before: CaseState, after: CaseState
) -> list[BegunCase]:
    """The cases that begin with what is new in `after`; the caller writes them."""
    begun = []
    if after.granted and not before.granted:
        begun.append(await access_to(connection, after, after.granted))
    if after.ordered and after.ordered != before.ordered:
        begun.append(await update_of(connection, pinned, law, after, after.ordered))
    if after.ordered_case and not before.ordered_case:
        begun.append(await misuse_of(connection, pinned, law, after, after.ordered_case))
    return begun


async def access_to(connection: Connection, request: CaseState, it: e.Granted) -> BegunCase:
    """The life of a grant."""
    opened = AccessOpened(
        number=1,
        at=it.at,
        act=f"{it.access_case_id}.file",
        case_id=it.access_case_id,
        case_number=await next_case_number(connection, request.case_number.split("-")[0], ACCESS, it.at),
        city=request.city,
        procedure=ACCESS.name,
        party=request.party,
        dataset_id=request.dataset_id,
        bodies=request.bodies,
        granted_by=request.case_id,
        data_items=it.data_items,
        access_mode=it.access_mode,
        access_modes=it.access_modes,
        use=it.use,
        valid_until=it.valid_until,
        daily_calls=it.daily_calls,
        report_days=it.report_days,
        shared=it.shared,
        for_body=request.for_body,
        rules_digest=request.rules_digest,
    )
    return BegunCase(opened, [opened])


async def update_of(
    connection: Connection, pinned: PinnedRules, law: LawOn, cause: CaseState, it: e.EntryChangeOrdered
) -> BegunCase:
    """The catalogue update that a decision ordered."""
    rules = law_at(law, cause, it.at)
    filed = e.Filed(
        at=it.at,
        act=f"{it.update_case_id}.file",
        case_id=it.update_case_id,
        case_number=await next_case_number(connection, rules.city_code, CATALOGUE_UPDATE, it.at),
        city=cause.city,
        procedure=CATALOGUE_UPDATE.name,
        party=it.by,
        dataset_id=it.dataset_id or cause.dataset_id,
        bodies=await with_its_county(connection, rules, cause.bodies),
        data_items=cause.data_items,
        choices={"trigger": it.trigger},
        caused_by=cause.case_id,
        rules_digest=await pinned.keep(connection, rules),
        **await found_at_filing(connection, CATALOGUE_UPDATE, it.by, cause.dataset_id, cause.case_id),
    )
    proposal = Proposal(CaseState())
    proposal.add(filed)
    for event in await met_by_update(connection, filed.dataset_id, it.at):
        proposal.add(event)
    CATALOGUE_UPDATE.follow(rules, proposal, it.at)
    opening = proposal.events[0]
    assert isinstance(opening, e.Filed)
    return BegunCase(opening, proposal.events)


async def misuse_of(
    connection: Connection, pinned: PinnedRules, law: LawOn, cause: CaseState, it: CaseOrdered
) -> BegunCase:
    """The case of misuse that an assessment began: found by the body that assessed."""
    rules = law_at(law, cause, it.at, MISUSE)
    found_by, bodies = reporting.who_assessed(rules, it.body, cause.bodies)
    filed = e.Filed(
        at=it.at,
        act=f"{it.ordered_case_id}.file",
        case_id=it.ordered_case_id,
        case_number=await next_case_number(connection, rules.city_code, MISUSE, it.at),
        city=cause.city,
        procedure=MISUSE.name,
        party=it.by,
        dataset_id=cause.dataset_id,
        bodies=bodies,
        choices={FOUND_BY: found_by} if FOUND_BY in rules.choices else {},
        caused_by=cause.case_id,
        rules_digest=await pinned.keep(connection, rules),
        **await found_at_filing(connection, MISUSE, it.by, cause.dataset_id, cause.case_id),
    )
    return BegunCase(filed, MISUSE.begin(rules, filed).events)


def law_at(law: LawOn, cause: CaseState, at: datetime, procedure: Procedure = CATALOGUE_UPDATE) -> ProcedureRules:
    """The law of a procedure on that day; where it has ended, as it stood when the cause was received, for a case
    is governed to its end by the law under which it began. A cause that was itself received after the end, as a remedy,
    orders what a remedy may."""
    assert cause.received_at
    try:
        rules = law(cause.city, procedure.name, to_shanghai(at).date())
    except NotInForce:
        return law(cause.city, procedure.name, to_shanghai(cause.received_at).date())
    if rules.after_the_law:
        return law(cause.city, procedure.name, to_shanghai(cause.received_at).date())
    return rules


async def next_case_number(connection: Connection, city_code: str, procedure: Procedure, at: datetime) -> str:
    """The number that people quote: city, procedure, year, running number. Without gaps, by the row lock."""
    year = to_shanghai(at).year
    running = await connection.fetchval(
        "insert into case_numbers (city, procedure, year, last) values ($1, $2, $3, 1) "
        "on conflict (city, procedure, year) do update set last = case_numbers.last + 1 returning last",
        city_code,
        procedure.name,
        year,
    )
    return f"{city_code}-{procedure.code}-{year}-{running:06d}"
