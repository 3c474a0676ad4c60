"""What every filing needs: the law of its city at its receipt, the dataset it is about, and the way to the inbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, cast

from fastapi import Depends, Response

from activities.idempotency import id_from_key
from activities.record.filings import Filing
from activities.record.receipt_facts import (
    BodyMissing,
    DataIsWithdrawn,
    DatasetOfAnotherProvider,
    ItemsAreGone,
    OpennessHasChanged,
    SharingHasChanged,
)
from activities.tables.catalogue import DatasetRow
from api.acting.answering import Answering, InHeaders
from api.dependencies import Calling, Reading, Running
from api.http.language import AnsweredIn
from api.http.problems import Problem, Wrong, invalid, wrongs
from api.runtime import Runtime
from models.filing_day import day_in_the_future
from models.state import CaseState
from reading.cases.shapes import CaseShown
from reading.cases.shown import case_shown
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language
from rules.admissibility import DatasetAtReceipt, Openness, admissible
from rules.deadlines import to_shanghai
from rules.loading import CityUnknown, cities, load_pack
from rules.pack import Pack
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, ProcedureUnknown, governing, resolve

PROVIDER = "provider"


def rules_at(city: str, procedure: str, received_at: datetime) -> ProcedureRules:
    """The law of the city that governs what is filed at that instant; after its end, for remedies alone. Raises a
    Problem if there is none."""
    return _cut(governing, city, procedure, received_at)


def rules_in_force_at(city: str, procedure: str, received_at: datetime) -> ProcedureRules:
    """The law of the city in force at that instant, for what is no remedy. Raises a Problem if there is none."""
    return _cut(resolve, city, procedure, received_at)


def _cut(
    by: Callable[[Pack, str, date], ProcedureRules], city: str, procedure: str, received_at: datetime
) -> ProcedureRules:
    on = to_shanghai(received_at).date()
    try:
        return by(load_pack(city), procedure, on)
    except CityUnknown as fact:
        raise invalid("city", "city_unknown", given=city, known=tuple(cities())) from fact
    except NotInForce as fact:
        raise Problem("Inadmissible", errors=[Wrong("city", "not_in_force", {"on": on, "texts": fact.named})]) from fact
    except ProcedureUnknown as fact:
        raise Problem("Inadmissible", errors=[Wrong("city", "procedure_unknown")]) from fact


def judge(rules: ProcedureRules, stated: Mapping[str, object], dataset: DatasetRow | None, at: datetime) -> None:
    """Raises a Problem that names every reason why the filing cannot be received at that instant; nothing, if it
    can."""
    found = admissible(rules, stated, at_receipt(dataset) if dataset else None)
    if found := [*found, *day_in_the_future(rules, stated, at)]:
        raise Problem("Inadmissible", errors=wrongs(found, rules))


def at_receipt(dataset: DatasetRow) -> DatasetAtReceipt:
    """What admissibility needs to know of a dataset."""
    return DatasetAtReceipt(dataset.dataset_id, cast(Openness, dataset.openness), frozenset(dataset.items))


@dataclass(frozen=True)
class Subject:
    """What a filing is about, and the body of each role in its case."""

    dataset: DatasetRow
    bodies: Mapping[str, str]


class Filer:
    """Receives the filing of one call and answers the case."""

    def __init__(
        self, runtime: Runtime, store: Store, caller: Caller, language: Language, answering: Answering
    ) -> None:
        self._runtime = runtime
        self._store = store
        self._caller = caller
        self._language = language
        self._answering = answering

    @property
    def store(self) -> Store:
        """What the filing is read from."""
        return self._store

    async def bodies(self, city: str) -> dict[str, str]:
        """The bodies of a city that are one in it, by role. Raises a Problem on `city`."""
        try:
            load_pack(city)
        except CityUnknown as fact:
            raise invalid("city", "city_unknown", given=city, known=tuple(cities())) from fact
        return await directory.bodies_of(self._store, city)

    async def provider(self, city: str, body: str) -> str:
        """The body, which is a provider of that city. Raises a Problem on `provider`."""
        if await directory.provider_of(self._store, city, body) is None:
            raise invalid("provider", "provider_unknown")
        return body

    async def subject(self, city: str, dataset_id: str) -> Subject:
        """The dataset of that city, and the bodies that have a role in a case about it. Raises a Problem."""
        bodies = await self.bodies(city)
        try:
            dataset = await catalogue.dataset_named_in(self._store, city, dataset_id)
        except catalogue.DatasetOfAnotherCity as fact:
            of, meant = load_pack(fact.city).name, load_pack(city).name
            raise invalid("dataset_id", "dataset_of_another_city", of=of, meant=meant) from fact
        if dataset is None:
            raise invalid("dataset_id", "dataset_unknown")
        return Subject(dataset, {**bodies, PROVIDER: dataset.provider})

    def case_id(self, path: str, key: str) -> str:
        """The id of the case that a filing with this Idempotency-Key makes, the same each time."""
        return id_from_key(self._caller.account_id, path, key)

    async def receive(
        self,
        case_id: str,
        procedure: str,
        content: Mapping[str, Any],
        received: Callable[[datetime], Filing],
    ) -> CaseShown:
        """The case as its receipt makes it; the engine, and cases that it concerns, learn of it by themselves.

        Raises a Problem, and what the inbox raises.
        """
        await self.file(case_id, procedure, content, received)
        return await self.answer(case_id)

    async def file(
        self,
        case_id: str,
        procedure: str,
        content: Mapping[str, Any],
        received: Callable[[datetime], Filing],
    ) -> CaseState:
        """Like `receive`, for a caller that goes on with the case before it is shown: the case as its log makes it."""
        await self._store.release()

        try:
            filed = await self._runtime.inbox.receive_filing(case_id, procedure, content, received)
        except DataIsWithdrawn as fact:
            raise Problem("Inadmissible", errors=[Wrong("dataset_id", "data_withdrawn")]) from fact
        except DatasetOfAnotherProvider as fact:
            raise invalid("dataset_id", "dataset_of_another_provider") from fact
        except BodyMissing as fact:
            named = {"body": fact.name}
            raise Problem("BodyMissing", errors=[Wrong("city", "BodyMissing", named)], params=named) from fact
        except SharingHasChanged as fact:
            raise Problem("Inadmissible", errors=[Wrong("dataset_id", "sharing_class_changed")]) from fact
        except OpennessHasChanged as fact:
            raise Problem("Inadmissible", errors=[Wrong("dataset_id", fact.code)]) from fact
        except ItemsAreGone as fact:
            raise Problem("Inadmissible", errors=[Wrong("data_items", "item_unknown", {"items": fact.items})]) from fact
        self._runtime.courier.send(*filed.to_hand_over)
        return filed.state

    async def answer(self, case_id: str) -> CaseShown:
        """The case that this call filed, as its answer."""
        self._answering.filed(case_id)
        return await case_shown(self._store, self._caller, self._language, case_id)


async def filer_of(
    runtime: Running, store: Reading, caller: Calling, language: AnsweredIn, response: Response
) -> Filer:
    return Filer(runtime, store, caller, language, InHeaders(response))


AsFiler = Annotated[Filer, Depends(filer_of)]
