"""Why a file of evidence is not taken, or cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class EvidenceRefused(Exception):
    """A file that is not taken, or not known: nothing was recorded."""


class EvidenceEmpty(EvidenceRefused):
    """The file has no bytes."""


class EvidenceTooLarge(EvidenceRefused):
    """The file has more bytes than LARGEST."""


class EvidenceTooMuch(EvidenceRefused):
    """The account has uploaded as much as MOST_UNSUBMITTED without submitting it."""


class EvidenceNotAllowed(EvidenceRefused):
    """By its content the file is none of the kinds that may be evidence: `rule` is why, `params` what it speaks of."""

    def __init__(self, rule: str, params: Mapping[str, object]) -> None:
        self.rule = rule
        self.params = params
        super().__init__(rule)


class EvidenceUnknown(EvidenceRefused):
    """At least one id is not evidence that this account uploaded and has not submitted to another case."""

    def __init__(self, evidence_ids: Sequence[str]) -> None:
        self.evidence_ids = tuple(evidence_ids)
        super().__init__(", ".join(self.evidence_ids))


class EvidenceErased(Exception):
    """The key under which the file was sealed is destroyed: nobody can read it any more, at whatever instant."""


class EvidenceStoreAway(Exception):
    """The store cannot be reached or is full: nothing was recorded, and the same may work later."""
