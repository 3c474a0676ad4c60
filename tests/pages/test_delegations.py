"""Delegated access by pages: the holder delegates and takes back, the delegate gets its key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from rules.deadlines import to_shanghai
from tests.api.calling import Service
from tests.api.test_five_cities import granted
from tests.pages.test_reading_a_case import is_well_made
from tests.pages.visiting import BASE, Form, Front, Visitor

MATTER = "Fetch the bus stops near my shop"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_grant_is_delegated_used_and_taken_back_by_pages(
    working: Front, service: Service, language: str
) -> None:
    case = await granted(service, service.as_("applicant@demo"), "guangzhou")
    access = await service.as_("applicant@demo").read(f"/v1/cases/{case['granted']['access_case_id']}")
    holder, delegate = [await working.logged_in(login, language) for login in ("applicant@demo", "applicant2@demo")]
    today = to_shanghai(await service.app.state.runtime.now()).date()
    path = f"/my/grants/{access['case_number']}"
    await holder.visit(path)
    await holder.follow("授权他人协助获取" if language == "zh" else "Who else may use it")
    page = holder.path

    await holder.send("matter", to="applicant2@demo", matter=MATTER)
    assert holder.answer.status_code == 422
    is_well_made(holder, language)
    assert MATTER in str(holder.answer.text)
    stated: dict[str, Any] = {
        "to": "applicant2@demo",
        "matter": MATTER,
        "accesses": "2",
        "last_day": f"{today + timedelta(days=9)}",
    }
    await holder.send("matter", **stated)
    is_well_made(holder, language)
    assert "0 / 2" in holder.text()

    await delegate.visit("/my/grants")
    await delegate.follow("他人授权我获取的数据" if language == "zh" else "What others let you use")
    await delegate.visit(
        next(f"{link.get('href')}" for link in delegate.links() if "/my/delegations/" in link.get("href", ""))
    )
    await delegate.send("/my/delegations/")
    is_well_made(delegate, language)
    assert "kf_" in delegate.text()

    await holder.visit(page)
    await holder.send("delegation")
    assert ("已收回" if language == "zh" else "taken back") in holder.text()
    await delegate.visit(delegate.path)
    assert ("领取密钥" if language == "zh" else "Get a key") not in delegate.text()


async def test_two_delegations_taken_back_from_the_same_page_are_both_taken_back(
    working: Front, service: Service
) -> None:
    holder = await at_its_grant(working, service)
    today = to_shanghai(await service.app.state.runtime.now()).date()
    await holder.follow("Who else may use it")
    page = holder.path
    for matter in (MATTER, "Fetch the bus stops near my home"):
        last_day = f"{today + timedelta(days=9)}"
        await holder.send("matter", to="applicant2@demo", matter=matter, accesses="2", last_day=last_day)
    of_the_page = [each for each in holder.forms() if "delegation" in each.names()]
    assert len(of_the_page) == 2
    for form in of_the_page:
        await sent_from_there(holder, form)
    await holder.visit(page)
    assert [each for each in holder.forms() if "delegation" in each.names()] == []


async def test_a_grant_given_back_from_the_page_that_issued_a_key_is_given_back(
    working: Front, service: Service
) -> None:
    holder = await at_its_grant(working, service)
    page, of_the_page = holder.path, {dict(each.values()).get("act"): each for each in holder.forms()}
    issued = await sent_from_there(holder, of_the_page["key"])
    assert "kf_" in issued.text
    answered = await sent_from_there(holder, of_the_page["renounce"])
    assert answered.has_redirect_location
    await holder.visit(page)
    assert "act" not in {name for form in holder.forms() for name in form.names()}, holder.text()
    (grant,) = (await service.as_("applicant@demo").read("/v1/grants"))["items"]
    assert grant["ended"] == "renounced"


async def at_its_grant(front: Front, service: Service) -> Visitor:
    """The holder of a grant, on the page of it."""
    case = await granted(service, service.as_("applicant@demo"), "guangzhou")
    access = await service.as_("applicant@demo").read(f"/v1/cases/{case['granted']['access_case_id']}")
    return await (await front.logged_in("applicant@demo")).visit(f"/my/grants/{access['case_number']}")


async def sent_from_there(visitor: Visitor, form: Form) -> httpx.Response:
    """Sends a form of a page which the browser may have left meanwhile."""
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Origin": BASE}
    return await visitor.http.post(form.address, data=dict(form.values()), headers=headers)
