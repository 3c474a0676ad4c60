"""Files of entries as providers send them, and what is answered."""

from __future__ import annotations

from typing import Any

import httpx

from tests.api.calling import Caller, Service

AUTHORITY = "reviewer@nanning.authority"
HEAD = "provider,title_zh,title_en,abstract_zh,domain_zh,items,formats,openness,basis_zh,conditions_zh,update_frequency"
ITEMS = "code|编号|string;place|位置|Place|geometry"
GOOD = f"transport,共享单车停放点,Bike parking,停放点位置,交通出行,{ITEMS},csv json,无条件开放,,,每月"
CONDITIONAL = "nanning.transport,路口流量,,流量,交通出行,code|编号|string,CSV,conditional,,仅限接口,P1D"

PACKAGES = [
    {
        "name": "parking",
        "title": "停车场泊位",
        "notes": "泊位\n总数",
        "organization": {"name": "transport", "title": "Transport"},
        "groups": [{"name": "transport", "title": "交通出行"}],
        "isopen": True,
        "resources": [
            {"format": "CSV", "schema": {"fields": [{"name": "spaces", "title": "泊位数", "type": "integer"}]}},
            {"format": "JSON"},
        ],
        "extras": [
            {"key": "update_frequency", "value": "http://publications.europa.eu/resource/authority/frequency/DAILY"}
        ],
    },
    {"name": "untitled", "organization": {"name": "transport"}, "isopen": False, "resources": [], "extras": []},
    "no package",
]


async def send(
    caller: Caller, content: bytes | str, *, city: str = "nanning", kind: str = "text/csv"
) -> httpx.Response:
    body = content.encode() if isinstance(content, str) else content
    return await caller.http.post(
        "/v1/catalogue/imports", params={"city": city}, content=body, headers=caller.headers({"Content-Type": kind})
    )


async def imported(service: Service, content: bytes | str, **more: Any) -> Any:
    answer = await send(service.as_(AUTHORITY), content, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(report: Any) -> list[tuple[int, str | None, str]]:
    return [(each["line"], each["field"], each["code"]) for each in report["rejected"]]
