"""Evidence on the pages: whoever may read it looks at it, and nothing that was uploaded runs or is shown as a page."""

from __future__ import annotations

import gzip
import io
import random
from typing import Any

import pytest
from PIL import Image

from activities.database import Pool
from tests.activities.evidence_files import OOXML, heic, ooxml
from tests.activities.evidence_samples import ALLOWED, CAUTIOUS
from tests.api.calling import Service
from tests.api.objecting import filed, upload_file
from tests.api.test_erased import erased, objected
from tests.pages.reviewing import task_of
from tests.pages.test_every_page import LARGEST_HTML
from tests.pages.visiting import Front, Visitor, text_of

LOOK = {"zh": "查看", "en": "Look at it"}
SAVE = {"zh": "下载原文件", "en": "Save the file"}
UNSHOWN = {"zh": "本页不显示此文件", "en": "This file is not shown here"}
SCRIPT = b'Row 3 has <script>alert(1)</script> & "quotes"\nRow 4 has </pre><img src=x onerror=alert(1)>\n'


def at(language: str, path: str) -> str:
    return f"/en{path}" if language == "en" else path


async def objection(service: Service, name: str, content: bytes) -> tuple[Any, str]:
    """The case of an objection with this file, and the file's id."""
    objector = service.as_("objector@demo")
    evidence_id = await upload_file(objector, name, content)
    return await filed(objector, "nanning", proven=False, evidence=[evidence_id]), evidence_id


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (3_000, 1_500), (0, 160, 0)).save(written, "PNG")
    return written.getvalue()


def shown_text(visitor: Visitor) -> str:
    return "".join(next(visitor.document.iter("pre")).itertext())


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_picture_is_shown_to_its_party_from_the_case(front: Front, service: Service, language: str) -> None:
    case, _ = await objection(service, "屏幕_截图.png", picture())
    visitor = await front.logged_in("objector@demo", language)
    await visitor.visit(at(language, f"/cases/{case['case_number']}"))
    await visitor.follow(LOOK[language])
    (image,) = [each for each in visitor.document.iter("img") if "/evidence/" in each.get("src", "")]
    assert "屏幕_截图.png" in image.get("alt", "")
    answer = await visitor.http.get(image.get("src", ""))
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (1_600, 800)
    assert answer.content != picture()
    await visitor.follow(SAVE[language])
    assert visitor.answer.content == picture(), "the file itself, as it was"


async def test_an_officer_looks_at_evidence_from_the_task(working: Front, service: Service) -> None:
    case, _ = await objection(service, "proof.png", picture())
    visitor = await task_of(working, "reviewer@nanning.transport", case["case_number"], "verification")
    await visitor.follow(LOOK["zh"])
    assert visitor.answer.status_code == 200
    for said in ("proof.png", "image/png", f"{len(picture()):,}字节", "SHA-256"):
        assert said in visitor.text()
    assert "您" not in [each.text for each in visitor.document.iter("dd")], "somebody else gave it"
    assert any(case["case_number"] in (link.get("href") or "") for link in visitor.links())


async def test_a_file_that_was_erased_is_said_to_be_on_its_task_and_leads_nowhere(
    front: Front, service: Service
) -> None:
    case, evidence_id = await objected(service)
    visitor = await task_of(front, "reviewer@nanning.transport", case["case_number"], "suspension")
    address = visitor.path
    assert any(evidence_id in link.get("href", "") for link in visitor.links())
    await erased(service)
    await visitor.visit(address)
    assert visitor.answer.status_code == 200, visitor.text()
    assert "删除" in next(text_of(each) for each in visitor.document.iter("ul") if each.get("class") == "plain")
    assert not any(evidence_id in link.get("href", "") for link in visitor.links())


async def test_evidence_is_nowhere_for_who_may_not_read_it(front: Front, service: Service) -> None:
    case, evidence_id = await objection(service, "proof.png", picture())
    for login in ("applicant2@demo", "reviewer@yulin.operator", "reviewer@nanning.health", "admin@kaifang"):
        other = await front.logged_in(login)
        for path in ("", "/look", "/picture.jpg"):
            answer = await other.http.get(f"/en/evidence/{evidence_id}{path}")
            assert answer.status_code == 404, (login, path)
    admin = await front.logged_in("admin@kaifang")
    await admin.visit(f"/en/cases/{case['case_number']}")
    assert "proof.png" in admin.text()
    assert not [link for link in admin.links() if "/evidence/" in link.get("href", "")], "no way that ends nowhere"
    nobody = front.visitor()
    for path in ("/look", "/picture.jpg"):
        assert (await nobody.http.get(f"/en/evidence/{evidence_id}{path}")).status_code == 303


async def test_what_was_uploaded_answers_with_headers_that_let_nothing_run(front: Front, service: Service) -> None:
    _, evidence_id = await objection(service, "proof.png", picture())
    visitor = await front.logged_in("objector@demo")
    for path in ("", "/picture.jpg"):
        headers = (await visitor.http.get(f"/evidence/{evidence_id}{path}")).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_text_with_a_script_is_shown_as_text(front: Front, service: Service, language: str) -> None:
    _, evidence_id = await objection(service, "proof.txt", SCRIPT)
    visitor = await front.logged_in("objector@demo", language)
    await visitor.visit(at(language, f"/evidence/{evidence_id}/look"))
    assert shown_text(visitor) == SCRIPT.decode()
    assert not [each for each in visitor.document.iter("script") if each.get("src") is None]
    assert not [each for each in visitor.document.iter("img") if each.get("onerror")]
    assert "script-src 'self'" in visitor.answer.headers["content-security-policy"]


async def test_a_long_text_is_read_part_by_part_and_each_page_is_small(front: Front, service: Service) -> None:
    chance = random.Random(4)
    text = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(7_000))
    _, evidence_id = await objection(service, "proof.txt", text.encode())
    visitor = await front.logged_in("objector@demo")
    await visitor.visit(f"/en/evidence/{evidence_id}/look")
    found = shown_text(visitor)
    for _ in range(2):
        assert len(gzip.compress(visitor.answer.content, 6)) <= LARGEST_HTML
        (link,) = [each for each in visitor.links() if each.get("rel") == "next"]
        await visitor.visit(link.get("href", ""))
        found += shown_text(visitor)
    assert found == text
    assert not [each for each in visitor.links() if each.get("rel") == "next"]
    for part in ("4", "0", "-1", "1.5", "²", "9" * 400):
        answer = await visitor.http.get(f"/en/evidence/{evidence_id}/look", params={"part": part})
        assert answer.status_code == 404, part


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("proof.pdf", ALLOWED["pdf"][0]),
        ("proof.heic", heic()),
        ("proof.ofd", ALLOWED["ofd"][0]),
        ("proof.docx", ooxml(f"{OOXML}.wordprocessingml.document")),
    ],
)
async def test_what_is_not_shown_is_saved_and_the_page_says_why(
    front: Front, service: Service, language: str, name: str, content: bytes
) -> None:
    evidence_id = await upload_file(service.as_("objector@demo"), name, content)
    visitor = await front.logged_in("objector@demo", language)
    await visitor.visit(at(language, f"/evidence/{evidence_id}/look"))
    assert UNSHOWN[language] in visitor.text()
    assert not [each for tag in ("iframe", "object", "embed") for each in visitor.document.iter(tag)]
    assert (await visitor.http.get(f"/evidence/{evidence_id}/picture.jpg")).status_code == 404
    await visitor.follow(SAVE[language])
    assert visitor.answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_page_says_what_to_know_before_a_file_is_opened(
    front: Front, service: Service, pool: Pool, language: str
) -> None:
    _, evidence_id = await objection(service, "a.docx", CAUTIOUS["a docx with an object of another program"][0])
    visitor = await front.logged_in("objector@demo", language)
    await visitor.visit(at(language, f"/evidence/{evidence_id}/look"))
    assert {"zh": "双击后会由该软件打开", "en": "a double click opens them"}[language] in visitor.text()
    assert {"zh": "未扫描", "en": "Not scanned"}[language] in visitor.text()
    await pool.execute("update evidence set scan = 'infected'")
    await visitor.visit(at(language, f"/evidence/{evidence_id}/look"))
    assert {"zh": "也不能下载", "en": "neither shown nor given out"}[language] in visitor.text()
    assert SAVE[language] not in visitor.text()
    assert (await visitor.http.get(at(language, f"/evidence/{evidence_id}"))).status_code == 403
