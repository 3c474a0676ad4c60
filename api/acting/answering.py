"""What an act or a filing answers besides its content: that it is not worked off yet, and where the case is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from fastapi import Response

ACTS = "/v1/acts"
CASES = "/v1/cases"


class Answering(Protocol):
    """Whoever answers a call: JSON over HTTP has headers and a status for it, a page has pages."""

    def not_yet(self, act_id: str) -> None:
        """The act is received, and not worked off yet."""

    def filed(self, case_id: str) -> None:
        """The case is there."""


@dataclass(frozen=True)
class InHeaders:
    """As the API's contract has it."""

    response: Response

    def not_yet(self, act_id: str) -> None:
        self.response.status_code = 202
        self.response.headers["Location"] = f"{ACTS}/{act_id}"
        self.response.headers["Retry-After"] = "1"

    def filed(self, case_id: str) -> None:
        self.response.headers["Location"] = f"{CASES}/{case_id}"


class InTheAnswerAlone:
    """For who finds all that in the answer itself."""

    def not_yet(self, act_id: str) -> None:
        """The state of the act says it."""

    def filed(self, case_id: str) -> None:
        """The case says where it is."""
