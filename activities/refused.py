"""Why something is not written: the fields of what was asked for that cannot stand, each by the rule that it breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.admissibility import Inadmissible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.procedure_rules import ProcedureRules


class FieldsRefused(Exception):
    """Nothing was written, for these reasons; citations of theirs are of `rules`."""

    def __init__(self, reasons: Sequence[Inadmissible], rules: ProcedureRules | None = None) -> None:
        self.reasons = tuple(reasons)
        self.rules = rules
        super().__init__(", ".join(f"{each.field}: {each.code}" for each in reasons))


def field_refused(field: str, code: str, **params: object) -> FieldsRefused:
    """One field cannot stand, whatever the law says."""
    return FieldsRefused([Inadmissible(field, code, None, params)])
