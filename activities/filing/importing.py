"""Import into the catalogue: each row of a file is a draft, judged by itself, and files a catalogue update.

Nothing is published and nothing opened by an import: no data is open without a recorded review (Nanning 29, Yulin 32),
so what a row becomes is a case, in which the reviews of its city take place.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from activities.filing.files import Fault, Row, Sheet
from activities.filing.row_entries import PROVIDER, ImportedEntry, entry_of
from activities.filing.row_rules import Importer, Known, broken_rules, known_there
from activities.idempotency import digest, id_from_key
from activities.record.filings import Filing
from activities.record.inbox import Inbox
from activities.record.opening import law_of
from activities.record.receipt_facts import DatasetOfAnotherProvider
from models.refusals import CannotBeStored
from rules.deadlines import to_shanghai
from rules.procedure_names import CATALOGUE_UPDATE
from rules.procedure_rules import ProcedureRules

if TYPE_CHECKING:
    from activities.database import Pool

PATH = "/v1/catalogue/imports"
OTHER = "other"
"""The trigger of an update for a reason that no law lists."""


@dataclass(frozen=True)
class Rejected:
    """One reason why a row is no draft. `name` is what the file calls the row, where it does."""

    line: int
    last_line: int
    name: str | None
    fault: Fault


@dataclass(frozen=True)
class Accepted:
    """The case that a row filed."""

    line: int
    last_line: int
    dataset_id: str
    case_id: str


@dataclass(frozen=True)
class Report:
    """What became of a file."""

    rules: ProcedureRules
    accepted: list[Accepted]
    rejected: list[Rejected]
    ignored_columns: tuple[str, ...]

    def reject(self, row: Row, faults: Iterable[Fault]) -> None:
        """The row is no draft, for these reasons."""
        self.rejected.extend(Rejected(row.line, row.last_line, row.name, fault) for fault in faults)


async def import_sheet(pool: Pool, inbox: Inbox, importer: Importer, sheet: Sheet, at: datetime) -> Report:
    """Each good row files an update, each bad one is reported; none stops another. The same draft again files nothing
    twice, by the same account. Raises CityUnknown, NotInForce, ProcedureUnknown."""
    rules = law_of(importer.city, CATALOGUE_UPDATE, to_shanghai(at).date())
    report = Report(rules, [], [], sheet.ignored_columns)
    read = [(row, entry_of(row, importer.provider)) for row in sheet.rows]
    async with pool.acquire() as connection:
        known = await known_there(
            connection, importer.city, [each for _, each in read if isinstance(each, ImportedEntry)]
        )
    named: set[str] = set()
    for row, entry in read:
        if not isinstance(entry, ImportedEntry):
            report.reject(row, entry)
        elif broken := list(broken_rules(entry, rules, known, importer)):
            report.reject(row, broken)
        elif (dataset_id := known.dataset_of(entry)) in named:
            report.reject(row, [Fault("named_twice", "dataset_id", {"dataset_id": dataset_id})])
        else:
            named.add(dataset_id)
            try:
                case_id = await file_update(pool, inbox, importer, known, entry)
            except CannotBeStored as fact:
                report.reject(row, [Fault(fact.code)])
            except DatasetOfAnotherProvider:
                taken = {"dataset_id": dataset_id}
                report.reject(row, [Fault("dataset_of_another_provider", "dataset_id", taken)])
            else:
                report.accepted.append(Accepted(row.line, row.last_line, dataset_id, case_id))
    return report


async def file_update(pool: Pool, inbox: Inbox, importer: Importer, known: Known, entry: ImportedEntry) -> str:
    """The catalogue update that a row files, with its draft kept in the filing; its case id.

    The law lets no clock run from an import, so its trigger is "another reason", on the day of its receipt. Who
    compiles entries in that city reads the draft there and submits it, with the answers that the law asks for: a file
    gives none but the class. Raises DatasetOfAnotherProvider.
    """
    provider, dataset_id = known.provider_of(entry), known.dataset_of(entry)
    content = {"entry": entry.draft(), "dataset_id": dataset_id, "imported": True}
    case_id = await case_of(pool, importer, content)

    def received(at: datetime) -> Filing:
        on: date = to_shanghai(at).date()
        rules = law_of(importer.city, CATALOGUE_UPDATE, on)
        return Filing(
            rules=rules,
            party=importer.account,
            dataset_id=dataset_id,
            bodies={**known.bodies, PROVIDER: provider},
            data_items=(),
            choices={"trigger": OTHER} if rules.choice("trigger", OTHER) else {},
            given=frozenset({"trigger", "entry"}),
            occurred_on=on,
        )

    await inbox.receive_filing(case_id, CATALOGUE_UPDATE, content, received)
    return case_id


async def case_of(pool: Pool, importer: Importer, content: Mapping[str, Any]) -> str:
    """The id of the case for a draft: the same each time, until it is over.

    A row that is judged good would change the entry, so one that was published or given up before is meant anew.
    """
    key = digest(content)
    for times in itertools.count():
        case_id = id_from_key(importer.account, PATH, f"{key}/{times}" if times else key)
        if not await pool.fetchval("select closed_at is not null from cases where case_id = $1", case_id):
            return case_id
    raise AssertionError("numbers do not end")
