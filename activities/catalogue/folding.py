"""Folding, in this module alone: it removes what makes no difference when texts are searched or compared. Pure.

Whoever writes something to be found and whoever asks for it fold by this module, so both say the same. What is kept
and shown is never folded.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from opencc import OpenCC, __version__

CHINESE_LETTER = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
"""Characters between which nobody writes a space, as ranges of a regular expression."""
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
"""Unicode's Default_Ignorable_Code_Point: joiners, marks of direction and byte order, selectors of a variant."""
EDITION = f"1 {__version__}"
"""Changes whenever texts are folded in another way."""


def folded(text: str) -> str:
    """The text without differences of width, case, composition (NFKC) and form of its Chinese characters, and without
    what nobody sees: 公車 and 公车, ＢＵＳ and bus are the same."""
    plain = INVISIBLE.sub("", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", plain).translate(_simplified())


class _Simplified(dict[int, str]):
    """Each character by its simplified form.

    One at a time, because for a whole text the library chooses by the words around each character, so that a part of
    the text, which is what people search for, would come out differently.
    """

    def __init__(self) -> None:
        self._library = OpenCC("t2s")
        self._chinese = re.compile(f"[{CHINESE_LETTER}]")
        super().__init__()

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = self._library.convert(letter) if self._chinese.match(letter) else letter
        return self[code]


@cache
def _simplified() -> _Simplified:
    return _Simplified()
