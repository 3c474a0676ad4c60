"""Filing a catalogue update (目录更新): the event first and the draft later, or both."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from activities.idempotency import id_from_key
from activities.record.inbox import Filing
from activities.tables.catalogue import DatasetRow
from api.acting.drafts import drafted
from api.acting.filing import PROVIDER, Filer, judge, rules_at
from api.acting.forms.filing import CatalogueUpdateForm
from api.acting.receiving import NOT_STAMPED
from api.acting.refusals import problem_of, refused
from api.http.problems import Problem, Wrong, invalid
from api.runtime import Runtime
from models.acts import Decide
from models.drafting import first_compilation
from models.entries import dataset_meant
from models.procedures import BY_NAME
from models.refusals import Refusal
from models.state import CaseState
from reading.cases import questions as cases
from reading.cases.shapes import CaseShown
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import CaseRead, Store
from reading.updates import questions as updates
from rules.admissibility import chosen
from rules.deadlines import to_shanghai
from rules.procedure_names import CATALOGUE_UPDATE

PATH = "/v1/catalogue-updates"


DRAFT = "draft"


TAKE_TURN = "take_turn"


AUTHORITY = "authority"


class Concerned(NamedTuple):
    """Whose entry an update is about, and the dataset, None where it is not in the catalogue yet."""

    provider: str
    bodies: dict[str, str]
    dataset: DatasetRow | None


class Updating:
    """One call that files a catalogue update, with its draft or without."""

    def __init__(self, runtime: Runtime, store: Store, filer: Filer, caller: Caller, key: str) -> None:
        self._runtime = runtime
        self._store = store
        self._filer = filer
        self._caller = caller
        self._case_id = filer.case_id(PATH, key)
        self._draft_id = id_from_key(caller.account_id, f"{PATH}/{DRAFT}", key)

    async def receive(self, form: CatalogueUpdateForm) -> CaseShown:
        """The update as it stands once the draft that came with it is submitted.

        A repeat files nothing twice, and submits the draft if it was not: because the call broke off between the two,
        or because another update of the entry had to be over first. Raises a Problem.
        """
        concerned = await self._concerned(form)

        def received(at: datetime) -> Filing:
            filing = self._filing(form, concerned, at)
            if form.entry:
                self._would_be_taken(form, concerned, filing, at)
            return filing

        state = await self._filer.file(self._case_id, CATALOGUE_UPDATE, form.said(), received)
        if form.entry and state.behind and await updates.is_waiting(self._store, self._case_id, TAKE_TURN):
            # The turn has come, and nobody has told the engine yet.
            await self._store.release()
            await self._runtime.courier.send_and_wait(self._case_id)
            state = (await self._store.case_read(self._case_id)).state
        if form.entry and not state.behind:
            await self._submit(form)
        return await self._filer.answer(self._case_id)

    async def _concerned(self, form: CatalogueUpdateForm) -> Concerned:
        """Whose entry it is, which the caller may speak of: its own, or for the authority any of its city."""
        bodies = await self._filer.bodies(form.city)
        own = await directory.provider_of(self._store, form.city, self._caller.body or "")
        if own is None and self._caller.body != bodies.get(AUTHORITY):
            raise Problem("ProviderOrAuthorityRecords")
        dataset = await catalogue.dataset(self._store, form.dataset_id) if form.dataset_id else None
        if form.dataset_id and (dataset is None or dataset.city != form.city):
            raise invalid("dataset_id", "dataset_unknown")
        provider = form.provider or (own.body if own else dataset.provider if dataset else None)
        if provider is None:
            raise invalid("provider", "missing_here")
        if own and provider != own.body:
            raise Problem("NotYourDataset", errors=[Wrong("provider", "NotYourDataset")])
        if dataset and dataset.provider != provider:
            if own:
                raise Problem("NotYourDataset", errors=[Wrong("dataset_id", "NotYourDataset")])
            raise invalid("dataset_id", "dataset_of_another_provider")
        await self._filer.provider(form.city, provider)
        return Concerned(provider, {**bodies, PROVIDER: provider}, dataset)

    def _filing(self, form: CatalogueUpdateForm, concerned: Concerned, at: datetime) -> Filing:
        """The filing by the law in force. Raises a Problem that names why it cannot be received."""
        stated = form.stated()
        rules = rules_at(form.city, CATALOGUE_UPDATE, at)
        judge(rules, stated, concerned.dataset)
        choices = chosen(rules, stated)
        if form.occurred_on and form.occurred_on > to_shanghai(at).date():
            raise invalid("occurred_on", "day_in_the_future")
        if form.occurred_on is None and (citation := rules.day_demanded(choices)):
            raise Problem("Inadmissible", errors=[Wrong("occurred_on", "day_demanded", {}, citation, rules)])
        meant = CaseState(case_id=self._case_id, bodies=concerned.bodies, dataset_id=form.dataset_id or "")
        return Filing(
            rules=rules,
            party=self._caller.account_id,
            dataset_id=dataset_meant(meant),
            bodies=concerned.bodies,
            data_items=(),
            choices=choices,
            given=frozenset(stated),
            occurred_on=form.occurred_on,
        )

    def _would_be_taken(self, form: CatalogueUpdateForm, concerned: Concerned, filing: Filing, at: datetime) -> None:
        """Raises a Problem if the draft could not be submitted, so that nothing is filed without it."""
        procedure = BY_NAME[CATALOGUE_UPDATE]
        begun = procedure.begin(filing.rules, filing.filed(self._case_id, CATALOGUE_UPDATE, at))
        read = CaseRead(begun.state, begun.events, filing.rules)
        submission = self._submission(form, read, concerned.dataset)
        if submission is None:
            raise invalid("entry", "draft_of_another_body")
        act = submission.model_copy(update={"received_at": at})
        try:
            procedure.judge(filing.rules, read.state, act)
        except Refusal as fact:
            raise problem_of(read, act, {"code": fact.code, **fact.details()}) from fact

    def _submission(self, form: CatalogueUpdateForm, read: CaseRead, dataset: DatasetRow | None) -> Decide | None:
        """The decision that submits the draft, where the compilation was first put before the caller's body; None where
        it was not. Raises a Problem on a draft that does not fit."""
        if (found := first_compilation(read.rules, read.state, self._caller.body)) is None:
            return None
        task, outcome = found
        draft = drafted(read.rules, read.state.choices, dataset, form.entry, form.answers)
        return Decide(
            id=self._draft_id,
            case_id=self._case_id,
            by=self._caller.actor,
            received_at=NOT_STAMPED,
            task_id=task.task_id,
            outcome=outcome,
            given=form.given(frozenset({"entry", "basis"})) | draft.given,
            amends=draft.amends,
            measure=draft.measure,
        )

    async def _submit(self, form: CatalogueUpdateForm) -> None:
        """The draft is in the inbox, and worked off if the engine is there in time. Raises a Problem if it is refused,
        as when another officer has submitted one meanwhile."""
        if await cases.act(self._store, self._draft_id) is None:
            # As it is now that the turn has come: it may have been published anew since the call came in.
            dataset = await catalogue.dataset(self._store, form.dataset_id) if form.dataset_id else None
            submission = self._submission(form, await self._store.case_read(self._case_id), dataset)
            assert submission, "the receipt of the filing asked whether the draft is the caller's to submit"
            content = {**form.submission(), "outcome": submission.outcome}
            await self._store.release()
            await self._runtime.inbox.receive_act(submission, content)
        await self._store.release()
        await self._runtime.courier.send_and_wait(self._case_id)
        row = await cases.act(self._store, self._draft_id)
        if row and row.state == "refused":
            raise await refused(self._store, row)
