"""The code by which anybody verifies a paper: nobody can guess it, and it says nothing of what the paper says. Pure.

It has two parts under a key that only the database has. The first says that the system issued a paper of this kind for
this event; the second changes with the facts: the event, the others on which it rests, and what was written with them.
What things are called, how the law is worded and in which language the paper is are no part of either, so that a paper
stays good when a body gets another name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reading.papers.issued import LETTERS, Issued, PaperKind

LETTERS_OF_A_CODE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Those of Crockford: none is taken for another."""
LENGTH = 16
"""Letters of each part, of five bits each."""
_CODE = re.compile(
    rf"^(?P<case>[A-Z0-9][A-Z0-9-]{{3,80}})-(?P<number>[1-9][0-9]{{0,8}})(?P<kind>[{''.join(LETTERS.values())}])"
    rf"-(?P<issued>[{LETTERS_OF_A_CODE}]{{{LENGTH}}})-(?P<facts>[{LETTERS_OF_A_CODE}]{{{LENGTH}}})$"
)


@dataclass(frozen=True)
class Stamp:
    """The code of a paper in its parts."""

    case_number: str
    number: int
    kind: PaperKind
    issued: str
    facts: str

    @property
    def code(self) -> str:
        """As it stands on the paper."""
        return f"{self.case_number}-{self.number}{LETTERS[self.kind]}-{self.issued}-{self.facts}"

    @property
    def digest(self) -> str:
        """Of the facts, as people compare it."""
        return " ".join(self.facts[place : place + 4] for place in range(0, LENGTH, 4))


def is_ours(key: bytes, claimed: Stamp) -> bool:
    """Whether the first part is one that the system gave, which is known before anything is read."""
    return is_same(_letters(key, ["issued", *_about(claimed.case_number, claimed)]), claimed.issued)


def stamp(key: bytes, case_number: str, paper: Issued, facts: Facts) -> Stamp:
    """The stamp of a paper whose facts are these."""
    about = _about(case_number, paper)
    return Stamp(
        case_number=case_number,
        number=paper.number,
        kind=paper.kind,
        issued=_letters(key, ["issued", *about]),
        facts=_letters(key, ["facts", *about, facts.rules_digest, list(facts.events), dict(facts.written)]),
    )


@dataclass(frozen=True)
class Facts:
    """What a paper rests on: the events as the log keeps them, and by act what was written with each."""

    rules_digest: str
    events: Sequence[Mapping[str, Any]]
    written: Mapping[str, Any]


def read_code(code: str) -> Stamp | None:
    """The parts of a code that somebody typed; None of what is none."""
    found = _CODE.match("".join(code.upper().split()))
    if found is None:
        return None
    kind = next(kind for kind, letter in LETTERS.items() if letter == found["kind"])
    return Stamp(found["case"], int(found["number"]), kind, found["issued"], found["facts"])


def is_same(one: str, other: str) -> bool:
    """Whether two parts are the same, in the same time whatever they are."""
    return hmac.compare_digest(one.encode(), other.encode())


def _about(case_number: str, paper: Issued | Stamp) -> list[Any]:
    return [case_number, paper.number, str(paper.kind)]


def _letters(key: bytes, what: list[Any]) -> str:
    said = json.dumps(what, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    number = int.from_bytes(hmac.new(key, said.encode(), hashlib.sha256).digest(), "big")
    return "".join(LETTERS_OF_A_CODE[(number >> 5 * place) & 31] for place in range(LENGTH))
