"""Likely duplicates: by which rule two entries are alike, and that the authority's reviewer is shown them."""

from __future__ import annotations

from typing import Any

import pytest

from reading.updates.duplicates import likenesses
from tests.api.calling import Service
from tests.api.updating import CITIES, NEW_ENTRY, answers, drafting, law, recorded, walked


def entry(title: str, *names: str) -> dict[str, Any]:
    items = [{"item": f"{title}_{name}", "name": {"zh": name, "en": name}} for name in names]
    return {"title": {"zh": title, "en": title}, "items": items}


def codes(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [each.code for each in likenesses(one, other)]


def test_entries_of_which_half_of_all_items_are_common_are_alike() -> None:
    one = entry("道路", "名称", "起点", "终点", "长度")
    assert codes(one, entry("航线", "名称", "起点", "终点", "宽度")) == ["items"]
    assert codes(one, entry("航线", "名称", "起点", "深度", "宽度")) == []


def test_one_common_item_makes_no_duplicate() -> None:
    assert codes(entry("道路", "名称"), entry("航线", "名称")) == []


def test_items_are_common_by_code_where_their_names_differ() -> None:
    one, other = entry("道路", "名称", "起点"), entry("航线", "名字", "始点")
    for ours, theirs in zip(one["items"], other["items"], strict=True):
        theirs["item"] = ours["item"]
    (found,) = likenesses(one, other)
    assert (found.code, found.share, found.common) == ("items", 1.0, ("名称", "起点"))


def test_titles_are_alike_by_the_pairs_of_characters_that_they_have_in_common() -> None:
    assert codes(entry("公交线路与站点"), entry("公交线路和站点")) == ["title"]
    assert codes(entry("公交线路与站点"), entry("学校名录")) == []
    assert codes(entry("公交线路"), entry("公交车辆实时位置")) == []


def test_width_case_and_punctuation_make_no_difference() -> None:
    (found,) = likenesses(entry("WiFi热点（公共）"), entry("ｗｉｆｉ 热点，公共"))
    assert (found.code, found.share) == ("title", 1.0)


def test_entries_that_say_nothing_are_not_alike() -> None:
    assert likenesses({}, {}) == []
    assert codes(entry(""), entry("")) == []


@pytest.mark.duty("NJ-17")
@pytest.mark.parametrize("city", CITIES)
async def test_the_authoritys_reviewer_sees_datasets_of_other_departments_that_are_alike(
    working: Service, city: str
) -> None:
    health, transport = working.as_(f"reviewer@{city}.health"), working.as_(f"reviewer@{city}.transport")
    rules = await law(health, city)
    draft = {"entry": NEW_ENTRY, "answers": answers(rules, "unconditional")}
    theirs = await walked(working, await recorded(health, await drafting(health, city, dataset_id=None, **draft)))
    ours = await recorded(transport, await drafting(transport, city, dataset_id=None, **draft))

    path = f"/v1/cases/{ours['case_id']}"
    (found,) = (await working.as_(f"reviewer@{city}.authority").read(path))["update"]["likely_duplicates"]
    assert (found["dataset_id"], found["provider"]) == (theirs["dataset_id"], f"{city}.health")
    assert found["title"] == NEW_ENTRY["title"]["en"]
    assert [(each["code"], each["share"]) for each in found["reasons"]] == [("items", 1.0), ("title", 1.0)]
    assert found["reasons"][0]["common"] == ["停放点编号", "单车容量"]
    assert all(each["text"] for each in found["reasons"])
    for who in (f"reviewer@{city}.transport", f"reviewer@{city}.operator", f"supervisor@{city}.authority"):
        assert (await working.as_(who).read(path))["update"]["likely_duplicates"] is None


@pytest.mark.duty("NJ-17")
async def test_nanjings_authority_settles_which_department_collects(working: Service) -> None:
    provider = working.as_("reviewer@nanjing.transport")
    case = await walked(working, await recorded(provider, await drafting(provider, "nanjing")), until="review")
    case = await working.decide(case, "review", "settle", measure="The health commission collects this")
    assert case["update"]["draft"]["state"] == "submitted"
    assert "compilation" in [task["stage"] for task in case["tasks"] if task["state"] == "open"]


async def test_an_entry_is_no_duplicate_of_itself_and_without_a_draft_none_is_sought(
    working: Service,
) -> None:
    authority = working.as_("reviewer@nanning.authority")
    provider = working.as_("reviewer@nanning.transport")
    case = await recorded(provider, await drafting(provider, "nanning"))
    read = await authority.read(f"/v1/cases/{case['case_id']}")
    assert read["update"]["likely_duplicates"] == []
