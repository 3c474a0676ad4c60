"""Filing a catalogue update (目录更新): the event first and the draft later, or both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from activities.idempotency import id_from_key
from activities.record.filings import Filing
from activities.tables.catalogue import DatasetRow
from api.acting.drafts import drafted
from api.acting.filing import Filer, judge, rules_at
from api.acting.forms.filing import CatalogueUpdateForm
from api.acting.receiving import NOT_STAMPED
from api.acting.refusals import problem_of, refused, refused_before_receipt
from api.http.problems import Problem, invalid, wrongs
from api.runtime import Runtime
from models import whose_entry
from models.acts import Decide
from models.drafting import first_compilation
from models.entries import dataset_meant
from models.procedures import BY_NAME
from models.refusal import Refusal
from models.state import CaseState
from reading.cases import questions as cases
from reading.cases.shapes import CaseShown
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import CaseRead, Store
from reading.updates import questions as updates
from rules.admissibility import Inadmissible, chosen, without_its_day
from rules.deadlines import to_shanghai
from rules.procedure_names import CATALOGUE_UPDATE
from rules.sight import in_charge

PATH = "/v1/catalogue-updates"


DRAFT = "draft"


TAKE_TURN = "take_turn"


class Concerned(NamedTuple):
    """Whose entry an update is about, and the dataset, None where it is not in the catalogue yet."""

    provider: str
    bodies: dict[str, str]
    dataset: DatasetRow | None


@dataclass(frozen=True)
class UpdateFiled:
    """What is known of one call that files a catalogue update, but what it says."""

    runtime: Runtime
    store: Store
    filer: Filer
    caller: Caller
    key: str

    @property
    def case_id(self) -> str:
        return self.filer.case_id(PATH, self.key)

    @property
    def draft_id(self) -> str:
        """Of the act that submits the draft."""
        return id_from_key(self.caller.account_id, f"{PATH}/{DRAFT}", self.key)


async def receive_update(call: UpdateFiled, form: CatalogueUpdateForm) -> CaseShown:
    """The update as it stands once the draft that came with it is submitted.

    A repeat files nothing twice, and submits the draft if it was not: because the call broke off between the two,
    or because another update of the entry had to be over first. Raises a Problem.
    """
    concerned = await _concerned(call, form)

    def received(at: datetime) -> Filing:
        filing = _filing(call, form, concerned, at).with_its_day(form.said())
        if form.entry:
            _would_be_taken(call, form, concerned, filing, at)
        return filing

    state = await call.filer.file(call.case_id, CATALOGUE_UPDATE, form.said(), received)
    if form.entry and state.behind:
        waiting = await updates.is_waiting(call.store, call.case_id, TAKE_TURN)
        await call.store.release()
        if waiting:
            # The turn has come, and nobody has told the engine yet.
            await call.runtime.courier.send_and_wait(call.case_id)
        # Read again in either case: an act that no longer waits may be one that was taken since the first reading.
        state = (await call.store.case_read(call.case_id)).state
    if form.entry and not state.behind:
        await _submit(call, form)
    return await call.filer.answer(call.case_id)


async def _concerned(call: UpdateFiled, form: CatalogueUpdateForm) -> Concerned:
    """Whose entry it is, which the caller may speak of: its own, or for the authority any of its city."""
    bodies = await call.filer.bodies(form.city)
    own = await directory.provider_of(call.store, form.city, call.caller.body or "")
    with refused_before_receipt():
        keepers = (bodies.get(role) for role in in_charge(form.city, "entries"))
        whose_entry.may_record(call.caller.body, own is not None, *keepers, call.caller.heads_county)
    dataset = await catalogue.dataset_of(call.store, form.city, form.dataset_id) if form.dataset_id else None
    if form.dataset_id and dataset is None:
        raise invalid("dataset_id", "dataset_unknown")
    of_dataset = dataset.provider if dataset else None
    with refused_before_receipt():
        provider = whose_entry.provider_meant(own.body if own else None, form.provider, of_dataset)
    if isinstance(provider, Inadmissible):
        raise invalid(provider.field, provider.code)
    await call.filer.provider(form.city, provider)
    around = await directory.bodies_around(call.store, form.city, provider)
    with refused_before_receipt():
        whose_entry.of_its_county(call.caller.heads_county, around.get(call.caller.body_role or ""))
    return Concerned(provider, around, dataset)


def _filing(call: UpdateFiled, form: CatalogueUpdateForm, concerned: Concerned, at: datetime) -> Filing:
    """The filing by the law in force. Raises a Problem that names why it cannot be received."""
    stated = form.stated()
    rules = rules_at(form.city, CATALOGUE_UPDATE, at)
    judge(rules, stated, concerned.dataset, at)
    choices = chosen(rules, stated)
    if form.occurred_on and form.occurred_on > to_shanghai(at).date():
        raise invalid("occurred_on", "day_in_the_future")
    if found := without_its_day(rules, choices, form.occurred_on):
        raise Problem("Inadmissible", errors=wrongs(found, rules))
    meant = CaseState(case_id=call.case_id, bodies=concerned.bodies, dataset_id=form.dataset_id or "")
    return Filing(
        rules=rules,
        party=call.caller.account_id,
        dataset_id=dataset_meant(meant),
        bodies=concerned.bodies,
        data_items=(),
        choices=choices,
        given=frozenset(stated),
    )


def _would_be_taken(
    call: UpdateFiled, form: CatalogueUpdateForm, concerned: Concerned, filing: Filing, at: datetime
) -> None:
    """Raises a Problem if the draft could not be submitted, so that nothing is filed without it."""
    procedure = BY_NAME[CATALOGUE_UPDATE]
    begun = procedure.begin(filing.rules, filing.filed(call.case_id, CATALOGUE_UPDATE, at))
    read = CaseRead(begun.state, begun.events, filing.rules)
    submission = _submission(call, form, read, concerned.dataset)
    if submission is None:
        raise invalid("entry", "draft_of_another_body")
    act = submission.model_copy(update={"received_at": at})
    try:
        procedure.judge(filing.rules, read.state, act)
    except Refusal as fact:
        raise problem_of(read, act, {"code": fact.code, **fact.details()}) from fact


def _submission(
    call: UpdateFiled, form: CatalogueUpdateForm, read: CaseRead, dataset: DatasetRow | None
) -> Decide | None:
    """The decision that submits the draft, where the compilation was first put before the caller's body; None where
    it was not. Raises a Problem on a draft that does not fit."""
    if (found := first_compilation(read.rules, read.state, call.caller.body)) is None:
        return None
    task, outcome = found
    draft = drafted(read.rules, read.state.choices, dataset, form.entry, form.answers)
    return Decide(
        id=call.draft_id,
        case_id=call.case_id,
        by=call.caller.actor,
        received_at=NOT_STAMPED,
        task_id=task.task_id,
        outcome=outcome,
        given=form.given(frozenset({"entry", "basis"})) | draft.given,
        amends=draft.amends,
        measure=draft.measure,
    )


async def _submit(call: UpdateFiled, form: CatalogueUpdateForm) -> None:
    """The draft is in the inbox, and worked off if the engine is there in time. Raises a Problem if it is refused,
    as when another officer has submitted one meanwhile."""
    if await cases.act(call.store, call.draft_id) is None:
        # As it is now that the turn has come: it may have been published anew since the call came in.
        dataset = await catalogue.dataset(call.store, form.dataset_id) if form.dataset_id else None
        submission = _submission(call, form, await call.store.case_read(call.case_id), dataset)
        assert submission, "the receipt of the filing asked whether the draft is the caller's to submit"
        content = {**form.submission(), "outcome": submission.outcome}
        await call.store.release()
        await call.runtime.inbox.receive_act(submission, content)
    await call.store.release()
    await call.runtime.courier.send_and_wait(call.case_id)
    row = await cases.act(call.store, call.draft_id)
    if row and row.state == "refused":
        raise await refused(call.store, row)
