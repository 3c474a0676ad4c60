"""What a file of evidence is called, whatever the file that was sent is called."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from activities.evidence.kinds import Kind

LONGEST_NAME = 200
"""Characters, suffix included."""


def fitting_name(name: str, kind: Kind) -> str:
    """The name without folders, control and direction characters, ending as files of this kind do: a text named
    `a.js` is `a.js.txt`, so that opening what was saved runs nothing."""
    last = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(
        " " if letter.isspace() else letter
        for letter in last
        if letter.isspace() or unicodedata.category(letter)[0] != "C"
    )
    plain = " ".join(visible.split()).strip(". ") or "evidence"
    suffix = next((suffix for suffix in kind.suffixes if plain.lower().endswith(suffix)), "")
    stem = plain[: len(plain) - len(suffix)] if suffix else plain
    suffix = plain[len(stem) :] if suffix else kind.suffixes[0]
    return stem[: LONGEST_NAME - len(suffix)] + suffix
