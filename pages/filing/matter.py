"""What somebody files by a page: about what, by which law, and how it is judged and received. One kind a procedure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from api.acting import (
    checking_quality,
    demanding,
    filing_of_bodies,
    objecting,
    reporting_leaks,
    reporting_misuse,
    requesting,
    sharing,
)
from api.acting.filing import Filer, rules_at
from api.acting.forms.filing import (
    AccessRequestForm,
    AccountForm,
    ContactForm,
    DemandForm,
    LeakReportForm,
    MisuseAppealForm,
    MisuseReportForm,
    ObjectionForm,
    QualityCheckForm,
    SharingForm,
)
from api.acting.forms.form import FilingForm
from api.acting.real_names import is_known_by_name, must_be_known
from api.http.problems import Problem
from pages.calls import Call
from pages.filing.about import About, of_a_finding, of_a_measure, of_the_address
from pages.filing.offered import offered
from pages.forms.fields import Field, Option
from pages.forms.kinds import Kind
from pages.offers import ABOUT_A_DATASET
from reading.cases.shapes import CaseShown
from reading.catalogue.shapes import DatasetShown
from reading.directory import questions as directory
from reading.sight import Caller
from reading.words.law import Law
from rules import procedure_names as names
from rules.procedure_rules import ProcedureRules


@dataclass(frozen=True)
class Matter:
    """What a form is about: a city, a dataset where it is about one, and the law of today."""

    kind: KindOfFiling
    about: About
    law: Law
    fields: tuple[Field, ...]

    @property
    def city(self) -> str:
        return self.about.city

    @property
    def dataset(self) -> DatasetShown | None:
        return self.about.dataset

    def facts(self) -> dict[str, str]:
        """What the address says already."""
        return dict(self.about.facts)


@dataclass(frozen=True)
class KindOfFiling:
    """How one procedure is filed by a page. `roles` are those of whom the API asks it; everybody who is logged in,
    where there are none and the law says who."""

    name: str
    procedure: str
    path: str
    form: type[FilingForm]
    roles: tuple[str, ...]
    judged: Callable[[Call, Filer, FilingForm], Awaitable[ProcedureRules]]
    received: Callable[[Call, Filer, FilingForm, str], Awaitable[CaseShown]]
    asked_beside: Callable[[Call, str, DatasetShown | None, Law], Awaitable[Sequence[Field]]]
    about: Callable[[Call], Awaitable[About]] = of_the_address

    def caller(self, call: Call) -> Caller:
        """Who files. Raises LoginNeeded, Problem."""
        return call.must_have(*self.roles) if self.roles else call.must_be_logged_in()

    async def matter(self, call: Call) -> Matter:
        """What the page that is asked for is about. Raises a Problem where there is no such dataset or city, or no such
        procedure in it."""
        about = await self.about(call)
        dataset = about.dataset
        try:
            rules = rules_at(about.city, self.procedure, call.now)
        except Problem as problem:
            if any(wrong.code == "procedure_unknown" for wrong in problem.errors):
                raise Problem("NotFound") from problem
            raise
        law = Law(rules, call.language)
        beside = await self.asked_beside(call, about.city, dataset, law)
        asked = offered(law, call.words, self.form, items_of(dataset))
        return Matter(self, about, law, (*beside, *(_leading_on(call, dataset, each) for each in asked)))


def _leading_on(call: Call, dataset: DatasetShown | None, field: Field) -> Field:
    """The field, with the way to the form of each procedure to which an option belongs instead."""
    if dataset is None:
        return field
    forms = {name: call.path(form, dataset_id=dataset.dataset_id) for name, form in ABOUT_A_DATASET.items()}
    options = tuple(replace(each, address=forms.get(each.belongs_to or "")) for each in field.options)
    return replace(field, options=options)


def items_of(dataset: DatasetShown | None) -> tuple[Option, ...]:
    """The data items that can be named."""
    items = dataset.items if dataset else ()
    return tuple(Option(value=each.item, label=each.name, hint=each.note) for each in items)


async def _nothing(call: Call, city: str, dataset: DatasetShown | None, law: Law) -> Sequence[Field]:
    return ()


async def _whose_data(call: Call, city: str, dataset: DatasetShown | None, law: Law) -> Sequence[Field]:
    bodies = [body for body in await directory.bodies(call.store, city) if body.role == "provider"]
    options = tuple(Option(value=body.body, label=body.name[call.language]) for body in bodies)
    label = call.say("filing.whose_data")
    return (Field(name="provider", kind=Kind.CHOICE, label=label, required=True, options=options),)


async def _which_dataset(call: Call, city: str, dataset: DatasetShown | None, law: Law) -> Sequence[Field]:
    """Where the law has users of data report, the dataset of which they do."""
    if not law.rules.is_about_data:
        return ()
    named = call.asked("dataset")
    return (
        Field(
            name="dataset_id",
            kind=Kind.LINE,
            label=call.say("filing.which_dataset"),
            hint=call.say("filing.which_dataset_hint"),
            required=True,
            values=(named,) if named else (),
        ),
    )


async def _judged_request(call: Call, filer: Filer, form: FilingForm) -> ProcedureRules:
    assert isinstance(form, AccessRequestForm)
    must_be_known(await is_known_by_name(call.store, call.must_be_logged_in()), form.city, call.now)
    return requesting.judge_request(form, call.now, await filer.subject(form.city, form.dataset_id))


async def _received_request(call: Call, filer: Filer, form: FilingForm, key: str) -> CaseShown:
    assert isinstance(form, AccessRequestForm)
    return await requesting.receive_request(filer, call.must_be_logged_in(), form, key)


async def _judged_objection(call: Call, filer: Filer, form: FilingForm) -> ProcedureRules:
    assert isinstance(form, ObjectionForm)
    subject = await filer.subject(form.city, form.dataset_id)
    return objecting.judge_objection(form, call.now, subject, call.must_be_logged_in())


async def _received_objection(call: Call, filer: Filer, form: FilingForm, key: str) -> CaseShown:
    assert isinstance(form, ObjectionForm)
    filed = objecting.ObjectionFiled(call.runtime, call.store, filer, call.must_be_logged_in(), key)
    return await objecting.receive_objection(filed, form)


async def _judged_demand(call: Call, filer: Filer, form: FilingForm) -> ProcedureRules:
    assert isinstance(form, DemandForm)
    await filer.provider(form.city, form.provider)
    return demanding.judge_demand(form, call.now)


async def _received_demand(call: Call, filer: Filer, form: FilingForm, key: str) -> CaseShown:
    assert isinstance(form, DemandForm)
    case_id = filer.case_id(demanding.PATH, key)
    return await demanding.receive_demand(filer, call.must_be_logged_in(), case_id, form)


async def _judged_report(call: Call, filer: Filer, form: FilingForm) -> ProcedureRules:
    assert isinstance(form, LeakReportForm)
    concerned = await reporting_leaks.concerned_by(call.store, filer, call.must_be_logged_in(), form)
    return reporting_leaks.judge_report(form, call.now, concerned)


async def _received_report(call: Call, filer: Filer, form: FilingForm, key: str) -> CaseShown:
    assert isinstance(form, LeakReportForm)
    case_id = filer.case_id(reporting_leaks.PATH, key)
    return await reporting_leaks.receive_leak_report(call.store, filer, call.must_be_logged_in(), case_id, form)


async def _judged_misuse(call: Call, filer: Filer, form: FilingForm) -> ProcedureRules:
    assert isinstance(form, MisuseReportForm)
    subject = await filer.subject(form.city, form.dataset_id)
    return reporting_misuse.judge_misuse_report(form, call.now, subject, call.must_be_logged_in())


async def _received_misuse(call: Call, filer: Filer, form: FilingForm, key: str) -> CaseShown:
    assert isinstance(form, MisuseReportForm)
    case_id = filer.case_id(reporting_misuse.REPORTS, key)
    return await reporting_misuse.receive_misuse_report(filer, call.must_be_logged_in(), case_id, form)


async def _judged_check(call: Call, filer: Filer, form: FilingForm) -> ProcedureRules:
    assert isinstance(form, QualityCheckForm)
    caller = call.must_be_logged_in()
    obtained = await checking_quality.obtained_by(call.store, filer, caller, form)
    return checking_quality.judge_quality_check(form, call.now, obtained, caller)


async def _received_check(call: Call, filer: Filer, form: FilingForm, key: str) -> CaseShown:
    assert isinstance(form, QualityCheckForm)
    case_id = filer.case_id(checking_quality.PATH, key)
    return await checking_quality.receive_quality_check(call.store, filer, call.must_be_logged_in(), case_id, form)


async def _judged_appeal(call: Call, filer: Filer, form: FilingForm) -> ProcedureRules:
    assert isinstance(form, MisuseAppealForm)
    caller = call.must_be_logged_in()
    measure = await reporting_misuse.measure_of(call.store, filer, caller, form.case_id, form.measure_id)
    return await reporting_misuse.judge_misuse_appeal(call.store, caller, form, call.now, measure)


async def _received_appeal(call: Call, filer: Filer, form: FilingForm, key: str) -> CaseShown:
    assert isinstance(form, MisuseAppealForm)
    case_id = filer.case_id(reporting_misuse.APPEALS, key)
    return await reporting_misuse.receive_misuse_appeal(call.store, filer, call.must_be_logged_in(), case_id, form)


async def _judged_of_a_body(call: Call, filer: Filer, form: FilingForm) -> ProcedureRules:
    assert isinstance(form, AccountForm | ContactForm)
    caller = call.must_be_logged_in()
    bodies = filing_of_bodies.of_the_case(await filer.bodies(form.city), form.city, caller)
    return filing_of_bodies.judge_filing(form, call.now, caller, bodies)


async def _received_of_a_body(call: Call, filer: Filer, form: FilingForm, key: str) -> CaseShown:
    assert isinstance(form, AccountForm | ContactForm)
    return await filing_of_bodies.receive_filing(filer, call.must_be_logged_in(), form, key)


async def _judged_sharing(call: Call, filer: Filer, form: FilingForm) -> ProcedureRules:
    assert isinstance(form, SharingForm)
    subject = await filer.subject(form.city, form.dataset_id)
    return sharing.judge_sharing(form, call.now, subject, call.must_be_logged_in()).rules


async def _received_sharing(call: Call, filer: Filer, form: FilingForm, key: str) -> CaseShown:
    assert isinstance(form, SharingForm)
    return await sharing.receive_sharing_request(filer, call.must_be_logged_in(), form, key)


REQUEST = KindOfFiling(
    name="request",
    procedure=names.ACCESS_REQUEST,
    path="/datasets/{dataset_id}/request",
    form=AccessRequestForm,
    roles=("applicant",),
    judged=_judged_request,
    received=_received_request,
    asked_beside=_nothing,
)
OBJECTION = KindOfFiling(
    name="objection",
    procedure=names.OBJECTION,
    path="/datasets/{dataset_id}/objection",
    form=ObjectionForm,
    roles=(),
    judged=_judged_objection,
    received=_received_objection,
    asked_beside=_nothing,
)
DEMAND = KindOfFiling(
    name="demand",
    procedure=names.DEMAND,
    path="/{city}/demands/new",
    form=DemandForm,
    roles=("applicant",),
    judged=_judged_demand,
    received=_received_demand,
    asked_beside=_whose_data,
)
LEAK = KindOfFiling(
    name="leak",
    procedure=names.LEAK,
    path="/{city}/leaks/new",
    form=LeakReportForm,
    roles=(),
    judged=_judged_report,
    received=_received_report,
    asked_beside=_which_dataset,
)
MISUSE = KindOfFiling(
    name="misuse",
    procedure=names.MISUSE,
    path="/datasets/{dataset_id}/misuse",
    form=MisuseReportForm,
    roles=(),
    judged=_judged_misuse,
    received=_received_misuse,
    asked_beside=_nothing,
)
QUALITY_CHECK = KindOfFiling(
    name="quality_check",
    procedure=names.QUALITY_CHECK,
    path="/datasets/{dataset_id}/quality-check",
    form=QualityCheckForm,
    roles=("applicant",),
    judged=_judged_check,
    received=_received_check,
    asked_beside=_nothing,
)
MISUSE_APPEAL = KindOfFiling(
    name="misuse_appeal",
    procedure=names.MISUSE_APPEAL,
    path="/my/grants/{number}/measures/{measure}/appeal",
    form=MisuseAppealForm,
    roles=("applicant",),
    judged=_judged_appeal,
    received=_received_appeal,
    asked_beside=_nothing,
    about=of_a_measure,
)
FINDING_APPEAL = replace(MISUSE_APPEAL, name="finding_appeal", path="/measures/{measure}/appeal", about=of_a_finding)
PLATFORM_ACCOUNT = KindOfFiling(
    name="platform_account",
    procedure=names.ACCOUNT_CHANGE,
    path="/{city}/accounts/new",
    form=AccountForm,
    roles=("reviewer",),
    judged=_judged_of_a_body,
    received=_received_of_a_body,
    asked_beside=_nothing,
)
PLATFORM_CONTACT = KindOfFiling(
    name="platform_contact",
    procedure=names.CONTACT_CHANGE,
    path="/{city}/contacts/new",
    form=ContactForm,
    roles=("reviewer",),
    judged=_judged_of_a_body,
    received=_received_of_a_body,
    asked_beside=_nothing,
)
SHARING = KindOfFiling(
    name="sharing",
    procedure=names.SHARING_REQUEST,
    path="/datasets/{dataset_id}/sharing",
    form=SharingForm,
    roles=("applicant", "reviewer"),
    judged=_judged_sharing,
    received=_received_sharing,
    asked_beside=_nothing,
)
KINDS = (
    REQUEST,
    OBJECTION,
    DEMAND,
    LEAK,
    MISUSE,
    QUALITY_CHECK,
    MISUSE_APPEAL,
    FINDING_APPEAL,
    PLATFORM_ACCOUNT,
    PLATFORM_CONTACT,
    SHARING,
)
