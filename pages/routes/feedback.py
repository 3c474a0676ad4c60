"""Feedback (意见建议): the form for whoever tells something, what became of it, and the answer of a body."""

from __future__ import annotations

from starlette.responses import Response

from api.acting.giving_feedback import AnswerForm, FeedbackForm, answer_feedback, give_feedback
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from pages.calls import Call, deed, has_opened, page
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field, Option
from pages.forms.filled import parsed, stated
from pages.forms.keys import key_for_another_try
from pages.forms.kinds import Kind
from pages.supervising import said_of
from pages.urging import new_key
from reading.catalogue import questions as catalogue
from reading.feedback.shapes import FeedbackShown
from reading.feedback.shown import feedback_list, feedback_shown
from reading.feedback.sight import must_see_some
from reading.words.language import said
from reading.words.law import law_of
from rules.deadlines import to_shanghai
from rules.feedback import FeedbackRule
from rules.loading import load_pack

A_PAGE = 20


async def tell(call: Call) -> Response:
    """The form, about the dataset that the address names, or about none."""
    call.must_have("applicant")
    return await form_page(call, Attempt(fields(call, rule_of(call))), new_key(), call.asked("dataset_id"))


def rule_of(call: Call) -> FeedbackRule:
    """The rule of the city of the address. Raises a Problem where there is none."""
    return known(FeedbackRule.of(load_pack(call.in_part("city")), to_shanghai(call.now).date()))


def fields(call: Call, rule: FeedbackRule) -> tuple[Field, ...]:
    """Of which kind it is, and what is told."""
    kinds = tuple(Option(each.kind, said(each.label, call.language)) for each in rule.kinds)
    return (
        Field("kind", Kind.CHOICE, call.say("feedback.kind"), required=True, options=kinds),
        Field("text", Kind.PROSE, call.say("feedback.text"), required=True),
    )


async def form_page(call: Call, attempt: Attempt, key: str, dataset_id: str | None, status: int = 200) -> Response:
    """The form with what stands in it."""
    city, rule = call.in_part("city"), rule_of(call)
    titles = await catalogue.titles(call.store, [dataset_id] if dataset_id else [])
    title = titles.get(dataset_id or "")
    return call.page(
        "feedback_new.html",
        status=status,
        city=city,
        city_name=said_of(call, load_pack(city).name),
        law=law_of(city, to_shanghai(call.now).date(), call.language).named(rule.citation),
        dataset_id=dataset_id or "",
        title=said(title, call.language) if title else None,
        attempt=attempt,
        key=key,
    )


async def tell_feedback(call: Call) -> Response:
    """It is on record, and reaches those who open the data."""
    caller = call.must_have("applicant")
    form = await call.request.form()
    key, dataset_id = str(form.get("key", "")), str(form.get("dataset_id", "")) or None
    asked = fields(call, rule_of(call))
    try:
        sent = {**stated(form, asked), "city": call.in_part("city"), "dataset_id": dataset_id}
        feedback_id = await give_feedback(call.runtime, call.store, caller, parsed(FeedbackForm, sent), key)
    except REFUSED as fact:
        return await form_page(
            call, attempted(form, asked, fact, call.language), key_for_another_try(fact, key), dataset_id, 422
        )
    await call.say_once("feedback.received")
    return call.go_on_to(call.path("one_feedback", feedback_id=feedback_id))


async def one_feedback(call: Call) -> Response:
    """What was told, and its answer; for a body that it reaches, the form of one."""
    shown = await shown_of(call)
    await has_opened(call, shown.feedback_id)
    return feedback_page(call, shown, Attempt((answer_field(call),)))


async def shown_of(call: Call) -> FeedbackShown:
    """The feedback of the address. Raises LoginNeeded, Problem."""
    caller = call.must_be_logged_in()
    with refused_before_receipt():
        must_see_some(caller)
    return known(await feedback_shown(call.store, caller, call.language, call.in_part("feedback_id")))


def answer_field(call: Call) -> Field:
    """What a body answers."""
    return Field("text", Kind.PROSE, call.say("feedback.answer"), required=True)


def feedback_page(call: Call, shown: FeedbackShown, attempt: Attempt, status: int = 200) -> Response:
    return call.page("feedback.html", status=status, feedback=shown, attempt=attempt)


async def give_answer(call: Call) -> Response:
    """It is answered, once."""
    caller = call.must_have("reviewer")
    form = await call.request.form()
    asked = (answer_field(call),)
    feedback_id = call.in_part("feedback_id")
    try:
        sent = parsed(AnswerForm, stated(form, asked))
        await answer_feedback(call.runtime, call.store, caller, feedback_id, sent)
    except REFUSED as fact:
        return feedback_page(call, await shown_of(call), attempted(form, asked, fact, call.language), 422)
    await call.say_once("feedback.is_answered")
    return call.go_on_to(call.path("one_feedback", feedback_id=feedback_id))


async def feedback(call: Call) -> Response:
    """What whoever looks told, or what its body gets."""
    caller = call.must_be_logged_in()
    with refused_before_receipt():
        must_see_some(caller)
    cursor = call.asked("cursor")
    found = await feedback_list(call.store, caller, call.language, cursor, A_PAGE)
    here = call.path("feedback")
    return call.page(
        "feedback_list.html",
        found=found.items,
        next=f"{here}?cursor={found.next}" if found.next else None,
        first=here if cursor else None,
    )


def has_feedback(call: Call, city: str) -> bool:
    """Whether the law of the city has feedback today."""
    return FeedbackRule.of(load_pack(city), to_shanghai(call.now).date()) is not None


ROUTES = (
    page("/{city}/feedback/new", tell, name="feedback_new"),
    deed("/{city}/feedback/new", tell_feedback),
    page("/feedback", feedback),
    page("/feedback/{feedback_id}", one_feedback),
    deed("/feedback/{feedback_id}", give_answer, name="answer_feedback"),
)
