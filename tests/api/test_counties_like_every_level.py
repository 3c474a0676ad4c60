"""What the text gives every level the authority of a county has too (Nanning 12, 18, 32 and 35, Yulin 21 and 35): its
own filings, orders against bodies of the county, and urging (Nanning 8, Yulin 8, Nanjing 6.3)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from activities.database import Pool
from rules.deadlines import to_shanghai
from tests.api.calling import Service, open_task
from tests.api.test_counties import ANOTHER, BODIES, COUNTY, PROVIDER, officer, put
from tests.api.test_filing_of_bodies import filed, of_the_directory
from tests.api.test_opening_by_year import sent
from tests.api.test_rectifications import BREACHES, post
from tests.api.updating import errors

POSTS = ["leader", "data_officer", "technical_officer"]


def urging(task: Any) -> str:
    return f"/v1/supervision/tasks/{task['task_id']}/urging"


@pytest.mark.duty("NN-12a", "NN-12b", "NN-18", "NN-32", "NN-35")
async def test_the_authority_of_a_county_has_account_contact_posts_plan_and_is_rectified(
    working: Service,
) -> None:
    clerk, city = f"reviewer@{COUNTY}", "nanning"
    today = to_shanghai(await working.app.state.runtime.now()).date()
    asked = {"city": city, "account_action": "open", "account_user": "Li Si"}
    case = await filed(working, clerk, "/v1/account-changes", **asked)
    await working.decide(case, "account_answer", "agree")
    contact = {"city": city, "contact": "Wang Wu", "reached_at": "0771-1234567", "discovered_on": f"{today}"}
    case = await filed(working, clerk, "/v1/contact-changes", **contact)
    await working.decide(case, "contact_record", "keep")
    shown = await of_the_directory(working, clerk, COUNTY)
    assert ([each["user"] for each in shown["accounts"]], shown["contact"]["contact"]) == (["Li Si"], "Wang Wu")
    assert shown["missing"] == POSTS
    assert (await working.as_(clerk).read(f"/v1/cases/{case['case_id']}"))["outcome"] == "contact_kept"

    begun = await sent(working.as_(clerk), "/v1/opening-plans", {"city": city, "year": 2024})
    assert begun.status_code == 201, begun.text
    plan = begun.json()
    assert (plan["year"]["body"], open_task(plan, "submission")["body"]) == (COUNTY, COUNTY)
    plan = await working.decide(plan, "submission", "submit", plan="Every dataset of the county")
    assert plan["outcome"] == "submitted"

    breach = await post(working.as_("reviewer@nanning.authority"), city, body=COUNTY)
    assert breach.status_code == 201, breach.text
    limit = {"reference": "武政发〔2026〕1号", "time_limit": "10wd"}
    ordered = await working.decide(breach.json(), "order", "county_order", **limit)
    assert open_task(ordered, "remedy")["body"] == COUNTY


@pytest.mark.duty("YL-21", "YL-35")
async def test_yulins_counties_apply_for_accounts_and_can_be_rectified(working: Service) -> None:
    asked = {"city": "yulin", "account_action": "open", "account_user": "Li Si"}
    case = await filed(working, "reviewer@yulin.beiliu", "/v1/account-changes", **asked)
    assert open_task(case, "account_answer")["body"] == "yulin.operator"
    breach = await post(working.as_("reviewer@yulin.authority"), "yulin", body="yulin.beiliu")
    assert breach.status_code == 201, breach.text


async def test_nobody_files_for_the_authority_of_another_citys_county(working: Service) -> None:
    stated = {"city": "nanning", "account_action": "open", "account_user": "X"}
    answer = await working.as_("reviewer@yulin.beiliu").post("/v1/account-changes", stated, str(uuid.uuid4()))
    assert answer.status_code == 403
    plan = await sent(working.as_("reviewer@yulin.beiliu"), "/v1/opening-plans", {"city": "nanning", "year": 2024})
    assert plan.status_code == 403


@pytest.mark.duty("NN-35", "YL-35")
@pytest.mark.parametrize("body", [PROVIDER, "yulin.beiliutransport"])
async def test_a_body_of_a_county_is_ordered_by_its_own_government_and_not_by_the_citys(
    working: Service, body: str
) -> None:
    city = body.partition(".")[0]
    government = working.as_(f"reviewer@{city}.government")
    case = (await post(working.as_(f"reviewer@{city}.authority"), city, body=body)).json()
    task = open_task(case, "order")
    seen = await government.read(f"/v1/cases/{case['case_id']}")
    offered = next(each["outcomes"] for each in seen["possible"] if each["act"] == "decide")
    assert ("county_order" in offered, "order" in offered) == (True, False)
    path, limit = f"/v1/tasks/{task['task_id']}/decision", {"time_limit": "10wd"}
    of_the_city = await government.post(path, {"outcome": "order", **limit})
    assert errors(of_the_city) == [("outcome", "NotAboutThisBody")]
    bare = await government.post(path, {"outcome": "county_order", **limit})
    assert errors(bare) == [("reference", "RequirementMissing")]
    case = await working.decide(case, "order", "county_order", reference="政发〔2026〕1号", **limit)
    assert open_task(case, "remedy")["body"] == body

    of_city = (await post(working.as_(f"reviewer@{city}.authority"), city, breach=BREACHES[city])).json()
    path = f"/v1/tasks/{open_task(of_city, 'order')['task_id']}/decision"
    of_county = await government.post(path, {"outcome": "county_order", "reference": "x", **limit})
    assert errors(of_county) == [("outcome", "NotAboutThisBody")]


@pytest.mark.duty("NN-8", "YL-8", "NJ-6b")
@pytest.mark.parametrize(
    ("county", "order", "article"),
    [(COUNTY, "county_order", "8(1)"), ("yulin.beiliu", "county_order", "8"), ("nanjing.jiangning", "order", "6.3")],
)
async def test_the_supervisor_of_a_county_urges_its_bodies_and_no_others(
    working: Service, pool: Pool, county: str, order: str, article: str
) -> None:
    city, words = county.partition(".")[0], {"text": "Soon, please"}
    supervisor = await officer(working, pool, county, "supervisor")
    case = (await post(working.as_(f"reviewer@{city}.authority"), city, body=f"{county}transport")).json()
    of_the_city = await supervisor.post(urging(open_task(case, "order")), words)
    assert (of_the_city.status_code, of_the_city.json()["type"]) == (403, "urn:kaifang:problem:urging-not-yours")

    case = await working.decide(case, "order", order, reference="政发〔2026〕1号", time_limit="10wd")
    remedy = open_task(case, "remedy")
    seen = await supervisor.read(f"/v1/cases/{case['case_id']}")
    assert [each["task_id"] for each in seen["possible"] if each["act"] == "urge"] == [remedy["task_id"]]
    await supervisor.do(urging(remedy), words)
    events = (await supervisor.read(f"/v1/cases/{case['case_id']}/events"))["items"]
    urged = next(event for event in events if event["type"] == "TaskUrged")
    assert (urged["body"], urged["article"], urged["basis"]) == (county, article, "law")
    provider = await officer(working, pool, f"{county}transport", "supervisor")
    assert (await provider.post(urging(remedy), words)).status_code == 403, "a body of a county, and not its authority"
    if city == "nanning":
        await put(pool, BODIES)
        other = await officer(working, pool, ANOTHER, "supervisor")
        assert (await other.post(urging(remedy), words)).status_code == 404
