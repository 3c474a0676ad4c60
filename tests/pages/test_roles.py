"""On the pages an administrator confirms what another proposed, and reads what was done."""

from __future__ import annotations

import pytest

from activities.database import Pool
from tests.pages.visiting import Front, Visitor

OFFICER = "reviewer2@nanning.operator"
SECOND = "reviewer@nanning.water"
"""Somebody whom the tests make an administrator."""


async def proposes(front: Front, pool: Pool, language: str = "en") -> Visitor:
    """The second administrator, after the first has proposed a role."""
    await pool.execute("update accounts set roles = '{admin}', body = null where login = $1", SECOND)
    admin = await front.logged_in("admin@kaifang", language)
    await admin.visit(f"/admin/accounts/{OFFICER}")
    await admin.send("roles", roles=["reviewer", "supervisor"])
    second = await front.logged_in(SECOND, language)
    return await second.visit("/en/admin/roles" if language == "en" else "/admin/roles")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_another_administrator_confirms_a_role_on_a_page(front: Front, pool: Pool, language: str) -> None:
    second = await proposes(front, pool, language)
    assert "admin@kaifang" in second.text()
    await second.send("proposals", proposals=second.form("proposals").options("proposals"))
    assert ("已确认1项" if language == "zh" else "Confirmed: 1") in second.text()
    assert await pool.fetchval("select roles from accounts where login = $1", OFFICER) == ["reviewer", "supervisor"]
    await second.visit("/en/admin/record" if language == "en" else "/admin/record")
    for said in (OFFICER, SECOND, "admin@kaifang", "127.0.0.1"):
        assert said in second.text()
    await second.send("what", what="roles_confirmed")
    assert ("确认角色" if language == "zh" else "Roles confirmed") in second.text()
    assert "admin@kaifang" not in second.text(), "that one proposed, and confirmed nothing"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_who_proposed_a_role_is_told_that_another_confirms_it(front: Front, pool: Pool, language: str) -> None:
    await proposes(front, pool, language)
    admin = await front.logged_in("admin@kaifang", language)
    await admin.visit("/en/admin/roles" if language == "en" else "/admin/roles")
    await admin.send("proposals", button="confirm")
    assert admin.answer.status_code == 422, "nothing was chosen"
    chosen = admin.form("proposals").options("proposals")
    await admin.send("proposals", button="confirm", proposals=chosen)
    assert admin.answer.status_code == 422
    assert ("由您提出" if language == "zh" else "You proposed") in admin.text()
    await admin.send("proposals", button="refuse", proposals=chosen)
    assert ("已拒绝" if language == "zh" else "Refused") in admin.text()
    assert ("没有等待" if language == "zh" else "No role waits") in admin.text()
    assert await pool.fetchval("select roles from accounts where login = $1", OFFICER) == ["reviewer"]
