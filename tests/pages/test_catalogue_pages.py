"""Those who keep the catalogue: drafted with a diff, reviewed by the bodies of the city, published; and imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rules.vocabulary import QUESTIONS
from tests.api.calling import Service
from tests.api.importing import GOOD, HEAD
from tests.api.test_five_cities import granted
from tests.api.updating import answers, law, said_with, today, trigger_of
from tests.pages.reviewing import LANGUAGE_OF, decided
from tests.pages.visiting import Front, Visitor

TITLE: dict[str, Any] = {"entry.title.zh": "公交实时位置（脱敏）", "entry.title.en": "Positions of buses, masked"}


async def keeping(front: Front, city: str, body: str = "transport") -> Visitor:
    language = LANGUAGE_OF[city]
    visitor = await front.logged_in(f"reviewer@{city}.{body}", language)
    return await visitor.visit("/catalogue" if language == "zh" else "/en/catalogue")


async def editing(front: Front, service: Service, city: str) -> tuple[Visitor, Any]:
    """The editor of the city's first conditional dataset of its transport department."""
    dataset = await service.as_("applicant@demo").conditional_dataset(city)
    visitor = await keeping(front, city)
    here = "/catalogue" if LANGUAGE_OF[city] == "zh" else "/en/catalogue"
    return await visitor.visit(f"{here}/{dataset['dataset_id']}/update"), dataset


@pytest.mark.parametrize("city", LANGUAGE_OF)
async def test_a_draft_is_filed_reviewed_by_every_body_and_published_on_the_pages(
    working: Front, service: Service, city: str
) -> None:
    rules = await law(service.nobody(), city)
    visitor, dataset = await editing(working, service, city)
    answered = answers(rules, "conditional")
    said = {f"answers.{name}": value for name, value in answered.items()}
    basis = {"entry.basis.zh": "某法第一条", "entry.basis.en": "Some law, article 1"}
    form = visitor.form("entry.title.zh")
    filed: dict[str, Any] = {"trigger": trigger_of(rules), "occurred_on": str(today()), **TITLE, **basis, **said}
    if "statement" in form.names():
        filed["statement"] = "Said for the test"
    await visitor.send("entry.title.zh", button="file", **filed)
    assert visitor.answer.status_code == 200, visitor.text()
    admin = service.as_("admin@kaifang")
    (found,) = (await admin.read("/v1/cases", procedure="catalogue_update", city=city))["items"]
    case = await admin.read(f"/v1/cases/{found['case_id']}")
    assert {change["field"] for change in case["update"]["draft"]["changes"]} >= {"title"}
    while case["status"] == "open":
        task = next(each for each in case["tasks"] if each["state"] == "open")
        stage = rules.stage(task["stage"])
        assert stage
        outcome = next(each for each in stage.outcomes if not each.by_publication)
        asked = {name for each in outcome.requires if each.applies_to(answered) for name in each.any_of}
        said = {name: value for name, value in said_with(outcome).items() if name in asked - QUESTIONS}
        case = await decided(working, service, case, stage.stage, outcome.outcome, **said)
    after = await admin.read(f"/v1/datasets/{dataset['dataset_id']}")
    assert after["title"] == TITLE["entry.title.en"]


async def test_a_draft_is_looked_at_item_by_item_with_the_grants_that_would_lose_one(
    working: Front, service: Service
) -> None:
    case = await granted(service, service.as_("applicant@demo"), "nanning")
    visitor, dataset = await editing(working, service, "nanning")
    said: dict[str, Any] = {"entry.items.0.drop": "yes", **TITLE}
    await visitor.send("entry.title.zh", button="look", **said)
    assert visitor.answer.status_code == 200
    assert {"移除", "不变"} <= set(visitor.text().split())
    access = await service.as_("applicant@demo").read(f"/v1/cases/{case['granted']['access_case_id']}")
    assert access["case_number"] in visitor.text()
    assert dict(visitor.form("entry.title.zh").values())["entry.title.zh"] == TITLE["entry.title.zh"]
    assert not (await service.as_("admin@kaifang").read("/v1/cases", procedure="catalogue_update"))["items"]
    assert dataset["title"]


async def test_what_is_wrong_with_a_draft_stands_beside_its_field(working: Front, service: Service) -> None:
    visitor, _ = await editing(working, service, "nanning")
    said: dict[str, Any] = {"entry.title.zh": "只有中文", "entry.title.en": ""}
    await visitor.send("entry.title.zh", button="file", **said)
    assert visitor.answer.status_code == 422
    wrong = [e for e in visitor.document.iter() if "wrong" in (e.get("class") or "").split()]
    names = {child.get("name") for each in wrong for child in each.iter() if child.get("name")}
    assert "entry.title.en" in names
    assert "trigger" in names or "occurred_on" in names or names == {"entry.title.en"}
    assert dict(visitor.form("entry.title.zh").values())["entry.title.zh"] == "只有中文"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_provider_says_on_which_day_its_data_was_brought_up_to_date(
    working: Front, service: Service, language: str
) -> None:
    visitor = await working.logged_in("reviewer@nanning.transport", language)
    await visitor.visit("/catalogue" if language == "zh" else "/en/catalogue")
    form = next(each for each in visitor.forms() if each.address.endswith("/updated"))
    await visitor.send(form.address, updated_on="2099-01-01")
    assert visitor.answer.status_code == 422
    await visitor.send(form.address, updated_on=str(today()))
    assert visitor.answer.status_code == 200
    dataset = await service.nobody().read(f"/v1/datasets/{form.address.split('/')[-2]}")
    assert dataset["updated_on"] == str(today())


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_file_files_its_good_rows_and_tells_the_others_by_cell(
    working: Front, service: Service, tmp_path: Path, language: str
) -> None:
    file = tmp_path / "entries.csv"
    file.write_text(f"{HEAD}\r\n{GOOD}\r\n{GOOD.replace('共享单车停放点', '', 1)}\r\n", encoding="utf-8")
    visitor = await working.logged_in("reviewer@nanning.authority", language)
    await visitor.visit("/catalogue/import" if language == "zh" else "/en/catalogue/import")
    await visitor.send("file")
    assert visitor.answer.status_code == 422
    await visitor.send("file", files=[file])
    assert visitor.answer.status_code == 200
    assert "title_zh" in visitor.text() or "title" in visitor.text()
    found = await service.as_("admin@kaifang").read("/v1/cases", procedure="catalogue_update")
    assert len(found["items"]) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_new_entry_is_drafted_and_the_authority_records_an_event_without_one(
    working: Front, service: Service, language: str
) -> None:
    prefix = "" if language == "zh" else "/en"
    provider = await working.logged_in("reviewer@nanning.transport", language)
    await provider.visit(f"{prefix}/catalogue/new")
    assert "entry.items.0.item" in provider.form("trigger").names()
    authority = await working.logged_in("reviewer@nanning.authority", language)
    await authority.visit(f"{prefix}/catalogue/new")
    assert "entry.title.zh" not in authority.form("trigger").names()
    rules = await law(service.nobody(), "nanning")
    said: dict[str, Any] = {"trigger": trigger_of(rules), "occurred_on": str(today()), "provider": "nanning.transport"}
    await authority.send("trigger", button="file", **said)
    assert authority.answer.status_code == 200, authority.text()
    assert len((await service.as_("admin@kaifang").read("/v1/cases", procedure="catalogue_update"))["items"]) == 1
