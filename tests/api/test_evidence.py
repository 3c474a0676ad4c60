"""Evidence over HTTP: uploaded by applicants, read by those with a part in the case, nothing left of what breaks."""

from __future__ import annotations

import asyncio
import resource
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from activities.database import Pool
from activities.evidence.files import submit
from activities.evidence.quotas import LARGEST
from api.acting.evidence_file import to_be_saved_as
from tests.activities.evidence_files import OOXML, bomb, ooxml
from tests.activities.evidence_samples import CAUTIOUS
from tests.api.calling import Caller, Service
from tests.owning import by_owner
from tests.serving import listening

PATH = "/v1/evidence"
A_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


async def upload(
    caller: Caller,
    content: bytes | AsyncIterator[bytes] = A_PDF,
    name: str = "合同.pdf",
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    keyed = {"Idempotency-Key": key} if key else {}
    known = caller.headers({"Content-Type": "application/octet-stream", **keyed, **dict(headers or {})})
    return await caller.http.post(PATH, params={"name": name}, content=content, headers=known)


async def uploaded(caller: Caller) -> str:
    answer = await upload(caller)
    assert answer.status_code == 201, answer.text
    evidence_id: str = answer.json()["evidence_id"]
    return evidence_id


async def of_bytes(total: int) -> AsyncIterator[bytes]:
    """A text of so many bytes, whose length is not announced."""
    for start in range(0, total, 64 * 1024):
        yield b"a" * min(64 * 1024, total - start)


async def left(service: Service) -> tuple[int, list[Path]]:
    """Rows and files of evidence."""
    count = await service.app.state.runtime.pool.fetchval("select count(*) from evidence")
    return count, [file for file in (service.settings.home / "evidence").rglob("*") if file.is_file()]


@pytest.fixture
async def case(service: Service, applicant: Caller) -> Any:
    return await applicant.file("nanning")


async def submitted(service: Service, applicant: Caller, case: Any) -> str:
    """Evidence of the case."""
    evidence_id = await uploaded(applicant)
    pool = service.app.state.runtime.pool
    account = await pool.fetchval("select account from evidence where evidence_id = $1", evidence_id)
    async with pool.acquire() as connection, connection.transaction():
        await submit(connection, [evidence_id], account, case["case_id"])
    return evidence_id


async def test_a_file_is_described_as_its_content_makes_it_and_read_back_as_it_was(applicant: Caller) -> None:
    answer = await upload(applicant, name="合同.exe", headers={"Content-Type": "text/html"})

    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["name"], shown["media_type"], shown["size"]) == ("合同.exe.pdf", "application/pdf", len(A_PDF))
    assert shown["uploaded_at"].endswith("+08:00")
    assert answer.headers["location"] == f"{PATH}/{shown['evidence_id']}"
    file = await applicant.get(answer.headers["location"])
    assert (file.status_code, file.content) == (200, A_PDF)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
async def test_the_name_of_a_file_is_read_as_who_sent_it_wrote_it(applicant: Caller, encoding: str) -> None:
    query = quote("证据 1.pdf".encode(encoding))

    answer = await applicant.http.post(f"{PATH}?name={query}", content=A_PDF, headers=applicant.headers())

    assert (answer.status_code, answer.json()["name"]) == (201, "证据 1.pdf")


async def test_a_file_that_would_unpack_too_far_is_refused_by_that_rule_in_both_languages(applicant: Caller) -> None:
    content = bomb(ooxml(f"{OOXML}.wordprocessingml.document"), 20)

    english = await upload(applicant, content, "a.docx", headers={"Accept-Language": "en"})
    chinese = await upload(applicant, content, "a.docx", headers={"Accept-Language": "zh-CN"})

    assert english.json()["errors"] == [
        {
            "field": "evidence",
            "code": "content_unpacks_too_far",
            "detail": "Unpacked, the file comes to more than 11 MB, which is out of proportion to its size.",
            "rule": None,
        }
    ]
    assert chinese.json()["errors"][0]["detail"] == "文件解压后超过11 MB，与其大小不相称。"


async def test_a_file_that_is_read_is_saved_and_never_shown_or_run(applicant: Caller) -> None:
    file = await applicant.get(f"{PATH}/{await uploaded(applicant)}")

    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"].startswith("attachment;")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-security-policy"].startswith("sandbox;")
    assert "no-store" in file.headers["cache-control"]


def test_a_name_in_any_script_is_given_as_the_rfc_says() -> None:
    said = to_be_saved_as('合同 "1"; a=b.pdf')

    assert said == (
        "attachment; filename=\"__ _1_; a=b.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C%20%221%22%3B%20a%3Db.pdf"
    )


async def test_the_same_key_is_the_same_upload_only_with_the_same_content(service: Service, applicant: Caller) -> None:
    key = str(uuid.uuid4())
    first = await upload(applicant, key=key)

    again, other = await upload(applicant, key=key), await upload(applicant, b"text", key=key)
    elsewhere = await upload(service.as_("applicant2@demo"), key=key)

    assert (again.status_code, again.json()) == (201, first.json())
    assert (other.status_code, other.json()["type"]) == (422, "urn:kaifang:problem:idempotency-key-reused")
    assert elsewhere.json()["evidence_id"] != first.json()["evidence_id"]
    count, files = await left(service)
    # What two people upload is sealed under two keys, though it is the same: each can be erased by itself.
    assert (count, len(files)) == (2, 2)


@pytest.mark.parametrize(
    ("content", "status", "problem"),
    [
        (b"", 422, "evidence-empty"),
        (b"MZ\x90\x00" + b"\0" * 100, 422, "evidence-not-allowed"),
        (b"<!doctype html><script>alert(1)</script>", 422, "evidence-not-allowed"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', 422, "evidence-not-allowed"),
    ],
)
async def test_what_is_refused_says_why_and_leaves_nothing(
    service: Service, applicant: Caller, content: bytes, status: int, problem: str
) -> None:
    answer = await upload(applicant, content, "a.pdf", headers={"Content-Type": "application/pdf"})

    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:kaifang:problem:{problem}")
    assert await left(service) == (0, [])


async def test_a_refusal_by_content_names_what_is_allowed(applicant: Caller) -> None:
    answer = await upload(applicant, b"#!/bin/sh")

    assert {"PDF", "docx", "CSV", "PNG"} <= set(answer.json()["detail"].replace(",", " ").replace("(", " ").split())


@pytest.mark.parametrize("is_announced", [True, False])
async def test_20_mb_is_taken_and_one_byte_more_refused_announced_or_not(
    service: Service, applicant: Caller, is_announced: bool
) -> None:
    announced = {"Content-Length": str(LARGEST + 1)} if is_announced else {}
    more = await upload(applicant, of_bytes(LARGEST + 1), headers=announced)
    assert (more.status_code, more.json()["type"]) == (413, "urn:kaifang:problem:evidence-too-large")
    assert "20 MB" in more.json()["detail"]
    assert await left(service) == (0, [])

    announced = {"Content-Length": str(LARGEST)} if is_announced else {}
    taken = await upload(applicant, of_bytes(LARGEST), headers=announced)
    assert (taken.status_code, taken.json()["size"]) == (201, LARGEST)


async def test_other_paths_take_no_more_than_before(applicant: Caller) -> None:
    answer = await applicant.post("/v1/access-requests", {"purpose": "a" * 1_000_000}, "key")

    assert (answer.status_code, answer.json()["type"]) == (413, "urn:kaifang:problem:body-too-large")


async def test_only_applicants_upload(service: Service) -> None:
    assert (await upload(service.nobody())).status_code == 401
    for who in ("reviewer@nanning.operator", "supervisor@nanning.authority", "admin@kaifang", "gateway@nanning"):
        assert (await upload(service.as_(who))).status_code == 403, who
    assert await left(service) == (0, [])


async def test_before_it_is_submitted_evidence_is_read_by_who_uploaded_it_alone(
    service: Service, applicant: Caller
) -> None:
    evidence_id = await uploaded(applicant)

    for who in (
        "applicant2@demo",
        "reviewer@nanning.operator",
        "reviewer@nanning.transport",
        "reviewer@nanning.authority",
        "supervisor@nanning.authority",
        "gateway@nanning",
        "admin@kaifang",
    ):
        answer = await service.as_(who).get(f"{PATH}/{evidence_id}")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:kaifang:problem:not-found"), who
    assert (await service.nobody().get(f"{PATH}/{evidence_id}")).status_code == 401


async def test_evidence_is_read_by_the_party_and_by_bodies_with_a_task_in_the_case(
    service: Service, applicant: Caller, case: Any
) -> None:
    path = f"{PATH}/{await submitted(service, applicant, case)}"
    pool = service.app.state.runtime.pool

    async def who_reads(*logins: str) -> set[str]:
        return {login for login in logins if (await service.as_(login).get(path)).status_code == 200}

    operator, provider = "reviewer@nanning.operator", "reviewer@nanning.transport"
    everybody = (
        operator,
        provider,
        "applicant@demo",
        "applicant2@demo",
        "reviewer@nanning.health",
        "reviewer@nanning.authority",
        "reviewer@yulin.operator",
        "supervisor@nanning.authority",
        "gateway@nanning",
        "admin@kaifang",
    )
    assert await who_reads(*everybody) == {"applicant@demo", operator}

    await pool.execute(
        "update tasks set body = 'nanning.transport', ended_at = now() where case_id = $1", case["case_id"]
    )
    assert await who_reads(*everybody) == {"applicant@demo", provider}

    await by_owner(pool, "update evidence set account = 'somebody of the same party'")
    assert await who_reads(*everybody) == {"applicant@demo", provider}


async def test_a_body_before_which_time_may_bring_the_case_reads_its_evidence_once_it_has(
    service: Service, applicant: Caller, case: Any
) -> None:
    path = f"{PATH}/{await submitted(service, applicant, case)}"
    pool = service.app.state.runtime.pool
    operator = service.as_("reviewer@nanning.operator")
    to_come = "update tasks set state = 'foreseen', opened_at = now() + $2::interval where case_id = $1"

    await pool.execute(to_come, case["case_id"], timedelta(days=1))
    assert (await operator.get(path)).status_code == 404

    await pool.execute(to_come, case["case_id"], -timedelta(seconds=1))
    assert (await operator.get(path)).status_code == 200


@dataclass
class Watched:
    """The application behind a socket, which says when it is done with a call."""

    app: ASGIApp
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            self.done.set()


@pytest.mark.parametrize("length", ["Content-Length: 5000000", "Transfer-Encoding: chunked"])
async def test_a_client_that_goes_away_in_the_middle_leaves_nothing(
    service: Service, applicant: Caller, length: str
) -> None:
    watched = Watched(service.app)
    async with listening(watched) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        piece = A_PDF * 1000
        chunk = b"%x\r\n%s\r\n" % (len(piece), piece) if length.endswith("chunked") else piece
        head = (
            f"POST {PATH}?name=a.pdf HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {applicant.token}\r\n{length}\r\n\r\n"
        )
        writer.write(head.encode() + chunk)
        await writer.drain()
        writer.transport.abort()
        async with asyncio.timeout(30):
            await watched.done.wait()

    assert await left(service) == (0, [])


async def test_bytes_that_are_gone_are_a_problem_and_no_broken_file(service: Service, applicant: Caller) -> None:
    evidence_id = await uploaded(applicant)
    for file in (await left(service))[1]:
        file.unlink()

    answer = await applicant.get(f"{PATH}/{evidence_id}")

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:kaifang:problem:evidence-store-away")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_disk_that_is_full_takes_no_evidence_and_keeps_nothing_of_it(
    stopped: Service, applicant: Caller
) -> None:
    folder, content = stopped.settings.home / "evidence", b"a line of a statement\n" * 20_000
    kept = {each for each in folder.rglob("*") if each.is_file()}
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, most))
    try:
        full = await upload(applicant, content, name="statement.txt", key="once")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))
    assert (full.status_code, full.json()["type"]) == (503, "urn:kaifang:problem:evidence-store-away")
    assert int(full.headers["retry-after"]) > 0
    assert {each for each in folder.rglob("*") if each.is_file()} == kept
    again = await upload(applicant, content, name="statement.txt", key="once")
    assert again.status_code == 201, again.text


async def test_what_whoever_opens_a_file_should_know_is_said(applicant: Caller) -> None:
    content, cautions = CAUTIOUS["an invoice with its data attached"]
    answer = await applicant.http.post(PATH, params={"name": "a.pdf"}, content=content, headers=applicant.headers())
    assert answer.json()["cautions"] == list(cautions)
    assert answer.json()["scan"] == "not_scanned"


async def test_a_file_in_which_something_was_found_later_is_given_to_nobody(applicant: Caller, pool: Pool) -> None:
    answer = await applicant.http.post(PATH, params={"name": "a.txt"}, content=b"x", headers=applicant.headers())
    where = answer.headers["location"]
    assert (await applicant.get(where)).status_code == 200
    await pool.execute("update evidence set scan = 'infected'")
    refused = await applicant.get(where)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:kaifang:problem:evidence-infected")
