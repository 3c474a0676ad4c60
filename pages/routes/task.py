"""One task before a body: all there is to decide by on one page, and the decision beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from api.acting import deciding
from api.acting.forms.deciding import DecisionForm
from api.http.known import known
from api.http.problems import Problem, Wrong
from models.classes import OPENNESS
from models.procedures import BY_NAME
from pages import dossier
from pages.calls import Call, deed, has_opened, page
from pages.cases.taken import taken_of
from pages.editing import Editing, editing, entry_sent, wanted_of
from pages.forms.deciding import DecisionAsked, decision_asked, grants_found, signs
from pages.forms.fields import Field, Option, Wanted
from pages.forms.filled import filled, parsed, stated
from pages.forms.kinds import Kind
from pages.officers import REFUSED, key_of, new_key, onward, receiver_of, text_of, wrong_in
from pages.routes.desk import Asked, name_of, served_body, with_query
from reading.cases import lists, sought
from reading.cases import questions as cases
from reading.cases.agreement import AgreementShown, agreement_for
from reading.cases.following import following, outcomes_now
from reading.cases.stating import Speaking
from reading.cases.task_file import TaskFile, task_file
from reading.directory import questions as directory
from reading.grants.shown import grant_page
from reading.objections.questions import evidence_readable
from reading.objections.sight import ABOUT_USE
from reading.sight import Caller
from reading.words.law import Law
from rules.agreement import SIGN
from rules.pinned_stages import ExtensionRule, StopBegins
from rules.procedure_names import CATALOGUE_UPDATE, USE_REPORT
from rules.vocabulary import AGREED

PLACE = re.compile(r"(?P<stage>[a-z_]+)\.(?P<round>[1-9][0-9]{0,5})")
FEW = 10
"""Earlier cases of a person, and grants on the data, that stand beside a task."""


async def file_of(call: Call, caller: Caller) -> TaskFile:
    """The task that the address names, with its case. Raises a Problem where the caller may not know of it."""
    at = PLACE.fullmatch(call.in_part("place"))
    if at is None:
        raise Problem("NotFound")
    number = call.in_part("number")
    return known(await task_file(call.store, caller, call.language, number, at["stage"], int(at["round"])))


async def task(call: Call) -> Response:
    """One task before a body, or what became of it."""
    caller, body = served_body(call)
    file = await file_of(call, caller)
    await has_opened(call, file.case.case_number)
    return await task_page(call, caller, body, file, Wanted())


async def task_page(
    call: Call,
    caller: Caller,
    body: str,
    file: TaskFile,
    wanted: Wanted,
    *,
    status: int = 200,
    laws: Mapping[str, Any] | None = None,
    read: AgreementShown | None = None,
) -> Response:
    """The page of a task, with what somebody filled in and what is wrong with it; `read` is the text of an agreement
    with what somebody would state in it, which the next signature is of."""
    law, words, store = file.law, call.words, call.store
    asked = Asked.of(call)
    present = await store.present()
    nearby = await sought.beside(store, caller, asked.sought(body), present, file.task_id)
    decides = file.lies_before(caller)
    form = asking(call, file) if decides or file.may_be_corrected_by(caller) else None
    fields = wanted.in_((*form.fields, *form.terms)) if form else ()
    fields = tuple(replace(each, law=(laws or {}).get(each.name, each.law)) for each in fields)
    outcome = chosen(call, form, wanted) if form else None
    edited = editor(call, file, wanted) if decides and form and form.submits_at else None
    held_by = file.shown.claimed_by if file.task.claimed_by != caller.account_id else None
    names = dossier.names_of_items(file.dataset)
    draft = file.case.update.draft if file.case.update else None
    before = {**draft.entry, **{each.field: each.now for each in draft.changes}} if draft else {}
    of_acts = wanted.in_(fields_of_acts(call))
    everything = (*([outcome] if outcome else []), *fields, *(edited.fields if edited else ()), *of_acts)
    return call.page(
        "task.html",
        status=status,
        file=file,
        shown=file.shown,
        case=file.case,
        law=law,
        query=asked.query(),
        back=with_query(call.path("desk"), asked.query()),
        before=place_address(call, nearby.before, asked),
        after=place_address(call, nearby.after, asked),
        asked=dossier.asked(law, words, file.case, file.dataset),
        answered=dossier.answered(law, words, file.case, names),
        names=names,
        applicant=await name_of(call, file.case.parties[0].id),
        is_the_partys_own=BY_NAME[file.state.procedure].is_the_partys_own(file.state),
        earlier=await earlier(call, caller, file),
        grants=await grants_beside(call, caller, file),
        reads_evidence=await evidence_readable(store, caller, file.case.case_id) if file.case.objection else (),
        draft=draft,
        differences=dossier.differences(law, words, draft.entry, before) if draft else [],
        items=dossier.item_differences(words, draft.entry, before) if draft else [],
        decides=decides,
        corrects=not decides and form is not None,
        form=form,
        fields=[each for each in fields if form and each.name not in {t.name for t in form.terms}],
        terms=[each for each in fields if form and each.name in {t.name for t in form.terms}],
        outcome=outcome,
        summary=everything,
        elsewhere=wanted.elsewhere(everything),
        then=[following(law, file.state, file.task, each) for each in form.outcomes] if form else [],
        bodies=await directory.body_names(store, file.state.bodies.values()),
        editing=edited,
        held_by=held_by,
        held_by_name=await name_of(call, held_by) if held_by else None,
        is_mine=file.task.claimed_by == caller.account_id,
        colleagues=[each for each in await directory.reviewers_of(store, body) if each.login != caller.login],
        supplements=law.rules.supplement is not None and file.case.parties[0].role != "initiator",
        extension=extension_of(law, file),
        stops=list(law.rules.stops_of(file.task.stage, StopBegins.BY_DECISION)),
        stopped_by={stop.because for stop in file.task.clock.open_stops},
        opinion=law.rules.opinion if law.rules.opinion and law.rules.opinion.body != caller.body_role else None,
        taken=taken_of(Speaking(law, file.dataset), file.case),
        traces=file.case.procedure in ABOUT_USE,
        is_update=file.case.procedure == CATALOGUE_UPDATE,
        used_grant=file.case.caused_by.case_number
        if file.case.procedure == USE_REPORT and file.case.caused_by
        else None,
        acts={each.name: each for each in of_acts},
        key=new_key(),
        read=read,
        text=read or (await text_of_agreement(call, caller, file) if signs(law, file.task) else None),
    )


async def text_of_agreement(
    call: Call, caller: Caller, file: TaskFile, stated: Mapping[str, Any] | None = None
) -> AgreementShown | None:
    """The text that is signed, with what the caller's signature would state; None where the rules have none."""
    return await agreement_for(call.store, caller, call.language, file.case.case_id, stated)


def extension_of(law: Law, file: TaskFile) -> ExtensionRule | None:
    """The rule by which the body may still extend the period of its task; None where it may not."""
    stage = law.rules.stage(file.task.stage)
    return stage.extension if stage and file.task.clock.due_at else None


def fields_of_acts(call: Call) -> tuple[Field, ...]:
    """What the acts beside a decision are asked for."""
    return (
        Field("to", Kind.CHOICE, call.say("desk.to"), required=True),
        Field("more_time", Kind.COUNT, call.say("task.more_time"), required=True),
        Field("extension", Kind.PROSE, call.say("task.extension_text"), required=True),
        Field("why_stopped", Kind.PROSE, call.say("task.stop_text"), required=True),
        Field("supplement", Kind.PROSE, call.say("task.supplement_text"), required=True),
        Field("question", Kind.PROSE, call.say("task.question_text"), required=True),
        Field("note", Kind.PROSE, call.say("task.note_text"), required=True),
    )


def place_address(call: Call, place: str | None, asked: Asked) -> str | None:
    """The page of a task beside, which keeps what the list is asked for."""
    if place is None:
        return None
    number, _, at = place.rpartition("/")
    return with_query(call.path("task", number=number, place=at), asked.query())


def asking(call: Call, file: TaskFile) -> DecisionAsked:
    """What a decision on the task is asked for."""
    outcomes = outcomes_now(file.law.rules, file.state, file.task, call.now)
    items = tuple(Option(each.item, each.name) for each in (file.dataset.items if file.dataset else ()))
    prefilled = {"conditions": file.dataset.conditions} if file.dataset and file.dataset.conditions else {}
    among = grants_found(call.words, file.case.misuse.grants) if file.case.misuse else {}
    return decision_asked(
        file.law, call.words, file.state, file.task, outcomes, items=items, prefilled=prefilled, among=among
    )


def chosen(call: Call, form: DecisionAsked, wanted: Wanted) -> Field:
    """The outcomes as one field, with the one that was chosen."""
    options = tuple(Option(each.outcome, each.outcome) for each in form.outcomes)
    field = Field("outcome", Kind.CHOICE, call.say("task.outcome"), required=True, options=options)
    return wanted.in_((field,))[0]


def editor(call: Call, file: TaskFile, wanted: Wanted) -> Editing:
    """The editor of the draft that a decision submits: what is published, in the class that it has, with what the
    latest draft changes."""
    draft = file.case.update.draft.entry if file.case.update and file.case.update.draft else {}
    todays = {OPENNESS: file.dataset.openness} if file.dataset else {}
    return editing(file.law, call.words, {**file.entry, **draft}, {**todays, **file.state.choices}, wanted)


async def earlier(call: Call, caller: Caller, file: TaskFile) -> list[Any]:
    """The latest other cases of whoever filed this one for itself."""
    if not BY_NAME[file.state.procedure].is_the_partys_own(file.state):
        return []
    wanted = cases.CasesSought(party=file.state.party, procedure=file.state.procedure)
    found = await lists.case_page(call.store, caller, wanted, None, FEW + 1)
    others = [each for each in found.items if each.case_id != file.case.case_id][:FEW]
    titles = await lists.titles_of(call.store, call.language, (each.dataset_id for each in others))
    latest = await sought.latest_of_cases(call.store, [each.case_id for each in others])
    places = {case_id: f"{row.stage}.{row.round}" for case_id, row in latest.items()}
    return [
        {
            "case": each,
            "title": titles.get(each.dataset_id or ""),
            "ended": file.law.say(ending.label) if (ending := file.law.rules.ending(each.outcome or "")) else None,
            "place": places.get(each.case_id),
        }
        for each in others
    ]


async def grants_beside(call: Call, caller: Caller, file: TaskFile) -> list[Any]:
    """The grants that hold on the data of a request or an objection."""
    if not file.state.dataset_id or not caller.is_officer:
        return []
    found = await grant_page(call.store, caller, file.state.dataset_id, None, FEW)
    return [each for each in found.items if each.ended is None]


async def task_decide(call: Call) -> Response:
    """The decision is received; what is wrong stands beside its fields, and nothing that was written is lost."""
    caller, body = served_body(call)
    form = await call.request.form()
    asked = Asked.of(call)
    file = await file_of(call, caller)
    present = await call.store.present()
    nearby = await sought.beside(call.store, caller, asked.sought(body), present, file.task_id)
    here = with_query(call.request.url.path, asked.query())
    corrects = text_of(form, "do") == "correct"
    receiver = receiver_of(call, key_of(form), "/correct" if corrects else "")
    try:
        said = decision_sent(call, file, form)
        if said.outcome == SIGN and signs(file.law, file.task):
            agreed = {name: text for name, text in said.said().items() if name in AGREED}
            read = await text_of_agreement(call, caller, file, agreed)
            shown = text_of(form, "digest")
            if read is not None and shown != read.digest:
                # What is signed is what was shown; the text is shown first as it has become.
                wanted = filled(form, None, call.language)
                changed: dict[str | None, Sequence[str]] = {None: [call.say("agreement.changed")]} if shown else {}
                wanted = replace(wanted, problems=changed)
                return await task_page(call, caller, body, file, wanted, status=422 if shown else 200, read=read)
            said = said.model_copy(update={"digest": read.digest if read else None})
        if corrects:
            answered = await deciding.correct(receiver, call.store, file.task_id, said)
        else:
            answered = await deciding.decide(receiver, call.store, file.task_id, said)
    except REFUSED as fact:
        return await refused(call, caller, body, form, fact)
    to = place_address(call, nearby.after, asked) if text_of(form, "do") == "next" else None
    if text_of(form, "do") == "next" and to is None:
        to = with_query(call.path("desk"), asked.query())
    return await onward(call, answered, to or here, "task.decided", number=file.case.case_number)


def decision_sent(call: Call, file: TaskFile, form: FormData) -> DecisionForm:
    """The decision as the API's form has it: of the fields only those that go with the outcome. Raises a Problem."""
    asked = asking(call, file)
    outcome = text_of(form, "outcome")
    if not outcome:
        raise Problem("RequestInvalid", errors=[Wrong("outcome", "missing_here")])
    content: dict[str, Any] = {"outcome": outcome}
    place = asked.chosen(outcome)
    if place is not None:
        content |= stated(form, asked.of(place))
        if place in asked.grants_at and set(content.get("data_items", ())) == set(wholly(file)):
            content.pop("data_items", None)
        if place in asked.submits_at:
            content |= entry_sent(form, file.entry)
    return parsed(DecisionForm, content)


def wholly(file: TaskFile) -> tuple[str, ...]:
    """The items that were asked for, all of them: to grant these says nothing."""
    known_items = tuple(each.item for each in file.dataset.items) if file.dataset else ()
    return file.state.data_items or known_items


async def refused(
    call: Call, caller: Caller, body: str, form: FormData, fact: Exception, named: str | None = None
) -> Response:
    """The page of the task once more, with what was written and what is wrong with it beside the article; of an act
    beside the decision, beside the one field that it has, which is `named`."""
    status, wanted, problem = wrong_in(call, form, fact)
    await call.store.release()
    file = await file_of(call, caller)
    if file.case.update and problem.errors:
        names = [each.name for each in editor(call, file, wanted).fields]
        wanted = wanted_of(form, wanted, problem, call.language, names)
    wanted = wanted_by(wanted, named)
    document = problem.document(call.language, call.request.url.path)
    errors = [each for each in document.errors if each.rule]
    laws = {name: error.rule for error in errors for name in (error.field or "").split("|")}
    return await task_page(call, caller, body, file, wanted, status=status, laws=laws)


def wanted_by(wanted: Wanted, named: str | None) -> Wanted:
    """The same, with all that is wrong beside the field that is named."""
    if named is None:
        return wanted
    return replace(wanted, problems={named: [text for found in wanted.problems.values() for text in found]})


ROUTES = (page("/desk/{number}/{place}", task), deed("/desk/{number}/{place}", task_decide))
