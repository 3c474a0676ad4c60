"""Bodies and accounts from a file, CSV or YAML: all of it or nothing, and each fault with the line that it is on."""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yaml.error import YAMLError

from activities.database import present
from activities.directory.account_record import By
from activities.directory.bodies import BodyRefused, NewBody, body_kept
from activities.directory.officers import NewOfficer, OfficerRefused, enrolled
from activities.directory.people import Invitation, KnownAlready, invited
from rules.strict_yaml import YamlRefused, composed, load

if TYPE_CHECKING:
    from activities.database import Connection, Pool
    from activities.sealing.seals import Seals

OF_BODIES = ("body", "role", "name", "english_name", "county")
OF_ACCOUNTS = ("login", "name", "english_name", "body", "roles", "issuer", "subject", "email")
OF_OFFICERS = frozenset({"reviewer", "supervisor", "admin"})
MOST_ROWS = 10_000
LONGEST_FILE = 4_000_000
"""Characters."""


@dataclass(frozen=True)
class Fault:
    """What is wrong on a line of a file."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


class FileFaulty(Exception):
    """The file cannot be taken, and nothing of it was."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        super().__init__("; ".join(str(fault) for fault in self.faults))


class RowRefused(Exception):
    """What a row says cannot be."""


@dataclass(frozen=True)
class Row:
    """What a file says on the lines that begin with this one."""

    line: int
    said: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.said.get(name, "")


def rows_of(text: str, columns: tuple[str, ...], *, is_yaml: bool) -> list[Row]:
    """The rows of a file with these columns and no others. Raises FileFaulty."""
    if len(text) > LONGEST_FILE:
        raise FileFaulty(Fault(1, "the file is too long"))
    rows = list(_of_yaml(text) if is_yaml else _of_csv(text))
    if not rows or len(rows) > MOST_ROWS:
        raise FileFaulty(Fault(1, f"a file has from 1 to {MOST_ROWS} entries"))
    faults = []
    for row in rows:
        unknown = sorted(str(name) for name in set(row.said) - set(columns))
        faults += [Fault(row.line, f"{name} is no column; there are {', '.join(columns)}") for name in unknown]
        faults += [Fault(row.line, f"{name} holds a NUL") for name, said in row.said.items() if "\x00" in said]
    if faults:
        raise FileFaulty(*faults)
    return rows


def _of_csv(text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        headings = [each.strip() for each in next(reader, [])]
        begins = reader.line_num + 1
        for cells in reader:
            if any(each.strip() for each in cells):
                if len(cells) != len(headings):
                    raise FileFaulty(Fault(begins, f"{len(cells)} cells under {len(headings)} headings"))
                yield Row(begins, dict(zip(headings, (each.strip() for each in cells), strict=True)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise FileFaulty(Fault(reader.line_num, str(error))) from error


def _of_yaml(text: str) -> Iterator[Row]:
    try:
        said = load(text, "file")
        nodes = composed(text)
    except YamlRefused as refused:
        raise FileFaulty(Fault(refused.line or 1, refused.reason)) from refused
    except YAMLError as error:
        raise FileFaulty(Fault(1, str(error))) from error
    if not isinstance(said, list) or nodes is None:
        raise FileFaulty(Fault(1, "a file of YAML is a list of entries"))
    for entry, node in zip(said, nodes.value, strict=True):
        line = node.start_mark.line + 1
        if not isinstance(entry, dict):
            raise FileFaulty(Fault(line, "an entry names its fields"))
        yield Row(line, {str(name): _as_text(value, line) for name, value in entry.items() if value is not None})


def _as_text(value: object, line: int) -> str:
    if isinstance(value, list):
        return " ".join(_as_text(each, line) for each in value)
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value).strip()
    raise FileFaulty(Fault(line, f"{value!r} is no text"))


async def import_bodies(pool: Pool, rows: list[Row], by: By) -> int:
    """The directory has all these bodies; how many. Raises FileFaulty."""

    async def kept(connection: Connection, row: Row) -> None:
        names = (row["name"], row["english_name"] or row["name"])
        body = NewBody(row["body"], row["role"], *names, county=row["county"] or None)
        await body_kept(connection, body, by)

    return await _all_or_nothing(pool, rows, kept)


async def import_accounts(pool: Pool, rows: list[Row], issuer: str | None, by: By, seals: Seals | None) -> int:
    """All these officers have accounts and, where a subject or a mailbox is named, invitations at that issuer or the
    row's own; their roles wait for an administrator. How many. Raises FileFaulty."""

    async def kept(connection: Connection, row: Row) -> None:
        roles = frozenset(row["roles"].replace(",", " ").replace(";", " ").split())
        if not roles or not roles <= OF_OFFICERS:
            raise RowRefused(f"roles are some of {', '.join(sorted(OF_OFFICERS))}, not {row['roles']!r}")
        names = (row["name"], row["english_name"] or row["name"])
        await enrolled(connection, NewOfficer(row["login"], *names, row["body"] or None, roles), by, seals)
        subject, email = row["subject"] or None, row["email"] or None
        if subject is not None and email is not None:
            raise RowRefused("a subject or a mailbox, not both")
        if subject is None and email is None:
            return
        at = row["issuer"] or issuer
        if at is None:
            raise RowRefused("nobody says at which issuer: --issuer, KAIFANG_OIDC_ISSUER or a column")
        now = await present(connection)
        await invited(connection, row["login"], Invitation(at, subject, email), now, by, seals)

    return await _all_or_nothing(pool, rows, kept)


async def _all_or_nothing(pool: Pool, rows: list[Row], kept: Callable[[Connection, Row], Awaitable[None]]) -> int:
    faults = []
    async with pool.acquire() as connection, connection.transaction():
        for row in rows:
            try:
                async with connection.transaction():  # so that the rows after a fault are looked at too
                    await kept(connection, row)
            except (BodyRefused, OfficerRefused, RowRefused) as refused:
                faults.append(Fault(row.line, str(refused)))
            except KnownAlready:
                faults.append(Fault(row.line, f"{row['subject']} has an account already"))
        if faults:
            raise FileFaulty(*faults)
    return len(rows)
