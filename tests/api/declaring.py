"""What bodies declare in the tests, and how."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import httpx

from tests.api.calling import Caller

OF_A_CASE: Mapping[str, str] = {
    "title": "Bus lanes by the hour",
    "value": "social",
    "why": "Buses are on time on six lines more",
    "use": "Positions of buses show where lanes pay",
}
OF_THE_PLATFORM: Mapping[str, str] = {
    "title": "Rules of the platform",
    "version": "2",
    "in_force_on": "2027-01-01",
    "of_the_authority": "It supervises",
    "of_providers": "They review before they publish",
    "of_users": "They use under their own names",
    "of_the_platform": "It keeps the log",
    "whole_process": "Each step is on record",
}
OF_STANDARDS: Mapping[str, str] = {
    "title": "Rules and standards of the platform",
    "version": "1",
    "in_force_on": "2027-01-01",
    "operation": "Opened at all hours",
    "standards": "The standards of the province",
    "storage": "Each copy is on record",
    "transfer": "Each transfer is on record",
    "use": "Each access is on record",
}
OF_A_TEXT: Mapping[str, str] = {
    "title": "Standard of masking",
    "version": "DB 1",
    "in_force_on": "2027-01-01",
    "contents": "How names are masked",
}
OF_THE_USE: Mapping[str, str] = {
    "through": "2026-11-20",
    "found": "Two users fetch the bus lines each day, nobody the stops",
    "improvement": "The stops get their coordinates",
}
OF_TRAINING: Mapping[str, str] = {
    "title": "Opening of data, for beginners",
    "kind": "plan",
    "day": "2027-01-11",
    "what": "How a draft is compiled, for the officers of every body, two days",
}
OF_ITS_OWN_EVALUATION: Mapping[str, str] = {
    "made_by": "An institute of the province",
    "through": "2026-11-20",
    "found": "Two stops have no coordinates",
    "put_right": "They have them since 25 November",
}
OF_PROCESSING: Mapping[str, str] = {"done_on": "2026-11-20", "operation": "cleaning", "what": "Doubles were removed"}


async def declare(caller: Caller, city: str, kind: str, says: Mapping[str, str], **more: Any) -> httpx.Response:
    body = {"city": city, "kind": kind, "says": dict(says), **more}
    return await caller.post("/v1/declarations", body, more.pop("key", str(uuid.uuid4())))


async def declared(caller: Caller, city: str, kind: str, says: Mapping[str, str], **more: Any) -> Any:
    answer = await declare(caller, city, kind, says, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def wrong(answer: httpx.Response) -> set[tuple[str, str]]:
    return {(each["field"], each["code"]) for each in answer.json()["errors"]}
