"""Importing a file into the catalogue: each row is filed, or rejected by line and field."""

from __future__ import annotations

from typing import NamedTuple

from activities.filing.ckan_file import read_ckan
from activities.filing.csv_file import read_csv
from activities.filing.encoding import decoded
from activities.filing.files import FileUnreadable, Sheet
from activities.filing.importing import Rejected, Report, import_sheet
from activities.filing.row_rules import Importer
from api.acting.filing import rules_in_force_at
from api.acting.refusals import refused_before_receipt
from api.http.problems import Problem, Wrong, field_error, invalid
from api.runtime import Runtime
from reading.catalogue import sight
from reading.catalogue.shapes import FiledRow, ImportShown, RejectedRow
from reading.sight import Caller
from reading.words.language import Language
from rules.procedure_names import CATALOGUE_UPDATE
from rules.procedure_rules import ProcedureRules

MOST_ROWS = 1000
"""Of one call: each files a case of its own. `kaifang catalogue import` takes any number."""
CKAN = "application/json"
LARGEST_FILE = 10_000_000
"""Bytes."""


class ImportedFile(NamedTuple):
    """What was sent, and as what."""

    content: bytes
    media_type: str

    def sheet(self) -> Sheet:
        """The rows; of a file with too many, only as many as show that. Raises FileUnreadable."""
        is_ckan = self.media_type.split(";")[0].strip().lower() == CKAN
        read = read_ckan if is_ckan else read_csv
        return read(decoded(self.content), MOST_ROWS + 1)


async def import_entries(runtime: Runtime, importer: Importer, file: ImportedFile, language: Language) -> ImportShown:
    """What became of each row: the update that it filed, or why it files none. Raises a Problem where none is read."""
    now = await runtime.now()
    # An import is no remedy, which alone goes on when a law has ended.
    rules_in_force_at(importer.city, CATALOGUE_UPDATE, now)
    try:
        sheet = file.sheet()
    except FileUnreadable as fact:
        raise Problem("FileUnreadable", errors=[Wrong("body", fact.rule, fact.params)]) from fact
    if len(sheet.rows) > MOST_ROWS:
        raise invalid("body", "too_long", max_length=MOST_ROWS)
    report = await import_sheet(runtime.pool, runtime.inbox, importer, sheet, now)
    for accepted in report.accepted:
        runtime.courier.send(accepted.case_id)
    return answer(report, language)


def answer(report: Report, language: Language) -> ImportShown:
    """What became of a file, in this language."""
    return ImportShown(
        accepted=len(report.accepted),
        filed=[FiledRow.model_validate(each, from_attributes=True) for each in report.accepted],
        rejected=[rejected_row(each, report.rules, language) for each in report.rejected],
        ignored_columns=list(report.ignored_columns),
    )


def rejected_row(each: Rejected, rules: ProcedureRules, language: Language) -> RejectedRow:
    """One reason why a row is no draft, in this language, with the article where it is the law's."""
    fault = each.fault
    of = rules if fault.citation else None
    error = field_error(Wrong(fault.field, fault.rule, fault.params, fault.citation, of), language)
    return RejectedRow(
        line=each.line,
        last_line=each.last_line,
        name=each.name,
        field=fault.field,
        code=error.code,
        detail=error.detail,
        rule=error.rule,
    )


def importer_of(caller: Caller, city: str) -> Importer:
    """Who imports, and whose entries. Raises a Problem."""
    with refused_before_receipt():
        return sight.importer_of(caller, city)
