"""The use of a grant: the report that its user owes, its own record of use, and what a body found that inspects."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from api.acting import reporting_use
from api.acting.forms.deciding import InspectionForm
from api.acting.forms.filing import UseRecordForm, UseReportForm
from api.http.known import known
from api.http.problems import Problem
from pages.calls import Call, deed, page
from pages.filing.about import filer_of, own_grant
from pages.forms.fields import Field
from pages.forms.filled import parsed, stated
from pages.forms.trying import REFUSED, Asked, problem_with, shown_again
from pages.officers import REFUSED as REFUSED_ON_THE_DESK
from pages.officers import onward, page_of_form, wrong_in
from pages.routes.cases import gone_on, receiver_of, speaking_of
from pages.routes.desk import served_body
from pages.routes.desk_data import grant_shown
from pages.routes.filing import case_numbered, key_of, new_key
from pages.routes.grants import page_of
from pages.use_of_grants import fields_of_inspection, fields_of_record, fields_of_report
from reading.cases import questions as cases
from reading.cases.shapes import CaseShown
from reading.use_reports import questions
from reading.words.law import Law
from rules.vocabulary import REPORT


async def use_report(call: Call) -> Response:
    """How the data was used, and what came of it."""
    call.must_have("applicant")
    case = await case_numbered(call)
    return report_page(call, case, Asked(await asked_of_the_user(call, case)), new_key())


def report_page(call: Call, case: CaseShown, form: Asked, key: str) -> Response:
    return call.page("use_report.html", status=form.status, case=case, form=form, key=key)


async def asked_of_the_user(call: Call, case: CaseShown) -> tuple[Field, ...]:
    """The fields of the report, with the day of the log of accesses. Raises a Problem where none is owed."""
    if not any(REPORT in each.outcomes for each in case.possible):
        raise Problem("NothingToReport")
    day = await questions.obtained_on(call.store, case.caused_by.case_id) if case.caused_by else None
    return fields_of_report(call, (await speaking_of(call, case)).law, day)


async def report_use(call: Call) -> Response:
    """The report is received, in time or late."""
    call.must_have("applicant")
    case = await case_numbered(call)
    form = await call.request.form()
    fields = await asked_of_the_user(call, case)
    try:
        said = parsed(UseReportForm, stated(form, fields))
        act = await reporting_use.report(receiver_of(call, key_of(form)), call.store, case.case_id, said)
    except REFUSED as error:
        # What was received and refused has used up its key.
        return report_page(call, case, shown_again(call, form, fields, problem_with(error)), new_key())
    return await gone_on(call, act, case.case_number, "use.reported")


async def begin_use_report(call: Call) -> Response:
    """The report that is owed next is asked for now, and made at once."""
    caller = call.must_have("applicant")
    case = await own_grant(call)
    form: FormData = await call.request.form()
    try:
        begun = await reporting_use.begin_report(call.store, filer_of(call), caller, case.case_id)
    except REFUSED as error:
        return await page_of(call, case, shown_again(call, form, (), problem_with(error)))
    name = "use_report" if any(REPORT in each.outcomes for each in begun.possible) else "case"
    return call.go_on_to(call.path(name, number=begun.case_number))


async def record_use(call: Call) -> Response:
    """An entry of the own record."""
    case = await own_grant(call)
    form = await call.request.form()
    fields = fields_of_record(call)
    try:
        said = parsed(UseRecordForm, stated(form, fields))
        act = await reporting_use.record_use(receiver_of(call, key_of(form)), case.case_id, said)
    except REFUSED as error:
        return await page_of(call, case, shown_again(call, form, fields, problem_with(error)))
    if act.state == "received":
        return call.go_on_to(call.path("act", act_id=act.act_id))
    await call.say_once("use.recorded")
    return call.go_on_to(call.path("grant", number=case.case_number))


async def desk_inspect(call: Call) -> Response:
    """What an inspection found is on record."""
    caller, _ = served_body(call)
    row = known(await cases.case_numbered(call.store, caller, call.in_part("number")))
    form = await call.request.form()
    law = Law((await call.store.case_read(row.case_id)).rules, call.language)
    try:
        said = parsed(InspectionForm, stated(form, fields_of_inspection(call, law)))
        answered = await reporting_use.inspect(receiver_of(call, key_of(form)), row.case_id, said)
    except REFUSED_ON_THE_DESK as fact:
        status, wanted, _ = wrong_in(call, form, fact)
        await call.store.release()
        return await grant_shown(call, wanted, status=status)
    return await onward(call, answered, call.path("desk_grant", number=row.case_number), "use.inspected")


ROUTES = (
    page("/cases/{number}/use-report", use_report),
    deed("/cases/{number}/use-report", report_use),
    deed("/my/grants/{number}/use-reports", begin_use_report),
    page_of_form("/my/grants/{number}/use-reports", "grant", "number"),
    deed("/my/grants/{number}/use-records", record_use),
    page_of_form("/my/grants/{number}/use-records", "grant", "number"),
    deed("/desk/grants/{number}/inspections", desk_inspect),
    page_of_form("/desk/grants/{number}/inspections", "desk_grant", "number"),
)
