"""Filing by pages: a request of each city, an objection with evidence, a demand, a report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rules.loading import cities
from tests.pages.visiting import Front, Visitor, text_of

STATED = {
    "purpose": "Planning of bus lanes",
    "scenario": "A model of traffic by hour",
    "safeguards": "Kept on one encrypted machine",
    "use": "general",
}


async def conditional(visitor: Visitor, city: str) -> str:
    """The id of the first conditional dataset of the city's transport department, found by links."""
    await visitor.visit(f"/datasets?city={city}&provider={city}.transport&openness=conditional")
    address = next(link.get("href", "") for link in visitor.links() if f"/datasets/{city}" in link.get("href", ""))
    return address.rpartition("/")[2]


async def filled(visitor: Visitor, **more: Any) -> Visitor:
    """The request form with all that any city asks, sent to be checked."""
    form = visitor.form("request")
    stated = {name: value for name, value in {**STATED, **more}.items() if name in form.names()}
    if "data_items" in form.names():
        stated.setdefault("data_items", form.options("data_items")[:2])
    return await visitor.send("request", button="check", **stated)


@pytest.mark.parametrize("city", cities())
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_request_is_checked_filed_and_numbered_in_every_city(front: Front, city: str, language: str) -> None:
    visitor = await front.logged_in("applicant@demo", language)
    dataset_id = await conditional(visitor, city)
    await visitor.visit(f"/datasets/{dataset_id}/request")
    assert visitor.answer.status_code == 200, visitor.text()
    await filled(visitor)
    assert visitor.answer.status_code == 200, visitor.text()
    assert STATED["purpose"] in visitor.text()
    await visitor.send("request", button="file")
    assert visitor.path.endswith("/filed"), visitor.text()
    number = next(text_of(each) for each in visitor.document.iter("strong") if each.get("class") == "figure n")
    assert f"-AR-{number.split('-')[2]}" in number
    await visitor.follow("查看案件" if language == "zh" else "See the case")
    assert number in visitor.text()
    assert STATED["purpose"] in visitor.text()


async def test_what_is_missing_stands_beside_its_field_and_nothing_is_lost(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    dataset_id = await conditional(visitor, "nanning")
    await visitor.visit(f"/datasets/{dataset_id}/request")
    await visitor.send("request", button="check", scenario="Hour by hour")
    assert visitor.answer.status_code == 422
    values = dict(visitor.form("request").values())
    assert values["scenario"] == "Hour by hour"
    wrong = {each.get("id") for each in visitor.document.iter() if each.get("aria-invalid") == "true"}
    assert "f-purpose" in wrong
    alert = next(each for each in visitor.document.iter("div") if each.get("role") == "alert")
    assert "#f-purpose" in {link.get("href") for link in alert.iter("a")}


async def test_whoever_goes_back_to_change_finds_everything_filled_in(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    dataset_id = await conditional(visitor, "nanning")
    await visitor.visit(f"/datasets/{dataset_id}/request")
    await filled(visitor)
    await visitor.send("request", button="edit")
    assert visitor.answer.status_code == 200
    values = visitor.form("request").values()
    assert ("purpose", STATED["purpose"]) in values
    assert len([name for name, _ in values if name == "data_items"]) == 2


async def test_a_second_click_files_nothing_twice(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    dataset_id = await conditional(visitor, "nanjing")
    await visitor.visit(f"/datasets/{dataset_id}/request")
    await filled(visitor)
    answer, document = visitor.answer, visitor.document
    await visitor.send("request", button="file")
    first = visitor.path
    visitor.answer, visitor.document = answer, document
    await visitor.send("request", button="file")
    assert visitor.path == first


async def test_what_was_sent_with_a_key_is_not_sent_otherwise_with_it(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    dataset_id = await conditional(visitor, "nanjing")
    await visitor.visit(f"/datasets/{dataset_id}/request")
    await filled(visitor)
    answer, document = visitor.answer, visitor.document
    key = dict(visitor.form("request").values())["key"]
    await visitor.send("request", button="file")
    visitor.answer, visitor.document = answer, document
    await visitor.send("request", button="file", purpose="Something else")
    assert visitor.answer.status_code == 422
    values = dict(visitor.form("request").values())
    assert values["purpose"] == "Something else"
    assert values["key"] != key


async def test_an_objection_with_evidence_holds_the_data_back_at_once(front: Front, tmp_path: Path) -> None:
    proof = tmp_path / "proof.txt"
    proof.write_text("they are named here", encoding="utf-8")
    visitor = await front.logged_in("applicant@demo")
    dataset_id = await conditional(visitor, "nanning")
    await visitor.visit(f"/datasets/{dataset_id}/objection")
    assert "held back" in visitor.text()
    await visitor.send("objection", button="check", files=[proof], ground="privacy", statement="Names of persons")
    assert visitor.answer.status_code == 200, visitor.text()
    assert "proof.txt" in visitor.text()
    await visitor.send("objection", button="file")
    assert visitor.path.endswith("/filed"), visitor.text()
    assert "held back" in visitor.text()
    await visitor.follow("See the case")
    assert "proof.txt" in visitor.text()
    anybody = await front.visitor().visit(f"/datasets/{dataset_id}")
    assert "Held since" in anybody.text()
    assert "It is not provided at present" in anybody.text()


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_who_uploaded_a_file_looks_at_it_before_sending_and_nobody_else(
    front: Front, tmp_path: Path, language: str
) -> None:
    proof = tmp_path / "proof.txt"
    proof.write_text("they are named here", encoding="utf-8")
    visitor = await front.logged_in("applicant@demo", language)
    dataset_id = await conditional(visitor, "nanning")
    await visitor.visit(f"{'/en' if language == 'en' else ''}/datasets/{dataset_id}/objection")
    await visitor.send("objection", button="check", files=[proof], ground="privacy", statement="Names of persons")
    way = {"zh": "在新窗口中查看", "en": "in a new window"}[language]
    answer, document = visitor.answer, visitor.document
    for button in (None, "edit"):  # while it is checked, and while it is changed again
        visitor.answer, visitor.document = answer, document
        if button:
            await visitor.send("objection", button=button)
        (link,) = [each for each in visitor.links() if way in text_of(each)]
        assert (link.get("target"), link.get("rel")) == ("_blank", "noopener")
        await visitor.follow(way)
        assert "they are named here" in visitor.text()
        assert {"zh": "还没有提交", "en": "belongs to no case yet"}[language] in visitor.text()
    another = await front.logged_in("objector@demo", language)
    assert (await another.visit(visitor.path)).answer.status_code == 404


async def test_a_file_that_is_no_evidence_loses_nothing(front: Front, tmp_path: Path) -> None:
    nothing = tmp_path / "empty.txt"
    nothing.write_bytes(b"")
    visitor = await front.logged_in("applicant@demo")
    dataset_id = await conditional(visitor, "yulin")
    await visitor.visit(f"/datasets/{dataset_id}/objection")
    await visitor.send("objection", button="check", files=[nothing], ground="privacy", statement="Names of persons")
    assert visitor.answer.status_code == 422
    assert dict(visitor.form("objection").values())["statement"] == "Names of persons"


@pytest.mark.parametrize("city", cities())
async def test_a_page_is_there_only_where_the_city_has_the_procedure(front: Front, city: str) -> None:
    visitor = await front.logged_in("applicant@demo")
    await visitor.visit(f"/{city}/demands/new")
    assert visitor.answer.status_code == (200 if city in ("nanning", "yulin", "guangzhou") else 404)
    await visitor.visit(f"/{city}/leaks/new")
    assert visitor.answer.status_code == (200 if city in ("nanjing", "guangzhou") else 404)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_demand_is_filed_with_the_body_whose_data_it_would_be(front: Front, language: str) -> None:
    visitor = await front.logged_in("applicant@demo", language)
    await visitor.visit("/yulin/demands/new")
    form = visitor.form("demands")
    provider = next(value for value in form.options("provider") if value)
    await visitor.send("demands", button="check", provider=provider, statement="Parking places by street")
    assert visitor.answer.status_code == 200, visitor.text()
    await visitor.send("demands", button="file")
    assert visitor.path.endswith("/filed"), visitor.text()
    assert "-DM-" in visitor.text()


async def test_a_leak_is_reported_by_who_may(front: Front) -> None:
    visitor = await front.logged_in("reviewer@nanjing.operator")
    await visitor.visit("/nanjing/leaks/new")
    await visitor.send("leaks", button="check", statement="Accounts of users were read")
    await visitor.send("leaks", button="file")
    assert "-LK-" in visitor.text(), visitor.text()
    applicant = await front.logged_in("applicant@demo")
    await applicant.visit("/nanjing/leaks/new")
    await applicant.send("leaks", button="check", statement="Accounts of users were read")
    assert applicant.answer.status_code == 403


async def test_an_officer_files_no_request_and_a_stranger_logs_in_first(front: Front) -> None:
    officer = await front.logged_in("reviewer@nanning.operator")
    dataset_id = await conditional(officer, "nanning")
    await officer.visit(f"/datasets/{dataset_id}/request")
    assert officer.answer.status_code == 403
    stranger = await front.visitor().visit(f"/datasets/{dataset_id}/request")
    assert stranger.path == "/en/login"


async def test_there_is_no_form_for_what_is_not_there(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    for path in ("/datasets/nanning-nothing/request", "/datasets/nanning-nothing/objection", "/atlantis/demands/new"):
        await visitor.visit(path)
        assert visitor.answer.status_code == 404
