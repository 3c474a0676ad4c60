"""A catalogue as CSV (RFC 4180): commas, semicolons or tabs, as the first line shows. Pure.

A quotation mark that nobody closed, or that closes one of another row, makes one cell of many rows. A reader that only
follows the marks loses them without a word, so here a cell over several lines is taken only if the lines are no rows of
their own; otherwise the line on which it begins is reported, and the next line is read as if that one were not there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from activities.filing.encoding import LINE_END
from activities.filing.files import Fault, FileUnreadable, Row, Sheet, column_headed, tidied

DELIMITERS = ",;\t"
"""The first of those that show equally much is meant."""
SEPARATOR = re.compile(r'"?sep=([^\w\s"]|\t)"?[ ]*(?=[\r\n]|\Z)', re.I)
"""The line before the headings by which spreadsheets learn the delimiter."""


@dataclass(frozen=True)
class Grammar:
    """What a row is with one delimiter, up to the end of its line; and each of its cells."""

    delimiter: str
    row: re.Pattern[str]
    cell: re.Pattern[str]

    def cells(self, row: str) -> list[str]:
        """The cells of a text that is a row."""
        return [
            tidied(found["plain"] if found["quoted"] is None else found["quoted"].replace('""', '"'))
            for found in self.cell.finditer(row)
        ]


@cache
def grammar_of(delimiter: str) -> Grammar:
    """The grammar of RFC 4180, and blanks around a cell in quotation marks."""
    mark = re.escape(delimiter)
    quoted, plain = '[ ]*+"(?:[^"]++|"")*+"[ ]*+', rf'[^"{mark}\r\n]*+'
    row = rf"(?:{quoted}|{plain})(?:{mark}(?:{quoted}|{plain}))*+(?=[\r\n]|\Z)"
    cell = rf'(?P<mark>\A|{mark})(?:[ ]*+"(?P<quoted>(?:[^"]++|"")*+)"[ ]*+|(?P<plain>{plain}))'
    return Grammar(delimiter, re.compile(row), re.compile(cell))


@dataclass(frozen=True)
class Record:
    """What stands on some lines of a file: cells, or why there are none."""

    line: int
    last_line: int
    cells: Sequence[str] = ()
    fault: Fault | None = None


def read_csv(text: str, most: int | None = None) -> Sheet:
    """The rows under the headings of the first line, the first `most` of them where that is given. Raises
    FileUnreadable where there are no headings."""
    position, line = _after_blank_lines(text, 0, 1)
    if separator := SEPARATOR.match(text, position):
        position, line = _after_blank_lines(text, separator.end(), line)
        grammar = grammar_of(separator[1])
    else:
        grammar = max(map(grammar_of, DELIMITERS), key=lambda each: _columns_known(text, position, each))
    records = _records(text, position, line, grammar)
    head = next(records, None)
    if head is None:
        raise FileUnreadable("file_empty")
    if head.fault:
        raise FileUnreadable("headings_broken", line=head.line)
    names = [column_headed(heading) for heading in head.cells]
    known = Counter(name for name in names if name)
    if not known:
        raise FileUnreadable("no_column_known", line=head.line)
    if alike := [cell for cell, name in zip(head.cells, names, strict=True) if name and known[name] > 1]:
        raise FileUnreadable("columns_alike", columns=tuple(alike))
    rows = tuple(_row_of(record, names) for record in islice(records, most))
    return Sheet(rows, tuple(cell for cell, name in zip(head.cells, names, strict=True) if cell and not name))


def _row_of(record: Record, names: Sequence[str | None]) -> Row:
    if record.fault:
        return Row(record.line, record.last_line, faults=(record.fault,))
    # A row may end before its columns do.
    fields = {name: cell for name, cell in zip(names, record.cells, strict=False) if name and cell}
    return Row(record.line, record.last_line, fields)


def _records(text: str, position: int, line: int, grammar: Grammar) -> Iterator[Record]:
    """What stands in the text from here on; blank lines, and rows of blank cells, are nothing. The first are the
    headings: no row has more cells than they."""
    most: int | None = None
    while position < len(text):
        found = grammar.row.match(text, position)
        row = found[0] if found else None
        lines = LINE_END.split(row) if row is not None else []
        record = _record(line, row, lines, grammar, most)
        if record.fault or row is None:
            lines = lines[:1]
            position = _line_end(text, position)
        else:
            position += len(row)
        if record.fault or any(record.cells):
            most = most or len(record.cells)
            yield record
        if ended := LINE_END.match(text, position):
            position = ended.end()
        line += max(1, len(lines))


def _record(line: int, row: str | None, lines: Sequence[str], grammar: Grammar, most: int | None) -> Record:
    if row is None:
        return Record(line, line, fault=Fault("quote_astray"))
    cells = grammar.cells(row)
    last_line = line + len(lines) - 1
    if len(lines) > 1 and (_holds_rows(row, len(cells), grammar) or any(cells[most:] if most else ())):
        return Record(line, line, fault=Fault("rows_inside_a_cell", params={"until": last_line}))
    if most and any(cells[most:]):
        return Record(line, last_line, fault=Fault("too_many_cells"))
    return Record(line, last_line, cells)


def _holds_rows(row: str, cells: int, grammar: Grammar) -> bool:
    """Whether of the lines of one row both the first and a later one have, by themselves, as many cells as it.

    A cell over several lines leaves the first too few and the last too few; only delimiters in its text can mislead.
    """

    def without_text(cell: re.Match[str]) -> str:
        return cell[0] if LINE_END.search(cell[0]) else cell["mark"]

    first, *later = (line.count(grammar.delimiter) + 1 for line in LINE_END.split(grammar.cell.sub(without_text, row)))
    return first >= cells and max(later) >= cells


def _columns_known(text: str, position: int, grammar: Grammar) -> int:
    found = grammar.row.match(text, position)
    return sum(1 for cell in grammar.cells(found[0]) if column_headed(cell)) if found else 0


def _after_blank_lines(text: str, position: int, line: int) -> tuple[int, int]:
    """The beginning of the first line from here on that says anything, and its number."""
    for ended in LINE_END.finditer(text, position):
        if tidied(text[position : ended.start()]):
            break
        position, line = ended.end(), line + 1
    return position, line


def _line_end(text: str, position: int) -> int:
    ended = LINE_END.search(text, position)
    return ended.start() if ended else len(text)
