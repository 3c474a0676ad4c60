"""Whoever asks gets all that is held about it, readable for people and machines, and nothing of anybody else's."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from reading.own_data.collected import without
from tests.api.calling import STATED, Caller, Service
from tests.api.objecting import STATEMENT
from tests.api.objecting import filed as objection_filed

REVIEWER = "reviewer@nanning.operator"


async def archive(caller: Caller, language: str = "en") -> dict[str, bytes]:
    """The files of an archive, by their paths within its folder."""
    answer = await caller.get("/v1/own-data.zip", {"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert found.testzip() is None
        return {name.removeprefix("kaifang-own-data/"): found.read(name) for name in found.namelist()}


def read(files: dict[str, bytes], path: str) -> Any:
    return json.loads(files[path])


async def test_the_archive_holds_all_that_a_person_wrote_uploaded_and_was_told(
    service: Service, applicant: Caller
) -> None:
    request, objection = await applicant.file("nanning"), await objection_filed(applicant, "nanning")
    hook = {"kind": "webhook", "address": "https://example.com/hook"}
    assert (await applicant.post("/v1/channels", hook)).status_code in (201, 422)
    files = await archive(applicant)
    own = read(files, f"cases/{request['case_number']}/acts.json")
    assert [act["content"]["purpose"] for act in own] == [STATED["purpose"]]
    assert STATEMENT in files[f"cases/{objection['case_number']}/acts.json"].decode()
    assert files["evidence/001-proof.txt"] == b"they are named here"
    assert read(files, "account.json")["account"]["login"] == "applicant@demo"
    assert read(files, f"cases/{request['case_number']}/case.json")["request"]["purpose"] == STATED["purpose"]
    assert read(files, f"cases/{request['case_number']}/log.json")[0]["number"] == 1
    assert isinstance(read(files, "messages.json"), list)


async def test_every_file_of_the_archive_stands_in_its_index(service: Service, applicant: Caller) -> None:
    await objection_filed(applicant, "nanning")
    files = await archive(applicant)
    index = files.pop("index.html").decode()
    assert files
    assert [path for path in files if f'href="{path}"' not in index] == []


@pytest.mark.parametrize(("language", "said"), [("en", "Your data"), ("zh-CN", "本人数据")])
async def test_the_index_is_in_the_language_of_who_asks(applicant: Caller, language: str, said: str) -> None:
    index = (await archive(applicant, language))["index.html"].decode()
    assert f"<h1>{said}</h1>" in index
    assert f'lang="{language}"' in index


async def test_nobody_elses_account_or_login_stands_in_an_archive(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    other = await service.as_("applicant2@demo").file("nanning")
    officer = service.as_(REVIEWER)
    await officer.read(f"/v1/cases/{case['case_id']}")
    await officer.post(f"/v1/tasks/{case['tasks'][0]['task_id']}/claim", {})
    held = b"\n".join((await archive(applicant)).values()).decode()
    pool = service.app.state.runtime.pool
    others = await pool.fetch("select account_id, login from accounts where login <> 'applicant@demo'")
    assert [row["login"] for row in others if row["login"] in held or row["account_id"] in held] == []
    assert other["case_id"] not in held
    (reading,) = read(await archive(applicant), "readings.json")
    assert (reading["body"], reading["read_by"]) == ("nanning.operator", None)


async def test_what_somebody_did_in_office_is_not_its_own(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    await service.as_(REVIEWER).post(f"/v1/tasks/{case['tasks'][0]['task_id']}/claim", {})
    files = await archive(service.as_(REVIEWER))
    assert {path for path in files if path.startswith("cases/")} == set()
    assert STATED["purpose"] not in b"".join(files.values()).decode()


def test_an_account_of_others_is_taken_out_wherever_it_stands() -> None:
    document = {"by": "acc_1", "tasks": [{"claimed_by": "acc_1", "label": "of acc_1"}], "party": "acc_2"}
    assert without(frozenset({"acc_1"}), document) == {
        "by": None,
        "tasks": [{"claimed_by": None, "label": "of acc_1"}],
        "party": "acc_2",
    }
