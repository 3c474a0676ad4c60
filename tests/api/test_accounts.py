"""Accounts of officers: an administrator finds them, invites to them, changes their roles and closes them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from activities.clock import DatabaseClock
from activities.database import Pool, open_pool, present
from activities.directory import sessions
from activities.directory.people import Person, arrived
from activities.directory.personal import place_in_account
from activities.directory.sealing_anew import seal_what_is_plain
from activities.erasing.cases import Eraser
from activities.erasing.person import erase_person
from activities.settings import Settings
from api.app import create_app
from tests.api.administering import as_second, confirm_all
from tests.api.calling import Caller, Service, open_task, serving
from tests.api.gate import CONDITIONAL, put_grant
from tests.api.supervising import SOON
from tests.owning import by_owner, owner_url

OFFICER = "reviewer@nanning.operator"
INVITED = """
insert into accounts (account_id, login, name, roles)
values ('acc_invited', 'a@demo.example', '{"zh": "demo", "en": "demo"}', '{}')
"""


@pytest.fixture
def admin(service: Service) -> Caller:
    return service.as_("admin@kaifang")


async def put(caller: Caller, login: str, *roles: str) -> httpx.Response:
    address = f"/v1/accounts/{login}/roles"
    return await caller.http.put(address, json={"roles": roles}, headers=caller.headers())


async def close(caller: Caller, login: str) -> httpx.Response:
    return await caller.http.delete(f"/v1/accounts/{login}", headers=caller.headers())


def wrong(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


async def test_accounts_are_found_by_city_role_and_words_in_parts(admin: Caller) -> None:
    found = (await admin.read("/v1/accounts", city="nanning", role="supervisor"))["items"]
    assert [each["login"] for each in found] == ["supervisor@nanning.authority"]
    first = await admin.read("/v1/accounts", q="@nanning", limit=2)
    second = await admin.read("/v1/accounts", q="@nanning", limit=2, cursor=first["next"])
    logins = [each["login"] for part in (first, second) for each in part["items"]]
    assert logins == sorted(set(logins))
    assert len(logins) == 4


async def test_whoever_gets_another_role_has_it_once_confirmed_and_not_the_one_before(
    admin: Caller, service: Service, pool: Pool
) -> None:
    officer, second = service.as_(OFFICER), await as_second(service, pool)
    answer = await put(admin, OFFICER, "supervisor")
    assert (answer.status_code, answer.json()["roles"], answer.json()["gains"]) == (200, [], ["supervisor"])
    case = await service.as_("applicant@demo").file("nanning")
    claim = f"/v1/tasks/{open_task(case, 'formal_review')['task_id']}/claim"
    assert (await officer.post(claim)).status_code == 403, "what is taken away is gone at once"
    assert (await put(admin, OFFICER, "reviewer", "supervisor")).status_code == 200
    assert (await officer.post(claim)).status_code == 403
    assert (await confirm_all(second)).status_code == 200
    assert (await officer.post(claim)).status_code in (200, 202)
    assert await pool.fetchval("select roles from accounts where login = $1", OFFICER) == ["reviewer", "supervisor"]


async def test_a_closed_account_does_nothing_has_no_session_and_its_person_is_nobody_else(
    admin: Caller, service: Service, pool: Pool
) -> None:
    case = await service.as_("applicant@demo").file("nanning")
    account = await pool.fetchval("select account_id from accounts where login = $1", OFFICER)
    await pool.execute("update accounts set issuer = 'i', subject = 's' where account_id = $1", account)
    async with pool.acquire() as connection:
        now = DatabaseClock().at(await present(connection))
    cookie = await sessions.begin(pool, account, now, idle=sessions.LONGEST, browser="x")
    assert (await close(admin, OFFICER)).status_code == 204
    assert (await service.as_(OFFICER).get(f"/v1/cases/{case['case_id']}")).status_code == 404
    assert (await service.as_(OFFICER).read("/v1/tasks"))["items"] == []
    assert not isinstance(await sessions.find(pool, cookie, now), sessions.Session)
    assert await arrived(pool, Person("i", "s", "Zhang"), now, seals=service.app.state.runtime.seals) == account
    assert await pool.fetchval("select roles from accounts where account_id = $1", account) == []
    (shown,) = (await admin.read("/v1/accounts", q=OFFICER))["items"]
    assert (shown["roles"], shown["body"]) == ([], None)


async def test_accounts_are_found_by_a_part_of_their_name_plain_or_sealed(
    admin: Caller, service: Service, pool: Pool
) -> None:
    called = (await admin.read("/v1/accounts", city="nanning", role="supervisor"))["items"][0]["name"]
    plain = await admin.read("/v1/accounts", q=called[1:5].upper())
    assert "supervisor@nanning.authority" in [each["login"] for each in plain["items"]]
    await seal_what_is_plain(pool, service.app.state.runtime.seals)

    assert await admin.read("/v1/accounts", q=called[1:5].upper()) == plain
    assert (await admin.read("/v1/accounts", q=called, city="nanjing"))["items"] == []
    parts: list[list[str]] = []
    after: dict[str, str] = {}
    while not parts or after:
        part = await admin.read("/v1/accounts", q="NANNING", limit=3, **after)
        parts.append([each["login"] for each in part["items"]])
        after = {"cursor": part["next"]} if part["next"] else {}
    logins = [each for part in parts for each in part]
    assert len(parts) > 2
    assert logins == [each["login"] for each in (await admin.read("/v1/accounts", q="nanning"))["items"]]


@pytest.mark.parametrize("words", [{}, {"q": "demo"}])
async def test_accounts_erased_or_invited_between_pages_leave_none_out_and_repeat_none(
    admin: Caller, service: Service, pool: Pool, words: dict[str, str]
) -> None:
    every = [each["login"] for each in (await admin.read("/v1/accounts", limit=200, **words))["items"]]
    first = every.index("applicant@demo") + 1
    page = await admin.read("/v1/accounts", limit=first, **words)
    found = [each["login"] for each in page["items"]]

    runtime = service.app.state.runtime
    async with await open_pool(await owner_url(pool)) as owner:
        eraser = Eraser(runtime.seals, runtime.evidence)
        await erase_person(owner, eraser, DatabaseClock(), "applicant@demo", by="admin@kaifang", basis="PIPL 47")
    await by_owner(pool, INVITED)
    while page["next"]:
        page = await admin.read("/v1/accounts", limit=2, cursor=page["next"], **words)
        found += [each["login"] for each in page["items"]]

    assert found == every


async def test_a_filing_opens_no_more_than_the_name_of_its_party_and_the_gate_nothing(
    service: Service, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seals = service.app.state.runtime.seals
    await seal_what_is_plain(pool, seals)
    form = await service.as_("applicant@demo").form("nanning")
    _, key = await put_grant(pool)
    places: list[str] = []
    unsealed = seals._unsealed

    def opens(sealed: str, place: str) -> Any:
        places.append(place)
        return unsealed(sealed, place)

    monkeypatch.setattr(seals, "_unsealed", opens)

    assert (await service.as_("applicant@demo").post("/v1/access-requests", form, "filed")).status_code == 201
    account = await pool.fetchval("select account_id from accounts where login = 'applicant@demo'")
    opened = [place for place in places if place.startswith("accounts")]
    assert set(opened) <= {place_in_account(account, "name")}
    assert len(opened) <= 1
    places.clear()
    asked = {"dataset_id": CONDITIONAL, "mode": "download"}
    served = await service.http.get("/v1/gate", params=asked, headers={"X-Access-Key": key})
    assert served.status_code == 204
    assert places == []


async def reopened(caller: Caller, login: str, **form: Any) -> httpx.Response:
    return await caller.post(f"/v1/accounts/{login}/reopening", form)


async def test_a_closed_account_is_opened_again_once_confirmed_and_is_whose_it_was(
    admin: Caller, service: Service, pool: Pool
) -> None:
    await pool.execute("update accounts set issuer = 'i', subject = 's' where login = $1", OFFICER)
    account = await pool.fetchval("select account_id from accounts where login = $1", OFFICER)
    again: dict[str, Any] = {"body": "nanning.transport", "roles": ["reviewer"], "reason": "Back from leave"}
    assert wrong(await reopened(admin, OFFICER, **again)) == [("login", "account_not_closed")]
    assert (await close(admin, OFFICER)).status_code == 204
    answer = await reopened(admin, OFFICER, **again)
    assert answer.status_code == 200, answer.text
    it = answer.json()
    assert (it["roles"], it["gains"]) == ([], ["reviewer"])
    assert (it["body"], it["city"]) == ("nanning.transport", "nanning")
    assert (it["reopened"]["by"], it["reopened"]["reason"]) == ("admin@kaifang", "Back from leave")
    async with pool.acquire() as connection:
        now = DatabaseClock().at(await present(connection))
    assert await arrived(pool, Person("i", "s", "Zhang"), now, seals=service.app.state.runtime.seals) == account
    assert wrong(await confirm_all(admin)) == [("proposals", "own_proposal")]
    assert (await service.as_(OFFICER).read("/v1/tasks"))["items"] == []
    assert (await confirm_all(await as_second(service, pool))).status_code == 200
    assert await pool.fetchval("select roles from accounts where login = $1", OFFICER) == ["reviewer"]


async def test_it_is_on_record_why_an_account_was_opened_again(admin: Caller, pool: Pool) -> None:
    again: dict[str, Any] = {"body": "nanning.transport", "roles": ["reviewer"]}
    for reason in ("Closed by mistake", "Back from leave"):
        assert (await close(admin, OFFICER)).status_code == 204
        assert (await reopened(admin, OFFICER, **again, reason=reason)).status_code == 200
    found = (await admin.read("/v1/account-record", account=OFFICER))["items"]
    assert [each["what"] for each in found] == ["roles_proposed", "account_reopened", "account_closed"] * 2
    assert (found[1]["by_account"], found[1]["details"]) == ("admin@kaifang", {**again, "reason": "Back from leave"})
    (shown,) = (await admin.read("/v1/accounts", q=OFFICER))["items"]
    assert shown["reopened"] == {"by": "admin@kaifang", "at": found[1]["at"], "reason": "Back from leave"}


async def test_what_waits_or_is_erased_is_not_opened_again(admin: Caller, pool: Pool) -> None:
    again: dict[str, Any] = {"roles": ["admin"], "reason": "Back"}
    assert (await close(admin, OFFICER)).status_code == 204
    assert (await reopened(admin, OFFICER, **again)).status_code == 200
    assert wrong(await reopened(admin, OFFICER, **again)) == [("login", "account_not_closed")], "it waits for its role"
    await by_owner(pool, "update role_proposals set until_at = clock_timestamp()")
    assert (await reopened(admin, OFFICER, **again)).status_code == 200, "nobody confirmed it in time"
    await by_owner(pool, "update role_proposals set until_at = clock_timestamp()")
    await by_owner(pool, "update accounts set erased_at = clock_timestamp() where login = $1", OFFICER)
    assert wrong(await reopened(admin, OFFICER, **again)) == [("login", "no_officer")]


async def test_what_may_not_be_opened_again_is_refused_with_its_reason(admin: Caller, pool: Pool) -> None:
    assert (await close(admin, OFFICER)).status_code == 204
    again: dict[str, Any] = {"body": "nanning.transport", "roles": ["reviewer"], "reason": "Back"}
    for said, field in (
        ({"reason": " "}, "reason"),
        ({"roles": []}, "roles"),
        ({"body": None}, "body"),
        ({"body": "nanning.nothing"}, "body"),
    ):
        assert [each for each, _ in wrong(await reopened(admin, OFFICER, **{**again, **said}))] == [field]
    assert (await reopened(admin, "nobody@nowhere", **again)).status_code == 404
    assert wrong(await reopened(admin, "applicant@demo", **again)) == [("login", "account_not_closed")]
    assert await pool.fetchval("select roles from accounts where login = $1", OFFICER) == []


@pytest.mark.parametrize(
    ("login", "roles", "errors"),
    [
        ("admin@kaifang", ("admin",), [("login", "own_account")]),
        ("applicant@demo", ("admin",), [("login", "no_officer")]),
        ("gateway@nanning", ("admin",), [("login", "no_officer")]),
    ],
)
async def test_what_may_not_be_changed_is_refused_with_its_reason(
    admin: Caller, pool: Pool, login: str, roles: tuple[str, ...], errors: list[tuple[str, str]]
) -> None:
    before = await pool.fetchval("select roles from accounts where login = $1", login)
    assert wrong(await put(admin, login, *roles)) == errors
    assert wrong(await close(admin, login)) == errors
    assert await pool.fetchval("select roles from accounts where login = $1", login) == before


async def test_an_officer_has_a_role_and_none_that_is_not_an_officers(admin: Caller) -> None:
    for roles in ((), ("applicant",), ("gateway",), ("reviewer", "applicant")):
        assert (await put(admin, OFFICER, *roles)).status_code == 422, roles


async def test_of_two_administrators_who_close_each_other_one_is_left(
    admin: Caller, service: Service, pool: Pool
) -> None:
    await pool.execute("update accounts set roles = '{admin}' where login = $1", OFFICER)
    assert (await close(admin, OFFICER)).status_code == 204
    assert (await close(service.as_(OFFICER), "admin@kaifang")).status_code == 403
    assert (await close(admin, "nobody@nowhere")).status_code == 404


async def test_an_administrator_invites_an_officer_whose_account_waits(settings: Settings) -> None:
    at_an_issuer = settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:1", "public_url": None})
    form: dict[str, Any] = {"login": "li@nanning.transport", "name": "李四", "roles": ["reviewer"]}
    async with serving(create_app(at_an_issuer, patience=SOON), at_an_issuer) as service:
        admin = service.as_("admin@kaifang")
        answer = await admin.post("/v1/accounts", {**form, "body": "nanning.transport", "email": "li@example.org"})
        assert answer.status_code == 201, answer.text
        assert answer.json()["invited_until"] is not None
        assert wrong(await admin.post("/v1/accounts", {**form, "email": "li@example.org"})) == [
            ("body", "officer_without_body")
        ]
        linked = {**form, "login": "wu@nanning.transport", "body": "nanning.transport", "by_link": True}
        answer = await admin.post("/v1/accounts", linked)
        assert answer.status_code == 201, answer.text
        first = answer.json()["link"]
        again = await admin.post("/v1/accounts/wu@nanning.transport/link")
        assert (again.status_code, again.json()["link"] != first) == (201, True)
        assert wrong(await admin.post("/v1/accounts/admin@kaifang/link")) == [("login", "own_account")]
        found = (await admin.read("/v1/account-record", what="invited"))["items"]
        by = [(each["account"], each["details"]["by"], each["by_account"]) for each in found]
        linked_twice = [("wu@nanning.transport", "link", "admin@kaifang")] * 2
        assert by == [*linked_twice, ("li@nanning.transport", "mailbox", "admin@kaifang")]


async def test_there_is_no_link_where_nobody_logs_in_at_an_issuer(admin: Caller) -> None:
    assert wrong(await admin.post(f"/v1/accounts/{OFFICER}/link")) == [("login", "no_issuer")]
