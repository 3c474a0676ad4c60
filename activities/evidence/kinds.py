"""The kinds of file that may be evidence, and why something is none of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

PIECE = 64 * 1024
"""Bytes looked at in one go."""
FEW_PARTS = 5_000
"""Of a container, whose directory is read whole."""


class Caution(StrEnum):
    """What is said of a file that is taken: whoever opens it should know. Such a file is never shown in a page."""

    LOADS_FROM_ELSEWHERE = "loads_from_elsewhere"
    """A picture or the like is fetched from another machine, which then knows who reads."""
    HOLDS_OBJECTS = "holds_objects"
    """Objects of other programs lie in it, which those would open."""
    CARRIES_FILES = "carries_files"
    """Files are attached in it, which were not looked into."""
    NOT_LOOKED_INTO = "not_looked_into"
    """It is encrypted so that everybody can open it, and nobody can look into it before."""


class ContentNotRecognised(Exception):
    """The content is none of the kinds that may be evidence: `rule` is why, `params` what it speaks of."""

    def __init__(self, rule: str, **params: object) -> None:
        self.rule = rule
        self.params = params
        super().__init__(f"{rule} {params}" if params else rule)


@dataclass(frozen=True)
class Kind:
    """A kind of file; `suffixes` are those that a name of it may have, the usual one first."""

    media_type: str
    suffixes: tuple[str, ...]
    cautions: tuple[Caution, ...] = ()

    def with_cautions(self, cautions: Iterable[Caution]) -> Kind:
        """The same kind, with what is to be said of this file."""
        return replace(self, cautions=tuple(sorted(cautions)))
