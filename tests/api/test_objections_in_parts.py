"""An objection that comes with its files in one call: in parts, and whatever is sent as such."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from activities.database import Pool
from activities.evidence.quotas import LARGEST
from tests.api.calling import Caller
from tests.api.objecting import OBJECTIONS, filed_in_parts, form, restricted, unsubmitted, upload


async def test_an_objection_comes_with_its_files_in_one_call(objector: Caller, pool: Pool) -> None:
    body = await form(objector, "guangzhou", evidence=[await upload(objector, "sent before")])
    files, key = [("a.txt", b"first"), ("b.csv", "名,值\n".encode())], str(uuid.uuid4())

    answer = await filed_in_parts(objector, body, files, key)
    again = await filed_in_parts(objector, body, files, key)

    assert answer.status_code == again.status_code == 201, answer.text
    case = answer.json()
    assert again.json()["case_number"] == case["case_number"]
    assert [file["name"] for file in case["objection"]["evidence"]] == ["proof.txt", "a.txt", "b.csv"]
    assert await restricted(pool, case["dataset_id"]) == [("hold", [])]
    read = await objector.get(f"/v1/evidence/{case['objection']['evidence'][1]['evidence_id']}")
    assert read.content == b"first"
    assert await unsubmitted(pool) == 0


async def test_of_a_filing_in_parts_that_cannot_be_received_nothing_is_stored(objector: Caller, pool: Pool) -> None:
    body = await form(objector, "nanning", ground="envy")

    answer = await filed_in_parts(objector, body, [("a.txt", b"proof")])

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "ground_unknown")
    assert await pool.fetchval("select count(*) from evidence") == 0


async def test_a_file_that_is_not_taken_leaves_those_before_it_with_who_uploaded_them(
    objector: Caller, pool: Pool
) -> None:
    body = await form(objector, "nanning")

    answer = await filed_in_parts(objector, body, [("a.txt", b"proof"), ("b.txt", b"\x7fELF\x02\x01\x01\x00")])

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:kaifang:problem:evidence-not-allowed")
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("evidence", "content_unknown")]
    assert await pool.fetchval("select count(*) from cases") == 0
    assert await unsubmitted(pool) == 1


async def test_a_file_of_a_filing_has_the_limit_of_an_upload(objector: Caller, pool: Pool) -> None:
    body = await form(objector, "nanning")

    answer = await filed_in_parts(objector, body, [("a.txt", b"x" * (LARGEST + 1))])

    assert (answer.status_code, answer.json()["type"]) == (413, "urn:kaifang:problem:evidence-too-large")
    assert await pool.fetchval("select count(*) from evidence") == 0


async def test_what_is_said_in_a_filing_has_the_limit_of_any_body(objector: Caller) -> None:
    body = await form(objector, "nanning", statement="x" * 1_100_000)

    whole = await objector.post(OBJECTIONS, body, "k1")
    in_parts = await filed_in_parts(objector, body, [])

    assert (whole.status_code, in_parts.status_code) == (413, 413)


async def multipart(caller: Caller, content: bytes, content_type: str = "multipart/form-data; boundary=b") -> Any:
    """The answer to a body that is sent as it is."""
    headers = caller.headers({"Idempotency-Key": str(uuid.uuid4()), "Content-Type": content_type})
    return await caller.http.post(OBJECTIONS, content=content, headers=headers)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"", "multipart/form-data; boundary=b"),
        (b"--b\r\n", "multipart/form-data"),
        (b'--b\r\nContent-Disposition: form-data; name="objection"\r\n\r\n{', "multipart/form-data; boundary=b"),
        (b"--b\r\nContent-Disposition: nonsense\r\n\r\n{}\r\n--b--\r\n", "multipart/form-data; boundary=b"),
        (b"nothing of the kind", "multipart/form-data; boundary=b"),
    ],
)
async def test_a_form_that_is_broken_is_a_problem_and_no_failure(
    objector: Caller, content: bytes, content_type: str
) -> None:
    answer = await multipart(objector, content, content_type)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "parts_broken")


async def test_names_of_files_in_gbk_are_read(objector: Caller) -> None:
    said = json.dumps(await form(objector, "nanning")).encode()
    head = b'--b\r\nContent-Disposition: form-data; name="objection"\r\n\r\n' + said
    file = '\r\n--b\r\nContent-Disposition: form-data; name="evidence"; filename="合同　附件.txt"\r\n\r\n'.encode("gbk")

    answer = await multipart(objector, head + file + b"proof\r\n--b--\r\n")

    assert answer.status_code == 201, answer.text
    assert [file["name"] for file in answer.json()["objection"]["evidence"]] == ["合同 附件.txt"]


async def test_the_objection_is_the_first_part(objector: Caller) -> None:
    answer = await multipart(
        objector, b'--b\r\nContent-Disposition: form-data; name="evidence"; filename="a"\r\n\r\nx\r\n--b--\r\n'
    )

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "part_must_come_first")


async def test_a_form_that_ends_within_a_file_leaves_nothing_of_that_file(objector: Caller, pool: Pool) -> None:
    said = json.dumps(await form(objector, "nanning")).encode()
    head = b'--b\r\nContent-Disposition: form-data; name="objection"\r\n\r\n' + said + b"\r\n"
    file = b'--b\r\nContent-Disposition: form-data; name="evidence"; filename="a.txt"\r\n\r\nhalf of'

    answer = await multipart(objector, head + file)

    assert answer.json()["errors"][0]["code"] == "parts_broken"
    assert await pool.fetchval("select count(*) from evidence") == 0


@pytest.mark.parametrize("body", [b"{", b"[]", b"[" * 100_000, b'{"city": 1}', b"\xff", b""])
async def test_a_body_that_is_no_objection_is_a_problem_as_everywhere(objector: Caller, body: bytes) -> None:
    answer = await multipart(objector, body, "application/json")

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:kaifang:problem:request-invalid")
    assert answer.json()["errors"][0]["detail"]
