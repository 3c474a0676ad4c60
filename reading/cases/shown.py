"""One case as the caller may see it, in the caller's language: what every case has, and the parts of its subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from activities.standing_in import substitutes_of
from activities.tables.cases import CaseRow
from models.procedures import BY_NAME
from models.state import CaseState
from reading.cases import questions as cases
from reading.cases.filing_period import filing_period_shown, was_filed_late
from reading.cases.possible import possible_acts
from reading.cases.road import Bodies, road_of, road_shown
from reading.cases.shapes import (
    Advice,
    CaseShown,
    CaseSummary,
    GrantShown,
    PartyShown,
    RemediesShown,
    RemedyShown,
    RequestFiled,
    TaskShown,
)
from reading.cases.tasks import Names, logins_of, tasks_of_case
from reading.cases.written import reasons, request_shown
from reading.directory import questions as directory
from reading.elsewhere.shown import elsewhere_part
from reading.misuse.shapes import TakenShown
from reading.misuse.shown import use_part
from reading.objections.shown import objection_part
from reading.rectifications.shown import rectification
from reading.shape import CaseNamed
from reading.sharing.shown import sharing_part
from reading.sight import Caller
from reading.store import Store
from reading.updates.shown import catalogue_part
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from reading.years.shown import finding_part, year_part
from rules.deadlines import to_shanghai
from rules.pinned import RemedyRule
from rules.procedure_names import ACCESS_REQUEST
from rules.remedies import against, is_general


async def case_for(store: Store, caller: Caller, language: Language, case_id: str) -> CaseShown | None:
    """The case; None where the caller may not know of it."""
    if await cases.case(store, caller, case_id) is None:
        return None
    return await case_shown(store, caller, language, case_id)


async def task_for(store: Store, caller: Caller, language: Language, task_id: str) -> TaskShown | None:
    """The task; None where the caller may not know of its case, or time has yet to open it."""
    row = await cases.task_for(store, caller, task_id)
    if row is None:
        return None
    case = await case_shown(store, caller, language, row.case_id)
    return {task.task_id: task for task in case.tasks}[task_id]


async def case_shown(store: Store, caller: Caller, language: Language, case_id: str) -> CaseShown:
    """A case that exists, for a caller who may know of it."""
    moves_pending = await cases.tasks_with_moves_pending(store, case_id)
    read = await store.case_read(case_id)
    present = await store.present()
    acts = await cases.acts_with_text(store, caller, read.state)
    state = await cases.with_what_time_opened(store, read, present.now)
    law = await store.law(read.state.rules_digest, language)
    tasks = state.tasks.values()
    accounts = {state.party, *(task.claimed_by for task in tasks if task.claimed_by)}
    bodies = {*state.bodies.values(), *(task.body for task in tasks)}
    called, of_bodies = await directory.called_with_bodies(store, accounts, bodies)
    names = logins_of(accounts, called) | {body: said(label, language) for body, label in of_bodies.items()}
    party = called.get(state.party)
    named = partial(case_named, store, caller)
    of_objection = await objection_part(store, caller, law, read, acts, present.now)
    of_catalogue = await catalogue_part(store, caller, law, read, acts, named)
    of_use = await use_part(store, caller, law, read, acts, named)
    stood_in_for = await absent_officers_of(store, caller, state, present.now)
    shown = await tasks_of_case(store, law, replace(read, state=state), acts, names, present, moves_pending)
    ending = read.rules.ending(state.closed or "")
    label = ending.label if ending else texts().endings.get(state.closed or "")
    return CaseShown(
        case_id=state.case_id,
        case_number=state.case_number,
        city=state.city,
        city_name=law.say(read.rules.city_name),
        procedure=state.procedure,
        procedure_label=law.case_called(state.procedure),
        status="closed" if state.closed else "open",
        outcome=state.closed,
        outcome_label=law.say(label) if label else None,
        received_at=state.received_at,
        closed_at=state.closed_at,
        dataset_id=state.dataset_id or None,
        filing_period=filing_period_shown(law, state),
        parties=parties(state, names, said(party.name, language) if party else None),
        rules=law.rules_kept(state.rules_digest),
        request=request_shown(state, acts) if state.procedure == ACCESS_REQUEST else None,
        objection=of_objection.objection,
        report=of_objection.report,
        misuse=of_use.misuse,
        misuse_appeal=of_use.misuse_appeal,
        taken=of_use.taken,
        quality_check=of_objection.quality_check,
        of_body=of_objection.of_body,
        data=of_objection.data,
        hold_withheld=of_objection.hold_withheld,
        disputed=of_objection.disputed,
        answer=of_objection.answer,
        objector_history=of_objection.objector_history,
        restricted_by=of_objection.restricted_by,
        waits_for_data=of_objection.waits_for_data,
        tasks=shown,
        moves_pending=any(task.clock.moves_pending for task in shown),
        granted=granted_shown(state),
        update=of_catalogue.update,
        demand=of_catalogue.demand,
        openness_review=of_catalogue.openness_review,
        rectification=await rectification(store, law, read, acts),
        year=await year_part(store, law, read),
        finding=await finding_part(store, law, read, acts),
        opening_elsewhere=elsewhere_part(read, acts),
        sharing_request=sharing_part(law, read, acts, names),
        caused_by=await named(state.caused_by),
        catalogue_update=await named(state.ordered.update_case_id if state.ordered else None),
        advice=advice_on(law, state),
        reasons=reasons(caller, law, state, acts),
        road=road_shown(law, road_of(read.rules, state), state.choices, Bodies(state.by_role, names, state.party)),
        remedies=remedies_shown(law, state, of_use.taken),
        possible=possible_acts(read.rules, state, caller, present.now, stood_in_for),
        events_count=read.state.number,
    )


def remedies_shown(law: Law, state: CaseState, taken: Sequence[TakenShown]) -> RemediesShown | None:
    """Where to go after the refusal in which the case ended, or after the grant that it is was revoked or something was
    taken of it where no appeal is heard; None where nothing is so, and against what bodies grant one another."""
    if state.grant and not BY_NAME[state.procedure].is_the_partys_own(state):
        return None
    standing = [each for each in taken if each.restored_at is None and each.corrected_at is None]
    is_without_appeal = any(each.measure_id is None for each in standing)
    remedies = law.rules.remedies if is_without_appeal else law.rules.remedies_against(state.closed)
    text = against(law.rules, remedies)
    return RemediesShown(text=law.say(text), ways=list(ways_of(law, remedies))) if text else None


def ways_of(law: Law, remedies: Iterable[RemedyRule]) -> Iterator[RemedyShown]:
    """Each of them, with its law."""
    for each in remedies:
        regulation = law.regulation_of(each.citation) or law.rules.regulation
        yield RemedyShown(
            **law.cited(each.citation).model_dump(),
            remedy=each.remedy,
            says=law.say(each.says),
            regulation=law.say(regulation.title),
            general=is_general(law.rules, each),
        )


async def absent_officers_of(store: Store, caller: Caller, state: CaseState, now: datetime) -> frozenset[str]:
    """The officers who have claimed tasks of this case, are absent, and have the caller as their substitute."""
    claimed = {task.claimed_by for task in state.open_tasks() if task.claimed_by and task.body == caller.body}
    others = claimed - {caller.account_id}
    if not others:
        return frozenset()
    today = to_shanghai(now).date()
    async with store.pool.acquire() as connection:
        return frozenset(
            [each for each in others if caller.account_id in await substitutes_of(connection, each, today)]
        )


async def request_filed(store: Store, caller: Caller, case: CaseShown) -> RequestFiled:
    """A request as it was received, with the one that lies open already."""
    earlier = await cases.same_request_open(store, caller, case)
    return RequestFiled(
        **dict(case),
        open_already=CaseNamed(case_id=earlier.case_id, case_number=earlier.case_number) if earlier else None,
    )


async def case_named(store: Store, caller: Caller, case_id: str | None) -> CaseNamed | None:
    """Another case, for a caller who may know of it."""
    row = await cases.case(store, caller, case_id) if case_id else None
    return CaseNamed(case_id=row.case_id, case_number=row.case_number) if row else None


def parties(state: CaseState, names: Names, name: str | None) -> list[PartyShown]:
    """Who takes part: whoever filed the case first, by its name, then the bodies by their roles."""
    party = names.get(state.party, state.party)
    bodies = [
        PartyShown(role=role.partition("/")[0], id=body, name=names.get(body, body))
        for role, body in sorted(state.bodies.items())
    ]
    return [PartyShown(role=BY_NAME[state.procedure].party, id=party, name=name or party), *bodies]


def granted_shown(state: CaseState) -> GrantShown | None:
    """What the case has granted, or the grant that it is."""
    if state.granted:
        it = state.granted
        return GrantShown(**it.model_dump(include=set(GrantShown.model_fields)), granted_by=state.case_id)
    if state.grant:
        known = state.grant.model_dump(include=set(GrantShown.model_fields))
        return GrantShown(**known, access_case_id=state.case_id)
    return None


def advice_on(law: Law, state: CaseState) -> list[Advice]:
    """What the law advises about the choices that were made."""
    chosen = [law.rules.choice(name, value) for name, value in state.choices.items()]
    return [
        Advice(**law.cited(choice.citation).model_dump(), choice=name, value=choice.value, text=law.say(choice.advice))
        for name, choice in zip(state.choices, chosen, strict=True)
        if choice and choice.advice
    ]


def case_summary(row: CaseRow) -> CaseSummary:
    """A case of a list."""
    return CaseSummary(
        **row.model_dump(include=set(CaseSummary.model_fields) - {"dataset_id"}),
        filed_late=was_filed_late(row),
        dataset_id=row.dataset_id or None,
        status="closed" if row.closed_at else "open",
        events_count=row.number,
    )
