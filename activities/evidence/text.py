"""Text among the evidence: UTF-8, GB18030 or, with a mark, UTF-16, to be read by people and by no machine."""

from __future__ import annotations

import codecs
import csv
import re
from typing import BinaryIO

from activities.evidence.kinds import PIECE, ContentNotRecognised, Kind

PLAIN = (".txt", ".csv", ".tsv", ".log", ".md")
TABLE = (".csv", ".tsv", ".txt", ".log", ".md")
UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
BEFORE_ANYTHING = re.compile(r"\A(?:\s|//[^\n]*(?:\n|$)|/\*.*?\*/)*", re.S)
NAME = r"[A-Za-z_$][\w$]*"
NAMES = rf"(?:{NAME}(?:\s*,\s*{NAME})*)"
ENDS = r"\s*(?:;|\n|\Z)"
VALUE = rf"""(?:
    (?:new|await|async|function|typeof|class)\b | \S+{ENDS} | [\w$.]+\([^\n]*\){ENDS} | [^\n]*[;{{(\[`]\s*(?:\n|\Z)
  | [\[{{(`"'][^\n]*[)\]}}`"']{ENDS}
)"""
"""An assignment in a program fills its line; in a sentence other words follow."""
FUNCTION = rf"(?:async\s+)?function\b[\s*]*(?:{NAME})?\s*\([^{{}}]{{0,300}}\)\s*\{{"
PROGRAM = re.compile(
    rf"""
    <[!?%]                                     # a document type, XML, PHP, a comment before markup
  | (?i:<[a-z][\w:.-]*(?:[\s/>]|$))            # HTML, SVG, any markup
  | \#! | %!PS | %PDF- | \{{\\rtf              # a script, PostScript, a broken PDF, rich text
  | (?i:javascript:(?=\S) | @echo\s+(?:off|on)\b | on\ error\ resume\ next\b)
  | ["']use\ strict["']{ENDS}
  | (?:export\s+)?(?:var|let|const)\s+(?:{NAMES}|\{{[^}}]*\}}|\[[^\]]*\])\s*=(?!=)\s*{VALUE}
  | import\s+(?:type\s+)?(?:{NAME}|\*\s+as\s+{NAME}|\{{[^}}]*\}})(?:\s*,\s*(?:\*\s+as\s+{NAME}|\{{[^}}]*\}}))?
      \s+from\s*(?:"[^"\n]*"|'[^'\n]*')\s*(?:;|\n|\Z|with\b)
  | import\s*(?:"[^"\n]*"|'[^'\n]*'){ENDS} | import\s*\(\s*["'`]
  | export\s+default\s+(?:(?:async|function|class|new)\b|[\[{{(]|{NAME}{ENDS})
  | export\s*(?:\{{[^}}]*\}}|\*(?:\s+as\s+{NAME})?\s+from\b)
  | (?:export\s+)?class\s+{NAME}(?:\s+extends\s+[\w$.]+)?\s*\{{
      \s*(?:\}}|\Z|\#?{NAME}\s*[(=;]|(?:static|get|set|async)\s)
  | [!;+(]*\s*{FUNCTION} | export\s+{FUNCTION}
  | [!;+(]*\s*(?:async\s*)?\((?:\s*{NAMES}\s*)?\)\s*=>\s*(?:[{{(\[]|[\w$.]+\(|[\w$]+{ENDS})
  | (?:window|document|globalThis|self|console|module|location|WScript)(?:\.{NAME}|\[[^\]\n]*\])+
      (?:\s*=(?!=)\s*{VALUE} | \([^\n]*\)(?:\.|{ENDS}))
  | (?:alert|eval|require|fetch|setTimeout|setInterval)\((?:[^\n]*\)(?:\.|{ENDS})|\s*\n)
    """,
    re.X,
)
"""A text that begins so is one that a machine could run or show as a page. Words alone do not make it one: people write
of functions, imports and classes, and let us assume that x = 5."""
LOOKED_AT = 1_000
"""Characters in which a text shows itself to be a script; few, since the expression takes the square of them."""


def text_of(file: BinaryIO) -> Kind:
    """The kind of text that a file is. Raises ContentNotRecognised."""
    file.seek(0)
    mark = file.read(2)
    encodings = ("utf-16",) if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            beginning = _read_as(file, encoding)
        except UnicodeDecodeError:
            continue
        if PROGRAM.match(BEFORE_ANYTHING.sub("", beginning, count=1)[:LOOKED_AT]):
            raise ContentNotRecognised("content_markup_or_script")
        kind, suffixes = ("csv", TABLE) if _is_table(beginning) else ("plain", PLAIN)
        return Kind(f"text/{kind}; charset={encoding.removesuffix('-sig')}", suffixes)
    raise ContentNotRecognised("content_unknown")


def _read_as(file: BinaryIO, encoding: str) -> str:
    """The beginning of a text that is one to its end. Raises UnicodeDecodeError, ContentNotRecognised."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    beginning = ""
    ended = False
    while not ended:
        piece = file.read(PIECE)
        ended = not piece
        text = decoder.decode(piece, final=ended)
        if UNPRINTABLE.search(text):
            raise ContentNotRecognised("content_unknown")
        beginning = beginning or text
    return beginning


def _is_table(beginning: str) -> bool:
    """Whether the first lines have all the same number of cells, two or more."""
    lines = [line for line in beginning.splitlines()[:20] if line.strip()]
    for delimiter in ",;\t":
        try:
            widths = {len(row) for row in csv.reader(lines, delimiter=delimiter)}
        except csv.Error:
            continue
        if len(lines) > 1 and len(widths) == 1 and widths.pop() > 1:
            return True
    return False
