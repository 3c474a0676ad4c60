"""Telling those who open data what one needs, thinks or suggests (意见建议), and answering it."""

from __future__ import annotations

from activities.feedback import Answer, Feedback, FeedbackAnswered, answer, receive
from activities.idempotency import id_from_key
from activities.sealing.ring import KeyDestroyed
from activities.sealing.seals import Seals
from api.acting.filing import PROVIDER
from api.acting.forms.form import Form
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from api.http.problems import Problem, invalid, wrongs
from api.runtime import Runtime
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.feedback import questions
from reading.feedback.sight import must_answer
from reading.sight import Caller
from reading.store import Store
from reading.words.law import law_of
from rules.bounds import Code, Something
from rules.deadlines import to_shanghai
from rules.feedback import FeedbackRule
from rules.loading import CityUnknown, cities, load_pack

PATH = "/v1/feedback"


class FeedbackForm(Form):
    """What somebody tells those who open data of a city, about one of its datasets or about none."""

    city: Code
    kind: Code
    text: Something
    dataset_id: Code | None = None


class AnswerForm(Form):
    """An answer, which is owed only where the rules of the city name a time for it."""

    text: Something


def seals_of(runtime: Runtime) -> Seals:
    """What seals texts; a service that runs has it."""
    assert runtime.seals is not None
    return runtime.seals


async def give_feedback(runtime: Runtime, store: Store, caller: Caller, form: FeedbackForm, key: str) -> str:
    """The feedback is on record and reaches whom the law of the city names; its id. Raises a Problem."""
    try:
        pack = load_pack(form.city)
    except CityUnknown as fact:
        raise invalid("city", "city_unknown", given=form.city, known=tuple(cities())) from fact
    on = to_shanghai(await store.now()).date()
    rule = FeedbackRule.of(pack, on)
    if rule is None:
        raise invalid("city", "no_feedback")
    if found := list(rule.wrong_with(form.kind)):
        raise Problem("Inadmissible", errors=wrongs(found, law_of(form.city, on, "zh").rules))
    dataset = await catalogue.dataset_of(store, form.city, form.dataset_id) if form.dataset_id else None
    if form.dataset_id and dataset is None:
        raise invalid("dataset_id", "dataset_unknown")
    bodies = await directory.bodies_of(store, form.city)
    if dataset is not None:
        bodies[PROVIDER] = dataset.provider
    feedback = Feedback(
        feedback_id=id_from_key(caller.account_id, PATH, key),
        city=form.city,
        kind=form.kind,
        dataset_id=form.dataset_id,
        provider=dataset.provider if dataset else None,
        account_id=caller.account_id,
        text=form.text,
        said=form.said(),
        reaches=[bodies[role] for role in rule.reaches if role in bodies],
    )
    await store.release()
    await receive(runtime.pool, runtime.clock, seals_of(runtime), feedback)
    return feedback.feedback_id


async def answer_feedback(runtime: Runtime, store: Store, caller: Caller, feedback_id: str, form: AnswerForm) -> None:
    """An officer of a body that it reaches answers it, once; the same again changes nothing. Raises a Problem."""
    row = known(await questions.feedback(store, caller, feedback_id))
    with refused_before_receipt():
        body = must_answer(caller, row)
    await store.release()
    given = Answer(feedback_id, caller.account_id, body, form.text)
    try:
        await answer(runtime.pool, runtime.clock, seals_of(runtime), given)
    except (FeedbackAnswered, KeyDestroyed) as fact:
        raise Problem("FeedbackAnswered") from fact
