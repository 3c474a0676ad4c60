"""What a party does to its own case after the filing: supplements, its signature, a choice, further evidence, a
withdrawal; and notes, which officers add too."""

from __future__ import annotations

from activities.idempotency import IdempotencyKeyReused
from api.acting.deciding import may_change
from api.acting.forms.deciding import NoteForm
from api.acting.forms.filing import ChoiceForm, EvidenceForm, SignatureForm, SupplementForm, WithdrawalForm
from api.acting.receiving import ActShown, Receiver, known_items
from api.acting.refusals import refused_before_receipt
from api.http.problems import Problem
from models import objecting
from models.acts import Decide, Note, SubmitEvidence, Supply, Withdraw
from models.who_may_act import choice_of_the_party, task_of_the_party
from reading.store import Store
from rules.agreement import SIGN
from rules.applicant_answers import RESUBMIT


async def supplement(receiver: Receiver, store: Store, case_id: str, form: SupplementForm) -> ActShown:
    """What a reviewer asked for; after a return, the request submitted again. Raises a Problem."""
    await receiver.case(case_id)
    if known := await receiver.received_before(form.said()):
        return known
    read = await store.case_read(case_id)
    await may_change(store, read, form)
    task = task_of_the_party(read.state, RESUBMIT)
    act: Supply | Decide = Supply(**receiver.fields(case_id), amends=form.amendment())
    if task is not None:
        act = Decide(
            **receiver.fields(case_id),
            task_id=task.task_id,
            outcome=RESUBMIT,
            given=form.given(frozenset({"text"})),
            amends=form.amendment(),
        )
    try:
        return await receiver.receive(act, form.said())
    except IdempotencyKeyReused:
        # The same call at the same time may have become the other of the two, if the case has moved in between.
        if known := await receiver.received_before(form.said()):
            return known
        raise


async def sign(receiver: Receiver, store: Store, case_id: str, form: SignatureForm) -> ActShown:
    """The applicant's signature. Raises a Problem, also where nothing lies before the applicant to sign."""
    content = form.said() or None
    await receiver.case(case_id)
    if known := await receiver.received_before(content):
        return known
    read = await store.case_read(case_id)
    task = task_of_the_party(read.state, SIGN)
    if task is None:
        # The same call at the same time may have signed meanwhile.
        if known := await receiver.received_before(content):
            return known
        raise Problem("NothingToSign")
    await known_items(store, read.state.dataset_id, form.data_items)
    act = Decide(
        **receiver.fields(case_id),
        task_id=task.task_id,
        outcome=SIGN,
        given=form.fields_given(),
        terms=form.terms(),
        digest=form.digest,
    )
    return await receiver.receive(act, content)


async def choose(receiver: Receiver, store: Store, case_id: str, form: ChoiceForm) -> ActShown:
    """The applicant's choice of what follows, such as a review (复核); to let it pass nobody sends anything. Raises a
    Problem, also where no choice lies before the applicant."""
    content = form.said()
    await receiver.case(case_id)
    if known := await receiver.received_before(content):
        return known
    task = choice_of_the_party((await store.case_read(case_id)).state)
    if task is None:
        # The same call at the same time may have chosen meanwhile.
        if known := await receiver.received_before(content):
            return known
        raise Problem("NothingToChoose")
    act = Decide(
        **receiver.fields(case_id),
        task_id=task.task_id,
        outcome=form.outcome,
        given=form.given(frozenset({"reason"})),
    )
    return await receiver.receive(act, content)


async def add_evidence(receiver: Receiver, case_id: str, form: EvidenceForm) -> ActShown:
    """Files that the objector uploaded, submitted to its objection. Raises a Problem, also for any other case."""
    case = await receiver.case(case_id)
    with refused_before_receipt():
        objecting.takes_evidence(case.procedure)
    act = SubmitEvidence(**receiver.fields(case_id), evidence=tuple(dict.fromkeys(form.evidence)))
    return await receiver.receive(act, form.said())


async def withdraw(receiver: Receiver, case_id: str, form: WithdrawalForm | None) -> ActShown:
    """The party takes back what it filed. Raises a Problem."""
    case = await receiver.case(case_id)
    return await receiver.receive(Withdraw(**receiver.fields(case.case_id)), form.said() if form else None)


async def note(receiver: Receiver, case_id: str, form: NoteForm) -> ActShown:
    """A note is added to the file of the case. Raises a Problem."""
    await receiver.case(case_id)
    return await receiver.receive(Note(**receiver.fields(case_id)), form.said())
