"""Receiving a report of misuse (举报), and the appeal (申诉) of a user of data against what was taken of a grant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from activities.record.filings import Filing
from activities.record.one_at_a_time import AppealOpen
from activities.tables.gate import CurtailmentRow
from api.acting.filing import Filer, Subject, judge, rules_at
from api.acting.forms.filing import MisuseAppealForm, MisuseReportForm
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from api.http.problems import invalid
from models import reporting
from reading.cases.shapes import CaseShown
from reading.grants import questions as grants
from reading.misuse import questions as misuse
from reading.sight import Caller
from reading.store import Store
from rules.admissibility import chosen
from rules.deadlines import to_shanghai
from rules.procedure_names import MISUSE, MISUSE_APPEAL
from rules.procedure_rules import PROVIDER, ProcedureRules
from rules.vocabulary import FOUND_BY, MEASURE_TOLD, TAKEN_BY

REPORTS = "/v1/misuse-reports"
APPEALS = "/v1/misuse-appeals"


async def receive_misuse_report(filer: Filer, caller: Caller, case_id: str, form: MisuseReportForm) -> CaseShown:
    """The case of the report, which anybody files who has an account: an applicant, or an officer of a body that found
    it. Raises a Problem."""
    subject = await filer.subject(form.city, form.dataset_id)
    # A body of another city has no duty here: its officer reports as anybody does.
    found_by, bodies = reporting.who_found(caller.body_in(form.city), subject.bodies)

    def received(at: datetime) -> Filing:
        rules = judge_misuse_report(form, at, subject, caller)
        stated = form.stated()
        how = {FOUND_BY: found_by} if FOUND_BY in rules.choices else {}
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id=subject.dataset.dataset_id,
            bodies=bodies,
            data_items=form.data_items or (),
            choices=chosen(rules, stated) | how,
            given=frozenset(stated),
        )

    return await filer.receive(case_id, MISUSE, form.said(), received)


def judge_misuse_report(form: MisuseReportForm, at: datetime, subject: Subject, caller: Caller) -> ProcedureRules:
    """The rules under which the report is received. Raises a Problem that names every reason why it cannot be."""
    rules = rules_at(form.city, MISUSE, at)
    with refused_before_receipt():
        reporting.may_report_misuse(caller.roles)
    judge(rules, form.stated(), subject.dataset, at)
    return rules


@dataclass(frozen=True)
class Measure:
    """What was taken of a grant, or found where there is none to take of, against which the user of the data appeals;
    `bodies` are those of the appeal."""

    city: str
    taken: CurtailmentRow
    bodies: Mapping[str, str]
    told_on: date | None
    """The day on which the user of the data was told of it; None before that."""

    @property
    def found(self) -> dict[str, str]:
        """What nobody states of an appeal: by whom the measure was taken."""
        return {TAKEN_BY: reporting.who_took(self.taken.body, self.bodies)}

    def is_in_force(self) -> None:
        """Raises a Problem where it is given back or corrected: nobody appeals against that."""
        if not misuse.stands(self.taken):
            raise invalid("measure_id", "measure_unknown")


async def measure_of(store: Store, filer: Filer, caller: Caller, grant: str | None, measure_id: str) -> Measure:
    """What was taken of the caller's own grant and stands, or a finding that names none and does. Raises a Problem."""
    measure = await measure_taken(store, filer, caller, grant, measure_id)
    measure.is_in_force()
    return measure


async def measure_taken(store: Store, filer: Filer, caller: Caller, grant: str | None, measure_id: str) -> Measure:
    """What was taken of the caller's own grant, given back or not, or a finding that names none. Raises a Problem."""
    if grant is None:
        return await finding_published(store, filer, measure_id)
    held = known(await grants.own_grant(store, caller, grant))
    taken = next((each for each in await misuse.taken_of(store, [grant]) if each.case_id == measure_id), None)
    if taken is None:
        raise invalid("measure_id", "measure_unknown")
    cause = (await store.case_read(taken.case_id)).state
    subject = await filer.subject(held.case.city, taken.dataset_id)
    met = (await store.case_read(grant)).state.curtailments.get(measure_id)
    told_on = to_shanghai(met.at).date() if met else None
    return Measure(held.case.city, taken, {**subject.bodies, PROVIDER: cause.bodies[PROVIDER]}, told_on)


async def finding_published(store: Store, filer: Filer, measure_id: str) -> Measure:
    """A published finding that names no grant: whoever used the data reads of it where it is published, and appeals.
    Raises a Problem."""
    found = await misuse.taken_by(store, measure_id)
    if found is None or found.made_public_at is None or misuse.names_a_grant(found):
        raise invalid("measure_id", "measure_unknown")
    cause = (await store.case_read(found.case_id)).state
    subject = await filer.subject(found.city, found.dataset_id)
    bodies = {**subject.bodies, PROVIDER: cause.bodies[PROVIDER]}
    return Measure(found.city, found, bodies, to_shanghai(found.made_public_at).date())


async def judge_misuse_appeal(
    store: Store, caller: Caller, form: MisuseAppealForm, at: datetime, measure: Measure
) -> ProcedureRules:
    """The rules under which the appeal would be received, of which there is one at a time. Raises a Problem that names
    every reason why it cannot be."""
    for appeal in await misuse.appeals_of(store, caller.account_id, measure.taken):
        if appeal.closed_at is None:
            raise invalid("measure_id", "appealed_already")
    return _judged(form, at, measure)


def _judged(form: MisuseAppealForm, at: datetime, measure: Measure) -> ProcedureRules:
    rules = rules_at(measure.city, MISUSE_APPEAL, at)
    judge(rules, form.stated(), None, at)
    return rules


async def receive_misuse_appeal(
    store: Store, filer: Filer, caller: Caller, case_id: str, form: MisuseAppealForm
) -> CaseShown:
    """The case of the appeal of a grantee against what was taken of the own grant, while it is; what is sent again
    answers its case, also once that is over. Raises a Problem."""
    measure = await measure_taken(store, filer, caller, form.case_id, form.measure_id)

    def received(at: datetime) -> Filing:
        measure.is_in_force()
        return Filing(
            rules=_judged(form, at, measure),
            party=caller.account_id,
            dataset_id=measure.taken.dataset_id,
            bodies=measure.bodies,
            data_items=(),
            choices=measure.found,
            given=frozenset(form.stated()),
            elsewhere={MEASURE_TOLD: measure.told_on} if measure.told_on else {},
            caused_by=measure.taken.case_id,
        )

    try:
        return await filer.receive(case_id, MISUSE_APPEAL, form.said(), received)
    except AppealOpen as fact:
        raise invalid("measure_id", "appealed_already") from fact
