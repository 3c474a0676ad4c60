"""Importing entries from CKAN: package by package, and whatever else a portal may send."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.database import Pool
from tests.api.calling import Service
from tests.api.importing import AUTHORITY, PACKAGES, imported, send, told


async def test_a_ckan_answer_is_read_package_by_package(service: Service, pool: Pool) -> None:
    answer = {"help": "…", "success": True, "result": {"count": 3, "results": PACKAGES}}
    text = json.dumps(answer, ensure_ascii=False, indent=1)
    lines = text.splitlines()

    report = await imported(service, text, kind="application/json")

    untitled = next(n for n, line in enumerate(lines, 1) if '"untitled"' in line) - 1
    last = next(n for n, line in enumerate(lines, 1) if '"no package"' in line)
    assert told(report) == [
        (untitled, "title_zh", "missing"),
        (untitled, "openness", "missing"),
        (last, None, "model_type"),
    ]
    (filed,) = report["filed"]
    assert filed["line"] == next(n for n, line in enumerate(lines, 1) if '"parking"' in line) - 1
    kept = json.loads(await pool.fetchval("select content from acts where case_id = $1", filed["case_id"]))["entry"]
    assert kept["items"] == [{"item": "spaces", "name": {"zh": "泊位数", "en": "泊位数"}, "type": "integer"}]
    assert (kept["formats"], kept["update_frequency"], kept["domain"]["zh"]) == (["csv", "json"], "P1D", "交通出行")


ODD = [
    {"name": "extras", "title": "甲", "extras": True},
    {"name": "resources", "title": "乙", "resources": 5},
    {"name": "half", "title": "\ud800"},
    {"name": "deep", "x": json.loads("[" * 60 + "]" * 60)},
]


async def test_an_odd_package_is_reported_by_name_and_field_and_stops_no_other(
    service: Service,
) -> None:
    text = json.dumps({"result": {"results": [*ODD, PACKAGES[0]]}})

    report = await imported(service, text, kind="application/json")

    assert report["accepted"] == 1
    assert [(each["name"], each["field"], each["code"]) for each in report["rejected"]] == [
        ("extras", "extras", "list_type"),
        ("resources", "resources", "list_type"),
        ("half", "title", "string_unicode"),
        (None, None, "json_too_deep"),
    ]
    chinese = await service.as_(AUTHORITY).http.post(
        "/v1/catalogue/imports",
        params={"city": "nanning"},
        content=text,
        headers=service.as_(AUTHORITY).headers({"Content-Type": "application/json", "Accept-Language": "zh-CN"}),
    )
    for english, said in zip(report["rejected"], chinese.json()["rejected"], strict=True):
        assert english["detail"]
        assert said["detail"] not in ("", english["detail"])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "title", "notes", "organization", "resources", "extras", "isopen", "key", "value"])
            | st.text(st.characters(), max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=st.lists(ANYTHING, max_size=5), at=st.integers(0, 5))
async def test_whatever_json_others_send_is_answered_and_the_good_package_filed(
    service: Service, odd: list[Any], at: int
) -> None:
    packages = [*odd[:at], PACKAGES[0], *odd[at:]]

    report = await imported(service, json.dumps({"results": packages}), kind="application/json")

    assert report["accepted"] == 1
    lines_told = {(each["name"], each["field"], each["code"]) for each in report["rejected"]}
    assert bool(lines_told) == bool(odd)


@given(whole=ANYTHING)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_json_is_sent_as_an_answer_is_a_problem_and_never_an_error_of_ours(
    service: Service, whole: Any
) -> None:
    answer = await send(service.as_(AUTHORITY), json.dumps(whole), kind="application/json")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] in {"no_results", "key_twice_in_answer"}
