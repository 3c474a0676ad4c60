"""Whoever asks gets all that is held about it, readable for people and machines, and nothing of anybody else's."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from activities.database import Pool
from reading.directory.questions import Others
from reading.own_data.collected import without
from rules.sample_accounts import account_id_of
from tests.api.calling import STATED, Caller, Service
from tests.api.objecting import STATEMENT
from tests.api.objecting import filed as objection_filed
from tests.api.test_delegations import DELEGATE, MATTER, delegated
from tests.owning import owner_of

REVIEWER = "reviewer@nanning.operator"
OFTEN = 5000
TOLD_OFTEN = """
insert into messages (message_id, account_id, kind, case_id, task_id, city, facts, created_at)
select message_id || n, account_id, kind, case_id, 'task ' || n, city,
  facts || jsonb_build_object('due_on', (date '2026-01-01' + n)::text), created_at + n * interval '1 second'
from messages, generate_series(1, $2) n where message_id = (
  select message_id from messages where account_id = $1 order by number limit 1
)
"""


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


async def test_whom_somebody_delegated_to_stands_in_no_archive_by_login(working: Service, applicant: Caller) -> None:
    """The form has a login, which is kept with the act and with no other part of it."""
    case_id, _ = await delegated(working, applicant)
    files = await archive(applicant)
    acts = [
        act
        for path in files
        if path.endswith("/acts.json")
        for act in read(files, path)
        if act["case_id"] == case_id and act["kind"] == "delegate"
    ]
    assert [(act["content"]["to"], act["content"]["matter"]) for act in acts] == [(None, MATTER)]
    assert DELEGATE not in b"".join(files.values()).decode()


async def test_what_somebody_did_in_office_is_not_its_own(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    await service.as_(REVIEWER).post(f"/v1/tasks/{case['tasks'][0]['task_id']}/claim", {})
    files = await archive(service.as_(REVIEWER))
    assert {path for path in files if path.startswith("cases/")} == set()
    assert STATED["purpose"] not in b"".join(files.values()).decode()


async def test_the_archive_of_somebody_who_was_told_five_thousand_things_is_whole(
    service: Service, applicant: Caller, pool: Pool
) -> None:
    await applicant.file("nanning")
    async with owner_of(pool) as owner:
        await owner.execute(TOLD_OFTEN, account_id_of("applicant@demo"), OFTEN)
    messages = read(await archive(applicant), "messages.json")
    assert len(messages) > OFTEN
    assert len({each["message_id"] for each in messages}) == len(messages)


async def test_whoever_logs_in_as_a_word_of_the_law_empties_no_field_in_an_archive(
    service: Service, applicant: Caller, pool: Pool
) -> None:
    case = await applicant.file("nanning")
    await service.as_(REVIEWER).post(f"/v1/tasks/{case['tasks'][0]['task_id']}/claim", {})
    async with owner_of(pool) as owner:
        await owner.execute("update accounts set login = 'claimed' where login = $1", REVIEWER)
    (task,) = read(await archive(applicant), f"cases/{case['case_number']}/case.json")["tasks"]
    assert (task["state"], task["claimed_by"]) == ("claimed", None)


def test_an_account_of_others_is_taken_out_by_id_and_by_login_where_logins_stand() -> None:
    document = {
        "by": "acc_1",
        "tasks": [{"claimed_by": "open", "state": "open", "label": "of acc_1"}],
        "given": ["acc_1", "open"],
        "party": "acc_2",
    }
    assert without(Others(frozenset({"acc_1"}), frozenset({"open"})), document) == {
        "by": None,
        "tasks": [{"claimed_by": None, "state": "open", "label": "of acc_1"}],
        "given": [None, "open"],
        "party": "acc_2",
    }
