"""What stands on the pages of whoever asks or objects, in both languages: words and no codes, one heading, a label for
each field."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.api.calling import Service
from tests.pages.test_cases import REVIEWS, case_of, decided
from tests.pages.test_filing import STATED, conditional
from tests.pages.visiting import Front, Visitor, text_of

CODE = re.compile(r"\b[a-z]+_[a-z_]+\b")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?][\u4e00-\u9fff]|[\u4e00-\u9fff]\(|\)[\u4e00-\u9fff]")


def is_well_made(visitor: Visitor, language: str) -> None:
    """Raises AssertionError for a page that is not as every page is."""
    text = visitor.text()
    assert visitor.answer.status_code in (200, 422), text
    plain = re.sub(r"kf_[\w-]+|\S*/data/\S+", "", text)
    assert not CODE.findall(plain), (visitor.path, CODE.findall(plain))
    if language == "zh":
        assert not HALF_WIDTH.findall(text), (visitor.path, HALF_WIDTH.findall(text))
    assert len(list(visitor.document.iter("h1"))) == 1
    ids = Counter(each.get("id") for each in visitor.document.iter() if each.get("id"))
    assert not [name for name, times in ids.items() if times > 1], visitor.path
    named = {label.get("for") for label in visitor.document.iter("label")}
    for form in visitor.forms():
        for field in form.fields():
            is_seen = field.tag != "button" and field.get("type") != "hidden"
            assert not is_seen or field.get("id") in named, (visitor.path, field.attrib)
    for table in visitor.document.iter("table"):
        assert all(each.get("scope") for each in table.iter("th"))


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_of_a_request_is_in_words_that_people_know(
    working: Front, service: Service, language: str
) -> None:
    visitor = await working.logged_in("applicant@demo", language)
    dataset_id = await conditional(visitor, "nanning")
    await visitor.visit(f"/datasets/{dataset_id}/request")
    is_well_made(visitor, language)
    await visitor.send("request", button="check")
    is_well_made(visitor, language)
    items = visitor.form("request").options("data_items")[:2]
    said: dict[str, Any] = {**STATED, "data_items": items, "access_mode": "api", "urgency": "urgent"}
    await visitor.send("request", button="check", **said)
    is_well_made(visitor, language)
    await visitor.send("request", button="file")
    is_well_made(visitor, language)
    number = next(text_of(each) for each in visitor.document.iter("strong") if each.get("class") == "figure n")
    task = (await case_of(service, number))["tasks"][0]
    reviewer = service.as_(f"reviewer@{task['body']}")
    await reviewer.do(f"/v1/tasks/{task['task_id']}/supplement-request", {"text": "Which of the lines?"})
    for path in (f"/cases/{number}", f"/cases/{number}/supplement", f"/cases/{number}/log", "/my"):
        await visitor.visit(path)
        is_well_made(visitor, language)
    await visitor.visit(f"/cases/{number}/supplement")
    await visitor.send("supplement", text="All of them")
    await decided(service, number, *REVIEWS["nanning"])
    await decided(service, number, ("provider_signature", "sign"), scenario="Bus lanes")
    await visitor.visit(f"/cases/{number}/agreement")
    is_well_made(visitor, language)
    await visitor.send("agreement", agree="yes")
    is_well_made(visitor, language)
    for path in (f"/cases/{number}/log", "/my", "/my/grants"):
        await visitor.visit(path)
        is_well_made(visitor, language)
    grant = next(link.get("href", "") for link in visitor.links() if "/my/grants/" in link.get("href", ""))
    await visitor.visit(grant)
    is_well_made(visitor, language)
    await visitor.send("act")
    is_well_made(visitor, language)
    await visitor.visit(grant.replace("/my/grants/", "/cases/"))
    is_well_made(visitor, language)
    await visitor.visit(grant.replace("/my/grants/", "/cases/") + "/log")
    is_well_made(visitor, language)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_of_an_objection_is_in_words_that_people_know(
    working: Front, service: Service, tmp_path: Path, language: str
) -> None:
    proof = tmp_path / "proof.txt"
    proof.write_text("they are named here", encoding="utf-8")
    visitor = await working.logged_in("applicant@demo", language)
    dataset_id = await conditional(visitor, "guangzhou")
    await visitor.visit(f"/datasets/{dataset_id}/objection")
    is_well_made(visitor, language)
    said: dict[str, Any] = {"ground": "privacy", "statement": "Names of persons", "leak": "none"}
    await visitor.send("objection", button="check", files=[proof], **said)
    is_well_made(visitor, language)
    await visitor.send("objection", button="edit")
    is_well_made(visitor, language)
    assert "proof.txt" in visitor.text()
    await visitor.send("objection", button="check")
    await visitor.send("objection", button="file")
    is_well_made(visitor, language)
    number = next(text_of(each) for each in visitor.document.iter("strong") if each.get("class") == "figure n")
    told = "Your objection was looked into"
    await decided(service, number, ("suspension", "suspend"), reason="It may name persons")
    await decided(service, number, ("verification", "withdraw"), reason="It does", measure="Taken off", answer=told)
    for path in (f"/cases/{number}", f"/cases/{number}/log", "/my"):
        await visitor.visit(path)
        is_well_made(visitor, language)
    await visitor.visit(f"/cases/{number}")
    assert told in visitor.text()


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_city_asks_for_a_leak_or_a_demand_in_words(front: Front, language: str) -> None:
    visitor = await front.logged_in("applicant@demo", language)
    for path in ("/guangzhou/leaks/new", "/nanjing/leaks/new", "/nanning/demands/new", "/guangzhou/demands/new"):
        await visitor.visit(path)
        is_well_made(visitor, language)
