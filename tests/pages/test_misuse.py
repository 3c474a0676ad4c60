"""Misuse by pages: anybody who is logged in reports it, and what a city has published of it is read by everybody."""

from __future__ import annotations

import pytest

from tests.pages.test_filing import conditional
from tests.pages.visiting import Front

SEEN = "Names of passengers were for sale"


@pytest.mark.parametrize(("city", "language"), [("nanning", "zh"), ("guangzhou", "en"), ("lianyungang", "zh")])
async def test_anybody_who_is_logged_in_reports_misuse_by_a_page(front: Front, city: str, language: str) -> None:
    visitor = await front.logged_in("applicant2@demo", language)
    dataset_id = await conditional(visitor, city)
    await visitor.visit(f"/datasets/{dataset_id}/misuse")
    assert visitor.answer.status_code == 200, visitor.text()
    form = visitor.form("misuse")
    await visitor.send("misuse", button="check", statement=SEEN, misuse=form.options("misuse")[0])
    assert SEEN in visitor.text()
    await visitor.send("misuse", button="file")
    assert visitor.path.endswith("/filed"), visitor.text()
    await visitor.follow("查看案件" if language == "zh" else "See the case")
    assert SEEN in visitor.text()


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_what_a_city_has_published_is_read_by_everybody(front: Front, language: str) -> None:
    visitor = front.visitor(language)
    await visitor.visit("/guangzhou/measures")
    assert visitor.answer.status_code == 200
    assert ("目前没有公示" if language == "zh" else "Nothing is published") in visitor.text()
    await visitor.visit("/nanning/measures")
    assert ("未要求公示" if language == "zh" else "does not have them published") in visitor.text()
