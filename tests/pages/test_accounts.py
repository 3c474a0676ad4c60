"""An administrator changes what an officer may do, and closes an account, on its page."""

from __future__ import annotations

import pytest

from activities.database import Pool
from tests.pages.visiting import Front

OFFICER = "reviewer2@nanning.operator"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_administrator_changes_roles_and_closes_the_account(front: Front, pool: Pool, language: str) -> None:
    prefix = "/en" if language == "en" else ""
    said = {"zh": ("已更改", "已关闭"), "en": ("are changed", "is closed")}[language]
    admin = await front.logged_in("admin@kaifang", language)
    await (await admin.visit(f"{prefix}/admin/accounts?q={OFFICER}")).follow(OFFICER)
    await admin.send("roles", roles=["reviewer", "supervisor"])
    assert said[0] in admin.text()
    row = "select roles from accounts where login = $1"
    assert await pool.fetchval(row, OFFICER) == ["reviewer"]
    assert {"zh": "等待确认", "en": "waits to be confirmed"}[language] in admin.text()
    await admin.follow(OFFICER)
    await admin.send("closure")
    assert said[1] in admin.text()
    assert await pool.fetchval(row, OFFICER) == []
    await admin.follow(OFFICER)
    assert ("已关闭" if language == "zh" else "Closed") in admin.text()


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_closed_account_is_opened_again_with_a_reason(front: Front, pool: Pool, language: str) -> None:
    prefix = "/en" if language == "en" else ""
    admin = await front.logged_in("admin@kaifang", language)
    await admin.visit(f"{prefix}/admin/accounts/{OFFICER}")
    await admin.send("closure")
    await admin.follow(OFFICER)
    await admin.send("reopening", roles=["reviewer"], body="nanning.operator", reason=" ")
    assert admin.answer.status_code == 422
    assert "#f-reason" in {link.get("href") for link in admin.links()}
    await admin.send("reopening", roles=["reviewer"], body="nanning.operator", reason="误关闭")
    assert {"zh": "已重新启用", "en": "is open again"}[language] in admin.text()
    row = await pool.fetchrow("select roles, body, city from accounts where login = $1", OFFICER)
    assert row is not None
    assert tuple(row) == ([], "nanning.operator", "nanning")
    assert {"zh": "等待确认：审核员", "en": "waits to be confirmed"}[language] in admin.text()
    await admin.follow(OFFICER)
    assert "误关闭" in admin.text()
    assert "admin@kaifang" in admin.text()
    await admin.visit(f"{prefix}/admin/record")
    assert "误关闭" in admin.text()
    assert {"zh": "重新启用账号", "en": "Account opened again"}[language] in admin.text()
    assert (await front.logged_in(OFFICER, language)).answer.status_code == 200


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_no_role_at_all_is_a_problem_beside_its_field(front: Front, language: str) -> None:
    admin = await front.logged_in("admin@kaifang", language)
    await admin.visit(f"{'/en' if language == 'en' else ''}/admin/accounts/{OFFICER}")
    await admin.send("roles", roles=[])
    assert admin.answer.status_code == 422
    assert "#f-roles" in {link.get("href") for link in admin.links()}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_neither_the_own_account_nor_an_applicants_has_a_form(front: Front, language: str) -> None:
    admin = await front.logged_in("admin@kaifang", language)
    for login in ("admin@kaifang", "applicant@demo"):
        await admin.visit(f"{'/en' if language == 'en' else ''}/admin/accounts/{login}")
        assert admin.answer.status_code == 200
        assert not [form for form in admin.forms() if "roles" in form.names()]
    officer = await front.logged_in(OFFICER, language)
    assert (await officer.visit(f"/admin/accounts/{OFFICER}")).answer.status_code == 403
