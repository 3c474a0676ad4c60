"""Everything that is held of a person, as files: JSON for machines, and an index in the person's language.

What somebody did in office is the body's and not in it. Whoever else appears appears as a body and not by account or
login: nobody gets another's personal data with the own.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

from activities.directory import sessions
from activities.evidence.files import Evidence
from reading.cases.lists import case_page, event_page
from reading.cases.questions import CasesSought
from reading.cases.shapes import CaseSummary
from reading.cases.shown import case_shown
from reading.directory import questions as directory
from reading.directory.questions import Others
from reading.feedback import questions as feedback
from reading.messages import lists as messages
from reading.own_data import questions
from reading.papers.bag import NOT_IN_A_PATH
from reading.ratings import questions as ratings
from reading.read_by.shown import own_readings
from reading.sight import Caller
from reading.store import Archive, Store
from reading.words.language import CONTENT_LANGUAGE, Language, said
from reading.words.texts import texts
from rules.deadlines import to_shanghai

A_PART = 100
NAMED_BY_LOGIN = frozenset({"by_login", "claimed_by", "grantee", "read_by", "to"})
"""Fields that name an account by its login. Anybody may log in as `granted` or `open`: elsewhere these are words. An id
is nobody's choice, and an account wherever it stands."""
File = tuple[str, bytes]
Listed = Callable[[Store, str | None], Awaitable[Any]]


@dataclass
class Collecting:
    """The collection for one person. `index` grows while files are made, and is the last of them."""

    archive: Archive
    caller: Caller
    language: Language
    pages_url: str
    index: list[tuple[str, str]] = field(default_factory=list)
    """What a file holds, in words, and its path."""

    async def files(self) -> AsyncIterator[File]:
        """All that is made, a file at a time. Each reading has a session of its own, for the archive may be long."""
        yield await self._account()
        async for number, case_id in self._cases():
            for name, content in (await self._of_case(case_id)).items():
                yield await self._file(f"cases/{number}/{name}.json", f"{number}: {self._word(name)}", content)
        yield await self._file("messages.json", self._word("messages"), await self._all(self._messages))
        yield await self._file("ratings.json", self._word("ratings"), await self._ratings())
        yield await self._file("feedback.json", self._word("feedback"), await self._feedback())
        yield await self._file("readings.json", self._word("readings"), await self._all(self._readings))

    def index_file(self) -> File:
        """The index as it has become, for a browser without a net."""
        title = escape(self._word("title"))
        lines = "".join(f'<li><a href="{escape(path)}">{escape(name)}</a></li>\n' for name, path in self.index)
        page = (
            f'<!doctype html><html lang="{CONTENT_LANGUAGE[self.language]}"><meta charset="utf-8">'
            f"<title>{title}</title>"
            f"<h1>{title}</h1><p>{escape(self._word('note'))}</p><ul>\n{lines}</ul></html>\n"
        )
        return "index.html", page.encode()

    async def evidence(self) -> list[tuple[str, Evidence]]:
        """The files that the person uploaded, by their paths here."""
        async with self.archive.store() as store:
            found = await questions.own_files(store, self.caller)
        placed = [
            (f"evidence/{place:03d}-{file.name.translate(NOT_IN_A_PATH)}", file, number)
            for place, (file, number) in enumerate(found, 1)
        ]
        self.index += [(f"{number or self._word('unused')}: {file.name}", path) for path, file, number in placed]
        return [(path, file) for path, file, _ in placed]

    async def _account(self) -> File:
        async with self.archive.store() as store:
            account = await directory.account(store, self.caller.account_id)
            name = await directory.called_for_good(store, self.caller.account_id)
            now = await store.now()
            logged_in = await sessions.of_account(store.pool, self.caller.account_id, now)
            opened = await messages.channels(self.archive, self.caller.account_id)
        of_account = {
            "collected_at": to_shanghai(now).isoformat(),
            "account": account.model_dump(mode="json", exclude={"key_id"}) | {"name": name.model_dump()}
            if account and name
            else None,
            "channels": opened.model_dump(mode="json")["items"],
            "sessions": [
                {"begun_at": each.begun_at.isoformat(), "seen_at": each.seen_at.isoformat(), "browser": each.browser}
                for each in logged_in
            ],
        }
        return await self._file("account.json", self._word("account"), of_account)

    async def _cases(self) -> AsyncIterator[tuple[str, str]]:
        """Number and id of each case that is the person's own."""
        after: str | None = None
        while True:
            async with self.archive.store() as store:
                sought = CasesSought(party=self.caller.account_id)
                page = await case_page(store, self.caller, sought, after, A_PART)
                own = [each for each in page.items if await self._is_own(store, each)]
            for each in own:
                yield each.case_number, each.case_id
            if page.next is None:
                return
            after = page.next

    async def _is_own(self, store: Store, case: CaseSummary) -> bool:
        return self.caller.reads_as_party((await store.case_read(case.case_id)).state)

    async def _of_case(self, case_id: str) -> dict[str, Any]:
        async with self.archive.store() as store:
            shown = await case_shown(store, self.caller, self.language, case_id)
            acts = await questions.own_acts(store, self.caller, case_id)
        log = await self._all(lambda store, after: event_page(store, self.caller, case_id, after, A_PART))
        left_out = {"hash", "content_salt", "content_digest", "request_digest", "account"}
        return {
            "case": shown.model_dump(mode="json"),
            "log": log,
            "acts": [row.model_dump(mode="json", exclude=left_out) for row in acts],
        }

    async def _messages(self, store: Store, after: str | None) -> Any:
        return await messages.messages(store, self.caller.account_id, self.language, self.pages_url, after, A_PART)

    async def _ratings(self) -> list[Any]:
        async with self.archive.store() as store:
            rows = await ratings.own_ratings(store, self.caller.account_id)
        return [row.model_dump(mode="json", exclude={"account_id", "number"}) for row in rows]

    async def _feedback(self) -> list[Any]:
        async with self.archive.store() as store:
            rows = await feedback.own_feedback(store, self.caller.account_id)
        left_out = {"account_id", "answered_by", "key_id", "number", "request_digest"}
        return [row.model_dump(mode="json", exclude=left_out) for row in rows]

    async def _readings(self, store: Store, after: str | None) -> Any:
        return await own_readings(store, self.caller, self.language, after, A_PART)

    async def _all(self, listed: Listed) -> list[Any]:
        items: list[Any] = []
        after: str | None = None
        while True:
            async with self.archive.store() as store:
                page = await listed(store, after)
            items += [each.model_dump(mode="json") for each in page.items] if page else []
            if page is None or page.next is None:
                return items
            after = page.next

    async def _file(self, path: str, name: str, content: Any) -> File:
        words = list(words_in(content))
        ids, logins = {word for _, word in words}, {word for name, word in words if name in NAMED_BY_LOGIN}
        async with self.archive.store() as store:
            others = await directory.others_called(store, self.caller.account_id, ids, logins)
        self.index.append((name, path))
        return path, json.dumps(without(others, content), ensure_ascii=False, indent=1, default=str).encode()

    def _word(self, name: str) -> str:
        return said(texts().tables[f"own_{name}"], self.language)


def words_in(part: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a document, with the name of the field that it stands in."""
    if isinstance(part, dict):
        for field_name, inner in part.items():
            yield from words_in(inner, field_name)
    elif isinstance(part, list):
        for inner in part:
            yield from words_in(inner, name)
    elif isinstance(part, str):
        yield name, part


def without(others: Others, part: Any, name: str = "") -> Any:
    """The document, with nothing where an account of others stood: its id wherever it is, its login in a field that
    holds logins."""
    if isinstance(part, dict):
        return {field_name: without(others, inner, field_name) for field_name, inner in part.items()}
    if isinstance(part, list):
        return [without(others, inner, name) for inner in part]
    if not isinstance(part, str):
        return part
    stands_for_others = part in others.ids or (name in NAMED_BY_LOGIN and part in others.logins)
    return None if stands_for_others else part
