"""What people call the bodies, accounts, procedures and stages that supervisors see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from activities.tables.cases import TaskRow
from reading.directory import questions as directory
from reading.store import Store
from reading.words.language import Language, said
from reading.words.texts import texts
from rules.loading import load_pack
from rules.pinned import APPLICANT, Label
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, ProcedureUnknown, as_last_in_force


async def body_labels(store: Store, bodies: Iterable[str]) -> dict[str, Label]:
    """The names of these bodies, and what applicants are called, before whom tasks lie too."""
    return {**await directory.body_names(store, bodies), APPLICANT: texts().supervision[APPLICANT]}


@dataclass(frozen=True)
class Names:
    """The names in a list of tasks: of its bodies, and the logins of its accounts."""

    bodies: Mapping[str, Label]
    logins: Mapping[str, str]

    def body(self, body: str, language: Language) -> str:
        """The name of a body; its code, once the directory no longer knows it."""
        return said(self.bodies[body], language) if body in self.bodies else body

    def holder(self, task: TaskRow) -> str | None:
        """The login of whoever claimed the task; None while it is the whole body's."""
        return self.logins.get(task.claimed_by) if task.claimed_by else None


async def names_in(store: Store, tasks: Sequence[TaskRow]) -> Names:
    """The names of whoever these tasks lie before."""
    logins = await directory.logins(store, (task.claimed_by for task in tasks))
    return Names(await body_labels(store, (task.body for task in tasks)), logins)


class ProcedureNames(NamedTuple):
    """The names of a procedure and of its stages."""

    procedure: Label
    rules: ProcedureRules | None

    def stage(self, stage: str) -> Label:
        """The name of a stage; its code where the law no longer knows it."""
        found = self.rules.stage(stage) if self.rules else None
        return found.label if found else Label(zh=stage, en=stage)


@lru_cache(maxsize=256)
def named_on(city: str, procedure: str, on: date) -> ProcedureNames:
    """The names of a procedure as the city's law has them on a day; its code where it no longer knows the procedure."""
    try:
        rules = as_last_in_force(load_pack(city), procedure, on)
    except (NotInForce, ProcedureUnknown):
        return ProcedureNames(Label(zh=procedure, en=procedure), None)
    return ProcedureNames(rules.label, rules)
