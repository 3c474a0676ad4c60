"""What an applicant answers in its own case: a supplement, a request sent again, the signature of the agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from api.acting import applying
from api.acting.forms.filing import SignatureForm, SupplementForm
from api.acting.refusals import refused_before_receipt
from api.http.problems import Problem
from models.asking import must_be_asked
from pages.calls import Call, deed, page
from pages.cases.now import said_with_return
from pages.cases.stated import Speaking
from pages.filing.matter import items_of
from pages.forms.fields import Field, field_of, fields_of_decision, rule_of
from pages.forms.filled import parsed, stated
from pages.forms.keys import key_for_another_try
from pages.forms.kinds import Kind
from pages.forms.trying import REFUSED, Asked, problem_with, shown_again
from pages.routes.cases import gone_on, receiver_of, speaking_of
from pages.routes.filing import case_numbered, key_of, new_key
from reading.cases.agreed import Agreed, agreed_of
from reading.cases.agreement import AgreementShown, agreement_for
from reading.cases.shapes import CaseShown
from reading.words.clocks import last_day
from rules.applicant_answers import RESUBMIT
from rules.pinned import APPLICANT
from rules.procedure_names import ACCESS_REQUEST
from rules.vocabulary import SIGNED_BY_APPLICANT

PROSE = ("purpose", "scenario", "safeguards", "tender_reference")
"""What a supplement completes in a request; choices stay as they were until it is submitted again."""
AGREE = "agree"
DIGEST = "digest"
"""The hidden field that says which text was shown."""


@dataclass(frozen=True)
class Answering:
    """What is asked of the applicant, and the form in which it is answered."""

    is_resubmission: bool
    wanted: Sequence[str]
    fields: tuple[Field, ...]
    before: Mapping[str, Any]


async def answering(call: Call, case: CaseShown, speaking: Speaking) -> Answering:
    """What the case asks of the caller now. Raises a Problem where it asks nothing."""
    again = any(RESUBMIT in each.outcomes for each in case.possible)
    with refused_before_receipt():
        must_be_asked([each for each in case.possible if each.act == "supply" or RESUBMIT in each.outcomes])
    asking = [task.supplement_wanted for task in case.tasks if task.supplement_asked_at and task.supplement_wanted]
    reason = said_with_return(case)
    returned_for = [reason] if reason else []
    wanted = returned_for if again else asking
    before = case.request.model_dump(exclude_none=True) if case.request else {}
    text = Field("text", Kind.PROSE, call.say("supplement.text"))
    if case.procedure != ACCESS_REQUEST:
        return Answering(again, wanted, (replace(text, required=True),), {})
    return Answering(again, wanted, (text, *fields_of_request(call, speaking, before, again=again)), before)


def values_of(field: Field, stated: Any) -> tuple[Any, ...]:
    """What the field holds at first: what was stated, each for itself."""
    if isinstance(stated, list | tuple):
        return tuple(stated)
    return (stated,) if stated else field.values


def fields_of_request(call: Call, speaking: Speaking, before: Mapping[str, Any], *, again: bool) -> tuple[Field, ...]:
    """The fields of a request with what it says so far; when it is sent again, its choices too."""
    law, dataset = speaking.law, speaking.dataset
    items = items_of(dataset)
    names = [rule.field for rule in law.rules.fields if rule.field in SupplementForm.model_fields]
    names += [name for name in PROSE if name in before and name not in names]
    if not again:
        had = set(before.get("data_items", ()))
        items = tuple(each for each in items if not had or each.value in had)
        names = [name for name in names if name in (*PROSE, "data_items")]
    found = []
    for name in names:
        field = field_of(law, call.words, name, rule_of(law, name), items)
        if field.kind is Kind.CHOICE and len(field.options) < len("ab"):
            continue
        found.append(replace(field, values=values_of(field, before.get(name))))
    return tuple(found)


async def supplement(call: Call) -> Response:
    """What was asked for, in the words of who asked; what the request says so far."""
    call.must_have("applicant")
    case = await case_numbered(call)
    asked = await answering(call, case, await speaking_of(call, case))
    return answering_page(call, case, asked, Asked(asked.fields), new_key())


def answering_page(call: Call, case: CaseShown, asked: Answering, form: Asked, key: str) -> Response:
    return call.page("supplement.html", status=form.status, case=case, asked=asked, form=form, key=key)


async def supply(call: Call) -> Response:
    """What is new in it is received, and nothing else."""
    call.must_have("applicant")
    case = await case_numbered(call)
    form = await call.request.form()
    key = key_of(form)
    asked = await answering(call, case, await speaking_of(call, case))
    said = stated(form, asked.fields)
    changed = {name: value for name, value in said.items() if not is_as_before(asked.before.get(name), value)}
    try:
        content = parsed(SupplementForm, changed)
        act = await applying.supplement(receiver_of(call, key), call.store, case.case_id, content)
    except REFUSED as error:
        again = shown_again(call, form, asked.fields, problem_with(error))
        return answering_page(call, case, asked, again, key_for_another_try(error, key))
    return await gone_on(call, act, case.case_number, "case.supplied")


def is_as_before(before: object, value: object) -> bool:
    """Whether it says what the request says already."""
    if isinstance(before, list | tuple) and isinstance(value, list | tuple):
        return set(before) == set(value)
    return before == value


async def agreement(call: Call) -> Response:
    """All that is signed, and the signature where it lies before whoever looks."""
    call.must_be_logged_in()
    case = await case_numbered(call)
    return await agreement_page(call, case, None, new_key(), await text_of(call, case))


async def text_of(call: Call, case: CaseShown, stated: Mapping[str, Any] | None = None) -> AgreementShown | None:
    """The text that is signed, with what the caller's signature would state; None where the rules have none."""
    return await agreement_for(call.store, call.must_be_logged_in(), call.language, case.case_id, stated)


async def agreement_page(
    call: Call, case: CaseShown, form: Asked | None, key: str, text: AgreementShown | None, *, stated: bool = False
) -> Response:
    """The page with the text as it is signed, `stated` where it has what the form states."""
    speaking = await speaking_of(call, case)
    agreed = await agreed_in(call, case)
    fields = fields_of_signature(call, speaking, agreed)
    is_whole = stated or not fields
    request = case.request.model_dump(exclude_none=True) if case.request else {}
    terms = speaking.all_of({name: request[name] for name in PROSE if name in request})
    names = {task.body: task.body_name for task in case.tasks}
    names |= {each.body: each.name for each in text.signatures} if text else {}
    conditions = [said for reason in case.reasons for said in speaking.all_of(reason.text, ("conditions", "scenario"))]
    shown = form or Asked(fields)
    return call.page(
        "agreement.html",
        status=shown.status,
        case=case,
        law=speaking.law,
        dataset=speaking.dataset,
        agreed=agreed,
        last_day=last_day(agreed.valid_until),
        items=speaking.items(agreed.data_items),
        modes=[speaking.value("access_mode", each) for each in agreed.access_modes],
        use=speaking.value("use", agreed.use) if agreed.use else None,
        signatories=[(names.get(each.body, each.body), each.signed_at, each.digest) for each in agreed.signatories],
        terms=[*terms, *conditions],
        awaits=call.say("now.and").join(speaking.label(name) for each in agreed.awaits for name in each.any_of[:1]),
        form=shown,
        text=text,
        is_whole=is_whole,
        may_sign=any(each.act == "decide" and "sign" in each.outcomes for each in case.possible)
        and agreed.outcome is not None,
        key=key,
        agree=AGREE,
    )


async def agreed_in(call: Call, case: CaseShown) -> Agreed:
    """What would be signed. Raises a Problem where nothing is."""
    read = await call.store.case_read(case.case_id)
    found = agreed_of(read.rules, read.state, call.must_be_logged_in(), call.now)
    if found is None:
        raise Problem("NotFound")
    return found


def fields_of_signature(call: Call, speaking: Speaking, agreed: Agreed) -> tuple[Field, ...]:
    """What the law of the city wants stated in it by the applicant, where nothing states it yet."""
    if agreed.outcome is None or not agreed.wanted:
        return ()
    items = tuple(
        each for each in items_of(speaking.dataset) if not agreed.data_items or each.value in agreed.data_items
    )
    outcome = agreed.outcome.model_copy(update={"requires": agreed.wanted})
    found = fields_of_decision(speaking.law, call.words, [outcome], {}, items=items)
    mine = (each for each in found if each.name in SIGNED_BY_APPLICANT)
    return tuple(replace(each, within=(), values=agreed.data_items if each.kind is Kind.ITEMS else ()) for each in mine)


async def sign(call: Call) -> Response:
    """The applicant's signature, with what it states."""
    call.must_have(APPLICANT)
    case = await case_numbered(call)
    form = await call.request.form()
    key = key_of(form)
    fields = fields_of_signature(call, await speaking_of(call, case), await agreed_in(call, case))
    said = stated(form, fields)
    text: AgreementShown | None = None
    try:
        parsed(SignatureForm, said)
        text = await text_of(call, case, said)
        if text is not None and form.get(DIGEST) != text.digest:
            # What is signed is what was shown; the text is shown first as it has become.
            changed = [call.say("agreement.changed")] if form.get(DIGEST) else []
            filled_in = shown_again(call, form, fields, None).fields
            return await agreement_page(call, case, Asked(filled_in, changed), key, text, stated=True)
        if not form.get(AGREE):
            filled_in = shown_again(call, form, fields, None).fields
            must = Asked(filled_in, [call.say("agreement.must_agree")])
            return await agreement_page(call, case, must, key, text, stated=True)
        content = parsed(SignatureForm, said | ({DIGEST: text.digest} if text else {}))
        act = await applying.sign(receiver_of(call, key), call.store, case.case_id, content)
    except REFUSED as error:
        again = shown_again(call, form, fields, problem_with(error))
        now = await text_of(call, case)
        return await agreement_page(call, case, again, key_for_another_try(error, key), now)
    return await gone_on(call, act, case.case_number, "case.signed")


ROUTES = (
    page("/cases/{number}/supplement", supplement),
    deed("/cases/{number}/supplement", supply),
    page("/cases/{number}/agreement", agreement),
    deed("/cases/{number}/agreement", sign),
)
