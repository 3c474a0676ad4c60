"""Papers on the pages: listed with a case, saved as PDF, and verified by whoever holds one."""

from __future__ import annotations

import io
import zipfile

import pytest
from icalendar import Calendar

from tests.api.calling import Service
from tests.pages.visiting import Front, Visitor
from tests.papers.reading_pdf import declared, text_of

WAY = {"zh": "文书与下载", "en": "Papers and downloads"}
RECEIPT = {"zh": "受理回执", "en": "Receipt"}
VERIFY = {"zh": "核验", "en": "Verify"}
GENUINE = {"zh": "本件由本系统作出", "en": "This service issued the paper"}
WHOLE = {"zh": "下载案卷", "en": "Save the case file"}
DAYS = {"zh": "本案期限", "en": "Due days of this case"}
UNKNOWN = {"zh": "没有这样的文书", "en": "There is no such paper"}


async def at_the_case(front: Front, service: Service, language: str) -> tuple[Visitor, str]:
    number = (await service.as_("applicant@demo").file("nanning"))["case_number"]
    visitor = await front.logged_in("applicant@demo", language)
    return await visitor.visit(f"{'/en' if language == 'en' else ''}/cases/{number}"), number


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_case_leads_to_its_receipt_and_to_where_it_is_verified(
    front: Front, service: Service, language: str
) -> None:
    visitor, number = await at_the_case(front, service, language)
    listed = str((await visitor.follow(WAY[language])).answer.url)
    await visitor.follow(RECEIPT[language])
    assert visitor.answer.headers["content-type"] == "application/pdf"
    assert declared(visitor.answer.content) == (True, True, True)
    assert number in text_of(visitor.answer.content)
    assert RECEIPT[language] in text_of(visitor.answer.content)
    await visitor.visit(listed)
    address = next(link.get("href", "") for link in visitor.links() if "/verify/" in link.get("href", ""))
    somebody = await front.visitor(language).visit(address)
    assert GENUINE[language] in somebody.text()
    assert number in somebody.text()


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_code_typed_in_is_verified_and_another_is_not_ours(
    front: Front, service: Service, language: str
) -> None:
    visitor, number = await at_the_case(front, service, language)
    await visitor.follow(WAY[language])
    code = next(link.get("href", "") for link in visitor.links() if "/verify/" in link.get("href", ""))
    somebody = await front.visitor(language).visit("/verify")
    await somebody.send("code", code=f" https://example.org{code.lower()} ")
    assert (somebody.answer.status_code, GENUINE[language] in somebody.text()) == (200, True)
    await somebody.send("code", code=f"{number}-1R-0000000000000000-0000000000000000")
    assert (somebody.answer.status_code, UNKNOWN[language] in somebody.text()) == (404, True)


async def test_papers_of_a_case_of_somebody_else_are_not_there(front: Front, service: Service) -> None:
    _, number = await at_the_case(front, service, "en")
    for login in ("applicant2@demo", "reviewer@yulin.operator", "reviewer@nanning.health"):
        other = await front.logged_in(login)
        for path in (f"/en/cases/{number}/papers", f"/en/cases/{number}/papers/receipt-1.pdf"):
            assert (await other.visit(path)).answer.status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_officer_saves_the_case_file_and_the_party_is_offered_none(
    front: Front, service: Service, language: str
) -> None:
    visitor, number = await at_the_case(front, service, language)
    assert WHOLE[language] not in (await visitor.follow(WAY[language])).text()
    officer = await front.logged_in("reviewer@nanning.operator", language)
    await officer.visit(f"{'/en' if language == 'en' else ''}/cases/{number}/papers")
    await officer.follow(WHOLE[language])
    with zipfile.ZipFile(io.BytesIO(officer.answer.content)) as archive:
        assert f"{number}/manifest-sha256.txt" in archive.namelist()


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_days_of_a_case_are_saved_from_its_papers(front: Front, service: Service, language: str) -> None:
    visitor, number = await at_the_case(front, service, language)
    await visitor.follow(WAY[language])
    await visitor.follow(DAYS[language])
    (event,) = Calendar.from_ical(visitor.answer.content).events
    assert number in str(event["SUMMARY"])


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_calendar_of_ones_own_days_is_made_renewed_and_ended(
    front: Front, service: Service, language: str
) -> None:
    visitor, _ = await at_the_case(front, service, language)
    settings = f"{'/en' if language == 'en' else ''}/my/settings"
    addresses = []
    for _ in range(2):
        await (await visitor.visit(settings)).send("calendar", button="renew")
        addresses.append(next(each for each in visitor.text().split() if each.startswith("http")))
        assert any(link.get("href", "").startswith("webcal:") for link in visitor.links())
    nobody = service.nobody()
    assert [(await nobody.get(each)).status_code for each in addresses] == [404, 200]
    await (await visitor.visit(settings)).send("calendar", button="end")
    assert (await nobody.get(addresses[1])).status_code == 404
