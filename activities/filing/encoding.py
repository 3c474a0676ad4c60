"""How the bytes of a file are read as text: UTF-8, GB18030, or UTF-16 by its mark, and nothing else. Pure.

GB18030 reads almost any bytes, so that it can read a file proves nothing: UTF-8 with one foreign byte comes out as
other characters from end to end. What is no UTF-8 is taken for GB18030 only if it then looks written by somebody.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections import Counter

from activities.filing.files import FileUnreadable

BY_MARK = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LINE_END = re.compile(r"\r\n?|\n")
"""Where editors begin a new line."""
OF_THREE_BYTES = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
REPLACED = "\ufffd"
BEYOND_TWO_BYTES = re.compile(r"[\u0800-\ufffc]")
"""Characters of three bytes in UTF-8, Chinese among them."""
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
WRITTEN = re.compile(r"[\ufeff\u3000-\u303f\uff00-\uffef\u2010-\u2027]")
"""Punctuation and letters of full width."""
EVERYDAY_ROWS = range(0xB0, 0xD8)
"""The rows of GB 2312's first level: the 3,755 characters of which almost all text is made."""


def decoded(content: bytes) -> str:
    """The text of a file, without marks before it. Raises FileUnreadable, which names line, column and byte."""
    for mark, encoding in BY_MARK:
        if content.startswith(mark):
            return _strictly(content, encoding)
    try:
        return _strictly(content, "utf-8")
    except FileUnreadable:
        if not _is_gb18030(content):
            raise
    return _strictly(content, "gb18030")


class Lines:
    """The lines of a text."""

    def __init__(self, text: str) -> None:
        self._ends = [ended.end() for ended in LINE_END.finditer(text)]

    def number_at(self, position: int) -> int:
        """The line on which a position is, from 1."""
        return bisect_right(self._ends, position) + 1


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, "replace").lstrip("\ufeff")
        line = LINE_END.split(before)
        raise FileUnreadable(
            "bytes_of_no_encoding", line=len(line), column=len(line[-1]) + 1, byte=f"0x{content[error.start]:02X}"
        ) from error


def _is_gb18030(content: bytes) -> bool:
    """Whether at least half of what is not ASCII are everyday characters by GB18030, and no line is UTF-8."""
    beyond_ascii = Counter(found[0] for found in NOT_ASCII.finditer(content.decode("gb18030", "replace")))
    everyday = sum(times for letter, times in beyond_ascii.items() if WRITTEN.match(letter) or _is_everyday(letter))
    if 2 * everyday < beyond_ascii.total() or _is_damaged_utf_8(content):
        return False
    return not any(map(_is_utf_8, re.split(rb"\r\n?|\n", content)))


def _is_damaged_utf_8(content: bytes) -> bool:
    """Whether at least as much of it is Chinese in UTF-8 as is no UTF-8: of GB18030 next to nothing looks so."""
    text = content.decode("utf-8", "replace")
    return text.count(REPLACED) <= sum(1 for _ in BEYOND_TWO_BYTES.finditer(text))


def _is_everyday(letter: str) -> bool:
    return letter.encode("gb2312", "ignore")[:1] in _FIRST_BYTES


_FIRST_BYTES = {bytes([row]) for row in EVERYDAY_ROWS}


def _is_utf_8(line: bytes) -> bool:
    """Whether a line has Chinese in UTF-8. Two bytes prove nothing: many a character of GB18030 looks so."""
    if not OF_THREE_BYTES.search(line):
        return False
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
