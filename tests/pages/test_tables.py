"""Lists that are saved from their pages as tables: what the list has, narrowed as it is."""

from __future__ import annotations

import csv
import io

import pytest

from tests.api.calling import Service
from tests.api.test_five_cities import granted
from tests.pages.visiting import Front, Visitor

SAVE = {"zh": "下载表格", "en": "Download as a table"}
NUMBER = {"zh": "案件编号", "en": "Case number"}


def rows(visitor: Visitor) -> list[dict[str, str]]:
    assert visitor.answer.headers["content-type"] == "text/csv; charset=utf-8", visitor.text()
    return list(csv.DictReader(io.StringIO(visitor.answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_work_list_cases_and_my_cases_are_saved_as_tables(front: Front, service: Service, language: str) -> None:
    number = (await service.as_("applicant@demo").file("nanning"))["case_number"]
    prefix = "/en" if language == "en" else ""
    officer = await front.logged_in("reviewer@nanning.operator", language)
    for page, of_it in (
        ("/desk", True),
        ("/desk?procedure=objection", False),
        (f"/desk/cases?number={number}", True),
        ("/desk/cases?status=closed", False),
    ):
        await (await officer.visit(prefix + page)).follow(SAVE[language])
        assert (number in [row[NUMBER[language]] for row in rows(officer)]) is of_it, page
    applicant = await front.logged_in("applicant@demo", language)
    await (await applicant.visit(f"{prefix}/my")).follow(SAVE[language])
    assert [row[NUMBER[language]] for row in rows(applicant)] == [number]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_catalogue_and_who_holds_data_are_saved_by_anybody(front: Front, language: str) -> None:
    prefix, somebody = "/en" if language == "en" else "", front.visitor(language)
    await (await somebody.visit(f"{prefix}/datasets?city=nanning&openness=closed")).follow(SAVE[language])
    assert {row["开放类型" if language == "zh" else "Openness"] for row in rows(somebody)} == {
        "不予开放" if language == "zh" else "Closed"
    }
    assert rows(await somebody.visit(f"{prefix}/guangzhou/holders.csv")) == []
    assert (await somebody.visit(f"{prefix}/nanning/holders.csv")).answer.status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_own_grants_messages_and_the_log_are_saved_as_tables(
    working: Front, service: Service, language: str
) -> None:
    prefix, name = "/en" if language == "en" else "", NUMBER[language]
    case = await granted(service, service.as_("applicant@demo"), "guangzhou")
    applicant = await working.logged_in("applicant@demo", language)
    for page in ("/my/grants", "/messages?of=all", f"/cases/{case['case_number']}/log"):
        await (await applicant.visit(prefix + page)).follow(SAVE[language])
        assert rows(applicant), page
    (grant,) = rows(await applicant.visit(f"{prefix}/my/grants.csv"))
    officer = await working.logged_in("reviewer@guangzhou.transport", language)
    await (await officer.visit(f"{prefix}/desk/grants")).follow(SAVE[language])
    assert [row[name] for row in rows(officer)] == [grant[name]]
    somebody_else = await working.logged_in("applicant2@demo", language)
    hidden = await somebody_else.visit(f"{prefix}/cases/{case['case_number']}/log.csv")
    assert hidden.answer.status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_what_supervision_lists_is_saved_from_its_pages(front: Front, language: str) -> None:
    prefix = "/en" if language == "en" else ""
    supervisor = await front.logged_in("supervisor@nanning.authority", language)
    for page in ("/notices", "/directory"):
        await (await supervisor.visit(f"{prefix}/supervision{page}")).follow(SAVE[language])
        assert rows(supervisor), page
    for table in ("absences.csv", "rectifications.csv", "rectifications/proposals.csv"):
        assert rows(await supervisor.visit(f"{prefix}/supervision/{table}")) == [], table
    applicant = await front.logged_in("applicant@demo", language)
    for table in ("notices.csv", "directory.csv", "absences.csv", "rectifications.csv"):
        assert (await applicant.visit(f"{prefix}/supervision/{table}")).answer.status_code == 403, table


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_bodies_and_the_versions_of_an_entry_are_saved_by_anybody(front: Front, language: str) -> None:
    prefix, somebody = "/en" if language == "en" else "", front.visitor(language)
    await (await somebody.visit(f"{prefix}/nanning/bodies")).follow(SAVE[language])
    assert len(rows(somebody)) > 3
    versions = {"zh": "目录条目的各个版本", "en": "Versions of the entry"}[language]
    await (await somebody.visit(f"{prefix}/datasets/nanning-transport-bus-positions")).follow(versions)
    assert len(rows(somebody)) == 1
    assert (await somebody.visit(f"{prefix}/datasets/no-such/versions.csv")).answer.status_code == 404
