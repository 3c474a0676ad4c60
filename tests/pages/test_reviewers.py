"""Officers decide in a browser without scripts, in every city by its own law."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any, cast

import pytest

from tests.api.calling import Service
from tests.api.objecting import Decision, filed, kept_back_since
from tests.api.test_five_cities import REVIEWS
from tests.api.test_objections_five_cities import ON_ERROR, ON_PRIVACY
from tests.pages.reviewing import decided, task_of
from tests.pages.visiting import Front, text_of

LONG = os.environ.get("KAIFANG_LONG") == "1"
REFUSED = {
    "nanning": ("provider_review", "第二十条第（三）项"),
    "yulin": ("provider_review", "Yulin service rule"),
    "guangzhou": ("provider_review", "第"),
    "lianyungang": ("provider_review", ""),
    "nanjing": ("provider_review", "第"),
}


@pytest.mark.parametrize("city", REVIEWS)
async def test_a_request_is_granted_by_the_bodies_of_its_city_on_their_pages(
    working: Front, service: Service, city: str
) -> None:
    applicant = service.as_("applicant@demo")
    case = await applicant.file(city)
    for stage, outcome in REVIEWS[city]:
        case = await decided(working, service, case, stage, outcome)
    case = await decided(working, service, case, "provider_signature", "sign", conditions="No copy leaves the machine")
    case = (await applicant.sign(case["case_id"]))["case"]
    assert (case["outcome"], case["granted"]["data_items"]) == ("granted", case["request"]["data_items"])


@pytest.mark.parametrize("city", REFUSED)
async def test_a_refusal_without_its_reason_loses_nothing_and_names_the_article(
    working: Front, service: Service, city: str
) -> None:
    case = await service.as_("applicant@demo").file(city)
    if city == "nanning":
        case = await decided(working, service, case, "formal_review", "pass")
    stage, article = REFUSED[city]
    task = next(t for t in case["tasks"] if t["stage"] == stage)
    visitor = await task_of(working, f"reviewer@{task['body']}", case["case_number"], stage)

    said: dict[str, Any] = {"basis": "第十条"} if "basis" in visitor.form("outcome").names() else {}
    await visitor.send("outcome", button="decide", outcome="refuse", **said)
    if city != "lianyungang":  # there a basis is enough
        assert visitor.answer.status_code == 422
        form = visitor.form("outcome")
        assert dict(form.values())["outcome"] == "refuse"
        if "basis" in form.names():
            assert dict(form.values())["basis"] == "第十条"
        (wrong,) = [e for e in visitor.document.iter("div") if e.get("class", "").startswith("field wrong")]
        assert any(e.get("name") == "reason" for e in wrong.iter("textarea"))
        assert any("law" in e.get("class", "") for e in wrong.iter("span"))
        assert article in text_of(wrong)
        await visitor.send("outcome", button="decide", reason="涉及个人信息")
    assert visitor.answer.status_code == 200, visitor.text()
    case = await service.as_("admin@kaifang").read(f"/v1/cases/{case['case_id']}")
    assert next(t for t in case["tasks"] if t["stage"] == stage)["outcome"] == "refuse"


Way = tuple[str, str, list[Decision], str]
"""City, ground, what officers decide, and how the case ends."""


def of_objections() -> Iterator[Way]:
    """All ways of all cities, each by its own law."""
    for each in ON_PRIVACY:
        city, decisions, ending, _ = each.values
        yield str(city), "privacy", cast("list[Decision]", decisions), str(ending)
    for each in ON_ERROR:
        city, decisions, ending, _ = each.values
        yield str(city), "error", cast("list[Decision]", decisions), str(ending)


def one_to_each_ending(ways: Iterable[Way]) -> list[Way]:
    """The long form walks every way; the short form one to each ending of a city and ground, the longest."""
    if LONG:
        return list(ways)
    longest: dict[tuple[str, str, str], Way] = {}
    for way in ways:
        city, ground, decisions, ending = way
        known = longest.get((city, ground, ending))
        if known is None or len(known[2]) < len(decisions):
            longest[city, ground, ending] = way
    return list(longest.values())


@pytest.mark.parametrize(
    ("city", "ground", "decisions", "ending"),
    one_to_each_ending(of_objections()),
    ids=lambda it: it if isinstance(it, str) else "",
)
async def test_an_objection_is_decided_on_the_pages_to_each_of_its_endings(
    working: Front, service: Service, city: str, ground: str, decisions: list[Decision], ending: str
) -> None:
    case = await filed(service.as_("objector@demo"), city, ground=ground)
    for stage, outcome, said in decisions:
        day = {"processed_on": kept_back_since(case)[:10]} if "processing" in said else {}
        case = await decided(working, service, case, stage, outcome, **said, **day)
    assert (case["status"], case["outcome"]) == ("closed", ending)
