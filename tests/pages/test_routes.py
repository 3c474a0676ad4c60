"""Who may look at what: every page by everybody, compared with the committed table.

`KAIFANG_WRITE_TABLE=yes pytest tests/pages/test_routes.py` writes the table anew; look at what has changed in it.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.pages.addresses import LOGINS, NO_PAGES, addresses_by_route, filled, looked_at
from tests.pages.visiting import Front, Visitor

TABLE = Path(__file__).with_name("routes.csv")
WRITES = os.environ.get("KAIFANG_WRITE_TABLE") == "yes"


def asked_for(path: str, names: Mapping[str, str]) -> str:
    """A path of a route with its parts, as the first of its addresses has them."""
    address = next(iter(addresses_by_route().get(path, ())), None)
    return filled(address.path.partition("?")[0] if address else path, names)


async def statuses(visitor: Visitor, names: Mapping[str, str]) -> dict[str, str]:
    """The first answer to each page, wherever it leads."""
    found = {}
    for path in looked_at():
        answer = await visitor.http.get(asked_for(path, names), headers={"Accept": "text/html"})
        found[path] = str(answer.status_code)
    return found


@pytest.fixture
async def found(front: Front, names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """By path, the status for each role."""
    by_role = {}
    for role, login in LOGINS.items():
        visitor = await front.logged_in(login, "zh") if login else front.visitor("zh")
        by_role[role] = await statuses(visitor, names)
    return {path: {role: by_role[role][path] for role in LOGINS} for path in looked_at()}


def committed() -> dict[str, dict[str, str]]:
    """The table: by path, the status for each role."""
    with TABLE.open(newline="") as file:
        return {row.pop("page"): row for row in csv.DictReader(file)}


async def test_who_may_look_at_what_is_as_the_committed_table_says(found: dict[str, dict[str, str]]) -> None:
    if WRITES:
        with TABLE.open("w", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["page", *LOGINS])
            table.writerows([path, *by_role.values()] for path, by_role in found.items())
    assert found == committed()


def test_no_page_fails_for_anybody() -> None:
    assert not [(path, by_role) for path, by_role in committed().items() if any(s >= "500" for s in by_role.values())]


def test_every_page_is_looked_at_by_whoever_may_see_it() -> None:
    by_route = addresses_by_route()
    lacking = []
    for path, statuses in committed().items():
        if path in NO_PAGES or path.endswith(".csv"):
            continue
        may = [role for role in LOGINS if statuses[role] == "200"]
        looking = {each.role for each in by_route.get(path, ())}
        lacking += [f"{role} {path}" for role in (["nobody"] if "nobody" in may else may) if role not in looking]
        lacking += [path] if not looking else []
    assert not lacking


def test_what_is_no_page_is_a_route_that_no_address_leads_to() -> None:
    assert set(looked_at()) >= NO_PAGES
    assert not NO_PAGES & addresses_by_route().keys()
