"""Who may look at what: every page by everybody, compared with the committed table.

`KAIFANG_WRITE_TABLE=yes pytest tests/pages/test_routes.py` writes the table anew; look at what has changed in it.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.routing import Route

from pages.routes import ROUTES
from tests.pages.addresses import LOGINS, filled
from tests.pages.everywhere import file_a_case
from tests.pages.visiting import Front, Visitor

TABLE = Path(__file__).with_name("routes.csv")
WRITES = os.environ.get("KAIFANG_WRITE_TABLE") == "yes"


def looked_at() -> list[str]:
    """The paths of all pages that are looked at, in their order."""
    return [each.path_format for each in ROUTES if isinstance(each, Route) and "GET" in (each.methods or ())]


async def statuses(visitor: Visitor, names: Mapping[str, str]) -> dict[str, str]:
    """The first answer to each page, wherever it leads."""
    found = {}
    for path in looked_at():
        answer = await visitor.http.get(filled(path, names), headers={"Accept": "text/html"})
        found[path] = str(answer.status_code)
    return found


@pytest.fixture
async def found(front: Front, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """By path, the status for each role."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    names = {"act_id": "none", "evidence_id": "none", **await file_a_case(front.settings)}
    by_role = {}
    for role, login in LOGINS.items():
        visitor = await front.logged_in(login, "zh") if login else front.visitor("zh")
        by_role[role] = await statuses(visitor, names)
    return {path: {role: by_role[role][path] for role in LOGINS} for path in looked_at()}


async def test_who_may_look_at_what_is_as_the_committed_table_says(found: dict[str, dict[str, str]]) -> None:
    if WRITES:
        with TABLE.open("w", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["page", *LOGINS])
            table.writerows([path, *by_role.values()] for path, by_role in found.items())
    with TABLE.open(newline="") as file:
        committed = {row.pop("page"): row for row in csv.DictReader(file)}
    assert found == committed


async def test_no_page_fails_for_anybody(found: dict[str, dict[str, str]]) -> None:
    assert not [(path, by_role) for path, by_role in found.items() if any(s >= "500" for s in by_role.values())]
