"""The parties of the demonstration, who write a mark of its own into everything that somebody can write freely."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import httpx

from activities.settings import Settings
from api.acting import demanding, objecting, rectifying, requesting, updating
from cli.demo_parties import Json, Parties
from rules.fields import TEXTS, Part
from rules.pinned import APPLICANT
from rules.procedure_names import ACCESS_REQUEST, CATALOGUE_UPDATE, DEMAND, OBJECTION, RECTIFICATION
from rules.vocabulary import AGREED, DECISION, asked_by

FILED_AT: Mapping[str, str] = {
    requesting.PATH: ACCESS_REQUEST,
    objecting.PATH: OBJECTION,
    updating.PATH: CATALOGUE_UPDATE,
    demanding.PATH: DEMAND,
    rectifying.PATH: RECTIFICATION,
}
FILING, EVIDENCE, ENTRY = "filing", "evidence", "entry"
LANGUAGES = ("zh", "en")
WITH_A_DRAFT = frozenset({(CATALOGUE_UPDATE, "basis")})
"""Comes with a draft that is filed at once; the demonstration submits its draft later, and the basis with it."""
NO_TEXT = frozenset({(DEMAND, "reference")})
"""Names a dataset there."""
OF_DECISIONS = tuple(name for name in asked_by(DECISION, *TEXTS) if name not in asked_by(DECISION, part=Part.USE))
"""Without the number of a case, which is found or refused."""
Place = tuple[str, str, str]
"""Procedure, form, field."""


def texts_of_filing(procedure: str) -> tuple[str, ...]:
    return tuple(name for name in asked_by(procedure, *TEXTS) if (procedure, name) not in WITH_A_DRAFT)


def texts_of_decision(procedure: str) -> tuple[str, ...]:
    return tuple(name for name in OF_DECISIONS if (procedure, name) not in NO_TEXT)


def to_be_marked(procedures: Iterable[str]) -> Iterator[Place]:
    """Every text that the forms of these procedures ask for: what has no mark was forgotten."""
    for procedure in procedures:
        yield from ((procedure, FILING, name) for name in texts_of_filing(procedure))
        yield from ((procedure, DECISION, name) for name in texts_of_decision(procedure) if name not in AGREED)
    yield from ((ACCESS_REQUEST, DECISION, name) for name in OF_DECISIONS if name in AGREED)
    yield from ((OBJECTION, EVIDENCE, part) for part in ("name", "content"))
    yield from ((CATALOGUE_UPDATE, ENTRY, part) for part in ("title", "abstract", "domain", "items"))


class Marking(Parties):
    """`marks` has the mark of each place that was written to, `cases` each case that was filed, `readers`
    the bodies that have a part in it."""

    def __init__(self, settings: Settings, language: str) -> None:
        super().__init__(settings, language)
        self.marks: dict[Place, str] = {}
        self.cases: dict[str, str] = {}
        self.readers: dict[str, set[str]] = {}
        self._procedures: dict[str, str] = {}

    def mark(self, *place: str) -> str:
        """A mark that is nowhere else in the world, the same each time for one place."""
        procedure, form, name = place
        return self.marks.setdefault((procedure, form, name), f"zhang.san.{uuid.uuid4().hex}")

    def call(self, login: str, method: str, path: str, body: Json | None = None) -> Json:
        answer = super().call(login, method, path, self._marked(path, body) if body else body)
        self._remember(path, answer)
        return answer

    def ask(self, login: str, path: str) -> Json | None:
        answer = super().ask(login, path)
        self._remember(path, answer or {})
        return answer

    def whole(self, case_id: str) -> bytes:
        """Everything in the case file, as the first officer gets it who may read the evidence too."""
        answers = []
        for body in sorted(self.readers[case_id] - {APPLICANT}):
            answer = self._http.get(f"/v1/cases/{case_id}/case-file.zip", headers=self._headers(f"reviewer@{body}"))
            if answer.status_code == httpx.codes.OK:
                with zipfile.ZipFile(io.BytesIO(answer.content)) as bag:
                    return b"".join([*(bag.read(name) for name in bag.namelist()), *map(str.encode, bag.namelist())])
            answers.append((body, answer.status_code, answer.text))
        raise AssertionError(f"nobody may read the {self.cases[case_id]} {case_id}: {answers}")

    def upload(self, login: str, name: str, text: str) -> str:
        of_the_file = [self.mark(OBJECTION, EVIDENCE, part) for part in ("name", "content")]
        return super().upload(login, f"{of_the_file[0]}.txt", of_the_file[1])

    def _remember(self, path: str, answer: Json) -> None:
        case = answer.get("case", answer)
        if "case_id" in case and "procedure" in case:
            self.cases.setdefault(case["case_id"], case["procedure"])
            self.readers.setdefault(case["case_id"], set()).update(task["body"] for task in case.get("tasks", ()))
            self._procedures |= {task["task_id"]: case["procedure"] for task in case.get("tasks", ())}

    def _marked(self, path: str, body: Json) -> Json:
        if procedure := FILED_AT.get(path):
            return body | {name: self.mark(procedure, FILING, name) for name in texts_of_filing(procedure)}
        *_, subject, what = path.split("/")
        if what == "agreement":
            return {name: self.mark(ACCESS_REQUEST, DECISION, name) for name in body}
        if what != DECISION:
            return body
        procedure = self._procedures[subject]
        names = [name for name in texts_of_decision(procedure) if name in body or name not in AGREED]
        free = {name: self.mark(procedure, DECISION, name) for name in names}
        entry = {"entry": self._drafted(procedure, body["entry"])} if "entry" in body else {}
        return body | free | entry

    def _drafted(self, procedure: str, entry: Json) -> Json:
        return {name: self._in_words(procedure, name, value) for name, value in entry.items()}

    def _in_words(self, procedure: str, part: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: self.mark(CATALOGUE_UPDATE, ENTRY, part) if name in LANGUAGES else
                self._in_words(procedure, part, each)
                for name, each in value.items()
            }  # fmt: skip
        return [self._in_words(procedure, part, each) for each in value] if isinstance(value, list) else value
