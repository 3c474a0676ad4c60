"""Data opened outside the platform, over HTTP: filed in time and late, on record, and read by everybody."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from tests.api.calling import Caller, Service

PATH = "/v1/openings-elsewhere"
BERTHS = "guangzhou-port-berths"
SAID = {"elsewhere": "https://port.example.cn/berths", "special_reason": "The systems of the port serve it to ships"}


async def sent(caller: Caller, **more: Any) -> httpx.Response:
    return await caller.post(PATH, {"city": "guangzhou", "dataset_id": BERTHS, **SAID, **more}, str(uuid.uuid4()))


def wrong(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


@pytest.mark.duty("GZ-16a")
async def test_an_opening_is_filed_beforehand_or_late_and_everybody_reads_it(working: Service) -> None:
    port, nobody = working.as_("reviewer@guangzhou.port"), working.nobody()
    today = date.fromisoformat((await nobody.read("/v1/rules/guangzhou"))["on"])
    ahead = str(today + timedelta(days=2))
    no_day = await sent(port)
    stranger = await sent(working.as_("reviewer@guangzhou.water"), opens_on=ahead)
    assert wrong(no_day) == [("opens_on", "field_required")]
    assert (stranger.status_code, stranger.json()["type"]) == (403, "urn:kaifang:problem:not-your-dataset")

    in_time, late = [(await sent(port, opens_on=day)).json() for day in (ahead, str(today))]
    assert in_time["opening_elsewhere"] == {
        **SAID,
        "data_items": [],
        "opens_on": ahead,
        "wanted_until": f"{ahead}T00:00:00+08:00",
        "late": False,
    }
    assert late["opening_elsewhere"]["late"] is True
    assert (await nobody.read(PATH, city="guangzhou"))["items"] == [], "the authority has not taken it on record"

    for case in (in_time, late):
        closed = await working.decide(case, "record", "record")
        assert (closed["status"], closed["outcome"]) == ("closed", "on_record")
    second, first = (await nobody.read(PATH, city="guangzhou"))["items"]
    assert (first["case_number"], second["case_number"]) == (in_time["case_number"], late["case_number"])
    assert (first["late"], second["late"], second["opens_on"]) == (False, True, str(today))
    assert {name: first[name] for name in SAID} == SAID
    assert (first["body"], first["dataset_id"], first["rule"]["article"]) == ("guangzhou.port", BERTHS, "16.1")
    served = (await nobody.read(f"/v1/datasets/{BERTHS}"))["restrictions"]
    assert served == [], "what is late bars nothing"


async def test_a_city_whose_law_has_no_such_filing_receives_none(service: Service) -> None:
    provider = service.as_("reviewer@nanning.transport")
    body = {"city": "nanning", "dataset_id": "nanning-transport-bus-lines", "opens_on": "2026-12-01", **SAID}
    answer = await provider.post(PATH, body, str(uuid.uuid4()))
    assert wrong(answer) == [("city", "procedure_unknown")]
    assert (await service.nobody().read(PATH, city="nanning"))["items"] == []
