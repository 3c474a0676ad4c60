"""Lists that are saved from their pages as tables: what the list has, narrowed as it is."""

from __future__ import annotations

import csv
import io

import pytest

from tests.api.calling import Service
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
