"""Officers' roles: proposed by one, confirmed by another, taken away by one; all of it on record."""

from __future__ import annotations

import asyncpg
import pytest

from activities.database import Pool
from activities.directory import confirming
from activities.directory.account_record import By
from activities.directory.confirming import NotTheSecond
from activities.proof.refused import REFUSED
from tests.api.administering import SECOND, as_second, confirm_all, second_administrator
from tests.api.calling import Caller, Service
from tests.api.test_accounts import close, put, wrong
from tests.owning import by_owner

OFFICER = "reviewer@nanning.operator"
COMMAND = By(command="root")


@pytest.fixture
def admin(service: Service) -> Caller:
    return service.as_("admin@kaifang")


async def roles(pool: Pool, login: str = OFFICER) -> list[str]:
    found: list[str] = await pool.fetchval("select roles from accounts where login = $1", login)
    return found


async def test_neither_who_proposed_a_role_nor_who_gains_it_confirms_it(
    admin: Caller, service: Service, pool: Pool
) -> None:
    await put(admin, OFFICER, "reviewer", "admin")
    assert wrong(await confirm_all(admin)) == [("proposals", "own_proposal")]
    second = await as_second(service, pool)
    assert (await confirm_all(second)).status_code == 200
    assert await roles(pool) == ["admin", "reviewer"]
    officer = service.as_(OFFICER)
    await put(admin, OFFICER, "reviewer", "admin", "supervisor")
    assert wrong(await confirm_all(officer)) == [("proposals", "own_gain")]
    assert await roles(pool) == ["admin", "reviewer"]


async def test_nobody_but_an_administrator_confirms_refuses_or_reads_what_waits(
    admin: Caller, service: Service
) -> None:
    await put(admin, OFFICER, "reviewer", "supervisor")
    (waiting,) = (await admin.read("/v1/role-proposals"))["items"]
    assert (waiting["login"], waiting["roles"], waiting["may_confirm"]) == (OFFICER, ["supervisor"], False)
    for login in (OFFICER, "supervisor@nanning.authority", "applicant@demo"):
        caller = service.as_(login)
        asked = {"proposals": [waiting["proposal_id"]]}
        assert (await caller.get("/v1/role-proposals")).status_code == 403
        assert (await caller.post("/v1/role-proposals/confirmation", asked)).status_code == 403
        assert (await refuse(caller, waiting["proposal_id"])) == 403


async def refuse(caller: Caller, proposal: str) -> int:
    answer = await caller.http.delete(f"/v1/role-proposals/{proposal}", headers=caller.headers())
    return answer.status_code


async def test_what_is_refused_replaced_or_of_a_closed_account_is_confirmed_no_more(
    admin: Caller, service: Service, pool: Pool
) -> None:
    second = await as_second(service, pool)
    await put(admin, OFFICER, "reviewer", "supervisor")
    (refused,) = (await admin.read("/v1/role-proposals"))["items"]
    assert await refuse(admin, refused["proposal_id"]) == 204
    await put(admin, OFFICER, "reviewer", "admin")
    (replaced,) = (await admin.read("/v1/role-proposals"))["items"]
    await put(admin, OFFICER, "reviewer", "supervisor")
    (closed,) = (await admin.read("/v1/role-proposals"))["items"]
    assert (await close(admin, OFFICER)).status_code == 204
    for each in (refused, replaced, closed):
        answer = await second.post("/v1/role-proposals/confirmation", {"proposals": [each["proposal_id"]]})
        assert wrong(answer) == [("proposals", "proposal_unknown")]
        assert await refuse(second, each["proposal_id"]) == 404
    assert await roles(pool) == []


async def test_a_role_that_nobody_confirms_lapses(admin: Caller, service: Service, pool: Pool) -> None:
    second = await as_second(service, pool)
    await put(admin, OFFICER, "reviewer", "supervisor")
    (waiting,) = (await second.read("/v1/role-proposals"))["items"]
    await by_owner(pool, "update role_proposals set until_at = clock_timestamp()")
    answer = await second.post("/v1/role-proposals/confirmation", {"proposals": [waiting["proposal_id"]]})
    assert wrong(answer) == [("proposals", "proposal_unknown")]
    assert (await second.read("/v1/role-proposals"))["items"] == []
    assert await roles(pool) == ["reviewer"]


async def test_of_several_roles_all_are_confirmed_or_none(admin: Caller, service: Service, pool: Pool) -> None:
    second = await as_second(service, pool)
    await put(admin, OFFICER, "reviewer", "supervisor")
    await put(second, "reviewer@nanning.transport", "reviewer", "supervisor")
    assert wrong(await confirm_all(second)) == [("proposals", "own_proposal")]
    assert await roles(pool) == ["reviewer"]


async def test_what_an_administrator_proposed_who_is_none_any_more_is_confirmed_by_nobody(
    admin: Caller, service: Service, pool: Pool
) -> None:
    second = await as_second(service, pool)
    await put(second, OFFICER, "reviewer", "supervisor")
    assert (await close(admin, SECOND)).status_code == 204
    assert wrong(await confirm_all(admin)) == [("proposals", "proposer_no_more")]


async def test_who_waits_for_a_role_acts_for_nobody_though_the_body_is_named(service: Service, pool: Pool) -> None:
    await pool.execute("update accounts set roles = '{}' where login = $1", OFFICER)
    caller = service.as_(OFFICER)
    post = {"account": OFFICER}
    answer = await caller.http.put("/v1/directory/nanning.operator/data_officer", json=post, headers=caller.headers())
    assert answer.status_code == 403
    assert (await caller.read("/v1/tasks"))["items"] == []
    assert (await caller.read("/v1/cases"))["items"] == []


async def test_a_command_is_one_pair_of_eyes_whoever_runs_it(admin: Caller, pool: Pool) -> None:
    await put(admin, OFFICER, "reviewer", "supervisor")
    (by_admin,) = await confirming.waiting(pool)
    assert await confirming.confirm(pool, [by_admin["proposal_id"]], COMMAND) == [OFFICER]
    account_id = await pool.fetchval("select account_id from accounts where login = $1", OFFICER)
    async with pool.acquire() as connection, connection.transaction():
        await confirming.propose(connection, account_id, {"admin"}, COMMAND)
    (by_command,) = await confirming.waiting(pool)
    with pytest.raises(NotTheSecond):
        await confirming.confirm(pool, [by_command["proposal_id"]], By(command="another"))
    assert (await confirm_all(admin)).status_code == 200
    assert await roles(pool) == ["admin", "reviewer", "supervisor"]


async def test_the_record_says_who_did_what_to_whom_from_where(admin: Caller, service: Service, pool: Pool) -> None:
    second = await as_second(service, pool)
    await put(admin, OFFICER, "supervisor")
    await confirm_all(second)
    await close(admin, OFFICER)
    found = (await admin.read("/v1/account-record", account=OFFICER))["items"]
    assert [(each["what"], each["by_account"], each["address"]) for each in found] == [
        ("account_closed", "admin@kaifang", "127.0.0.1"),
        ("roles_confirmed", SECOND, "127.0.0.1"),
        ("roles_proposed", "admin@kaifang", "127.0.0.1"),
        ("roles_withdrawn", "admin@kaifang", "127.0.0.1"),
    ]
    assert found[1]["details"] == {"roles": ["supervisor"], "proposed_by": "admin@kaifang"}
    first = await admin.read("/v1/account-record", limit=1)
    rest = await admin.read("/v1/account-record", limit=50, cursor=first["next"])
    numbers = [each["number"] for each in (*first["items"], *rest["items"])]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 4
    assert (await service.as_(OFFICER).get("/v1/account-record")).status_code == 403


@pytest.mark.parametrize(
    "change", ["update account_record set what = 'x'", "delete from account_record", "truncate account_record cascade"]
)
async def test_what_is_on_record_is_never_changed(admin: Caller, pool: Pool, change: str) -> None:
    """By the owner neither, who says that he rewrites; and the attempt shows."""
    await put(admin, OFFICER, "supervisor")
    before = await pool.fetchval(REFUSED)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="what is on record stays"):
        await by_owner(pool, change)
    assert await pool.fetchval(REFUSED) == before + 1


async def test_whoever_guesses_tokens_is_counted_and_fills_no_table(service: Service, pool: Pool) -> None:
    for number in range(20):
        assert (await Caller(service.http, f"guess-{number}").get("/v1/cases")).status_code == 401
    refused = service.app.state.runtime.refused
    await refused.write()
    rows = await pool.fetch(
        "select what, times, address from account_record left join account_record_addresses using (number)"
    )
    assert [tuple(row) for row in rows] == [("token_refused", 20, "127.0.0.1")]
    for number in range(500):
        refused.count("token_refused", f"10.0.{number // 250}.{number % 250}")
    await refused.write()
    assert await pool.fetchval("select count(*) from account_record") <= 202
    assert await pool.fetchval("select sum(times) from account_record") == 520


async def test_an_address_is_forgotten_after_six_months_and_what_was_done_is_not(
    admin: Caller, service: Service, pool: Pool
) -> None:
    await second_administrator(pool)
    await put(admin, OFFICER, "supervisor")
    await by_owner(pool, "update account_record_addresses set until_at = clock_timestamp()")
    service.app.state.runtime.refused.count("token_refused", None)
    await service.app.state.runtime.refused.write()
    found = (await admin.read("/v1/account-record", account=OFFICER))["items"]
    assert [each["address"] for each in found] == [None, None]
