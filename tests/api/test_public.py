"""What is public: the catalogue, a deadline explained, the law of a city; and tokens for demo accounts."""

from __future__ import annotations

import asyncio
import stat
from datetime import date
from pathlib import Path
from typing import Any

import jwt
import pytest
from typer.testing import CliRunner

from api.http.tokens import bearer_of, signing_key
from cli.main import app
from rules.loading import load_pack
from rules.resolving import resolve
from stack.home import exclusive
from tests.api.calling import Service


async def test_the_catalogue_is_public_and_localized(service: Service) -> None:
    nobody = service.nobody()

    english = await nobody.read("/v1/datasets", city="nanning", provider="nanning.transport", openness="conditional")
    dataset = english["items"][0]
    chinese = await nobody.get(f"/v1/datasets/{dataset['dataset_id']}", headers={"Accept-Language": "zh-CN"})

    assert dataset["provider_name"] == "Nanning Transport Bureau"
    assert dataset["conditions"]
    assert dataset["sample"] is True
    assert chinese.json()["provider_name"] == "南宁市交通运输局"


async def test_the_catalogue_is_searched_by_words_in_either_language_and_in_pages(service: Service) -> None:
    nobody = service.nobody()
    found = await nobody.read("/v1/datasets", city="nanning", q="公交")
    same = await nobody.read("/v1/datasets", city="nanning", q="BUS L")
    literal = await nobody.read("/v1/datasets", q="%")

    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await nobody.read("/v1/datasets", limit=7, **cursor)
        seen += [dataset["dataset_id"] for dataset in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    bus_lines = "nanning-transport-bus-lines"
    assert bus_lines in [dataset["dataset_id"] for dataset in found["items"]]
    assert bus_lines in [dataset["dataset_id"] for dataset in same["items"]]
    assert literal["items"] == []
    assert len(seen) == len(set(seen)) >= 40


async def test_a_deadline_is_explained_day_by_day(service: Service) -> None:
    answer = await service.nobody().read(
        "/v1/deadlines", city="guangzhou", received_at="2026-02-13T10:00:00+08:00", period="2wd"
    )

    assert (answer["calendar"], answer["last_day"], answer["due_at"]) == (
        "CN",
        "2026-02-24",
        "2026-02-25T00:00:00+08:00",
    )
    assert [day["on"] for day in answer["days"] if day["counted"]] == ["2026-02-14", "2026-02-24"]
    assert all(day["why"] for day in answer["skipped"])


async def test_a_plus_sign_that_was_not_percent_encoded_is_understood(service: Service) -> None:
    path = "/v1/deadlines?calendar=CN&received_at=2026-05-09T00:30:00+08:00&period=12h"

    answer = await service.nobody().get(path)

    assert answer.json()["due_at"] == "2026-05-09T12:30:00+08:00"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"calendar": "nanning"}, "calendar"),
        ({"calendar": None, "city": "CN"}, "city"),
        ({"calendar": None}, "city|calendar"),
        ({"city": "nanning"}, "city|calendar"),
        ({"received_at": "2026-05-09T00:30:00"}, "received_at"),
        ({"period": "2 days"}, "period"),
        ({"as_of": "tomorrow"}, "as_of"),
    ],
)
async def test_a_deadline_that_cannot_be_computed_names_the_field(
    service: Service, changed: dict[str, Any], field: str
) -> None:
    asked: dict[str, Any] = {"calendar": "CN", "received_at": "2026-05-09T00:30:00+08:00", "period": "2wd"} | changed

    answer = await service.nobody().get("/v1/deadlines", **{k: v for k, v in asked.items() if v is not None})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_deadline_is_asked_for_by_city_or_calendar_and_explained_in_both_languages(
    service: Service,
) -> None:
    asked: dict[str, Any] = {"received_at": "2026-05-09T00:30:00+08:00", "period": "2wd"}

    english = await service.nobody().get("/v1/deadlines", **asked)
    chinese = await service.nobody().get("/v1/deadlines", headers={"Accept-Language": "zh"}, **asked)

    assert english.json()["errors"][0]["detail"] == "Give either city or calendar, one of them and not both."
    assert chinese.json()["errors"][0]["detail"] == "city 和 calendar 须提供且只能提供其中一个。"


async def test_the_law_of_a_city_on_a_day_is_the_one_that_cases_keep(service: Service) -> None:
    nobody = service.nobody()

    answer = await nobody.read("/v1/rules/nanning", on="2021-06-01")
    before = await nobody.get("/v1/rules/nanning", on="2020-01-01")
    unknown = await nobody.get("/v1/rules/atlantis")

    assert answer["digest"] == resolve(load_pack("nanning"), "access_request", date(2021, 6, 1)).digest()
    assert (before.status_code, before.json()["errors"][0]["code"]) == (422, "not_in_force")
    assert unknown.status_code == 404


def test_a_token_for_a_demo_account_stands_alone_on_stdout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIFANG_HOME", str(tmp_path))
    key = signing_key(tmp_path / "signing-key.pem")

    with exclusive(tmp_path):
        printed = CliRunner().invoke(app, ["token", "applicant@demo"]).stdout

    assert bearer_of(printed.strip(), key.public_key()).subject.startswith("acc_")
    assert printed.count("\n") == 1
    assert "applicant" not in str(jwt.decode(printed.strip(), options={"verify_signature": False}))


def test_a_token_for_an_account_that_is_none_is_an_error_that_names_those_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIFANG_HOME", str(tmp_path))

    result = CliRunner().invoke(app, ["token", "nobody@demo"])

    assert (result.exit_code, result.stdout) == (1, "")
    assert "applicant@demo" in result.stderr


async def test_processes_that_make_the_signing_key_at_once_all_get_the_one_that_stays(tmp_path: Path) -> None:
    file = tmp_path / "home" / "signing-key.pem"

    keys = await asyncio.gather(*(asyncio.to_thread(signing_key, file) for _ in range(8)))

    assert len({key.private_bytes_raw() for key in keys}) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == [file.name]
