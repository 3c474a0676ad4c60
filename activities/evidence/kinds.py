"""The kinds of file that may be evidence, and why something is none of them."""

from __future__ import annotations

from dataclasses import dataclass

PIECE = 64 * 1024
"""Bytes looked at in one go."""


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
