"""Temporal's own UI reads what the engine keeps by a server whose address is secret."""

from __future__ import annotations

from typing import Any

import httpx
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payload, Payloads

from activities.engine.keys import KeyRing, a_ring_of_its_own
from activities.engine.payloads import Codec
from api.codec import LARGEST, codec_app

TOKEN = "of-this-start"
UI = "http://127.0.0.1:8233"
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"Formal review"')


async def called(keys: KeyRing, path: str, json: Any = None, method: str = "POST", **more: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app=codec_app(keys, TOKEN, UI))
    async with httpx.AsyncClient(transport=transport, base_url="http://codec.test") as http:
        return await http.request(method, path, json=json, **more)


async def sealed(keys: KeyRing) -> Any:
    return MessageToDict(Payloads(payloads=await Codec(keys).encode([PLAIN])))


async def test_sealed_payloads_are_opened_for_the_ui_alone() -> None:
    keys = a_ring_of_its_own()
    answer = await called(keys, f"/{TOKEN}/decode", await sealed(keys), headers={"Origin": UI})
    assert answer.json() == MessageToDict(Payloads(payloads=[PLAIN]))
    assert answer.headers["access-control-allow-origin"] == UI
    elsewhere = await called(keys, f"/{TOKEN}/decode", await sealed(keys), headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in elsewhere.headers


async def test_without_the_token_of_this_start_there_is_nothing() -> None:
    keys = a_ring_of_its_own()
    for path in ("/decode", "/another/decode", f"/{TOKEN}/encode"):
        assert (await called(keys, path, await sealed(keys))).status_code == 404


async def test_what_is_not_ours_to_open_is_refused_and_nothing_breaks() -> None:
    keys = a_ring_of_its_own()
    assert (await called(keys, f"/{TOKEN}/decode", await sealed(a_ring_of_its_own()))).status_code == 400
    assert (await called(keys, f"/{TOKEN}/decode", ["no payloads"])).status_code == 400
    assert (await called(keys, f"/{TOKEN}/decode", content=b" " * (LARGEST + 1))).status_code == 413
