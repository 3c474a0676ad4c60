"""Under which procedure a case is, which its receipts need to know before they lock it."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.procedure import Procedure

REMEMBERED = 10_000
"""Cases: an id and a reference each."""


class ProceduresOfCases:
    """The procedures of the cases to which an act came last. They never change: the id of a case is made for one."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Procedure] = OrderedDict()

    def get(self, case_id: str) -> Procedure | None:
        """None where it is to be asked for."""
        return self._known.get(case_id)

    def learn(self, case_id: str, procedure: Procedure) -> Procedure:
        """Remembers, and answers, it."""
        self._known[case_id] = procedure
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return procedure
