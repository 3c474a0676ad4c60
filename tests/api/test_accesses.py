"""The log of accesses: whose accesses somebody sees, and what is said of each."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.clock import DatabaseClock
from activities.database import Pool
from activities.gate.gate import opened
from activities.gate.months import Months
from models.gate import Question
from reading.accesses import questions
from reading.accesses.shown import titles_seen
from reading.accesses.sight import AccessSight
from rules.access_log import months_before
from rules.deadlines import midnight, to_shanghai
from tests.api.calling import Caller, Service
from tests.api.gate import CONDITIONAL, UNCONDITIONAL, put_grant
from tests.api.test_use_reports import a_grant
from tests.owning import by_owner

PROVIDER, OTHER_PROVIDER = "reviewer@nanning.transport", "reviewer@nanning.health"
OPERATOR, AUTHORITY = "reviewer@nanning.operator", "supervisor@nanning.authority"
OF_THE_CITY = (PROVIDER, OPERATOR, AUTHORITY)
MANY = """
insert into datasets (dataset_id, city, provider, openness, items, entry, sample)
select dataset_id || '-' || n, city, provider, openness, items, entry, sample from datasets, generate_series(1, $2) n
where dataset_id = $1
"""
SEES_NOTHING = ("admin@kaifang", "gateway@nanning", "reviewer@nanning.experts")


async def account(pool: Pool, login: str) -> str:
    found: str = await pool.fetchval("select account_id from accounts where login = $1", login)
    return found


async def used(gate_url: str, pool: Pool, dataset_id: str = CONDITIONAL) -> str:
    """Two accesses by a grant of an applicant, one by nobody, and three to unconditional data; the grant."""
    case_id, _ = await put_grant(pool, dataset_id, party=await account(pool, "applicant@demo"))
    digest = await pool.fetchval("select key_digest from grants where case_id = $1", case_id)
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        for _ in range(2):
            await gate.ask(Question(dataset_id, (), "download", None, digest))
        await gate.ask(Question(dataset_id, (), "download"))
        for _ in range(3):
            await gate.ask(Question(UNCONDITIONAL, (), "download"))
    return case_id


def facts(page: Any) -> list[tuple[Any, ...]]:
    return [(each["dataset_id"], each["allowed"], each["reason"], each["grantee"]) for each in page["items"]]


def sums(counted: Any) -> tuple[int, int]:
    items = counted["items"]
    return sum(each["allowed"] for each in items), sum(each["refused"] for each in items)


THE_THREE = [
    (CONDITIONAL, False, "key_missing", None),
    (CONDITIONAL, True, "granted", "applicant@demo"),
    (CONDITIONAL, True, "granted", "applicant@demo"),
]


@pytest.mark.duty("NN-6.4")
@pytest.mark.duty("NN-7.2")
async def test_a_provider_sees_its_datas_accesses_and_the_operator_the_citys(
    service: Service, gate_url: str, pool: Pool
) -> None:
    case_id = await used(gate_url, pool)
    for login in OF_THE_CITY:
        assert facts(await service.as_(login).read("/v1/accesses")) == THE_THREE, login
        # Unconditional accesses are counted with them, and each minute says how many there were.
        assert sums(await service.as_(login).read("/v1/accesses/days")) == (5, 1), login
        minutes = await service.as_(login).read("/v1/accesses/minutes", dataset_id=UNCONDITIONAL)
        assert sum(each["calls"] for each in minutes["items"]) == 3, login
    for login in (OTHER_PROVIDER, "reviewer@yulin.operator"):
        other = service.as_(login)
        assert (await other.read("/v1/accesses"))["items"] == [], login
        assert (await other.read("/v1/accesses", grant_case_id=case_id))["items"] == [], login
        assert (await other.read("/v1/accesses", dataset_id=CONDITIONAL))["items"] == [], login
        assert (await other.read("/v1/accesses/days", dataset_id=UNCONDITIONAL))["items"] == [], login
        assert (await other.get("/v1/accesses/minutes", dataset_id=UNCONDITIONAL)).status_code == 404, login
    for login in SEES_NOTHING:
        assert (await service.as_(login).get("/v1/accesses")).status_code == 403, login


@pytest.mark.duty("NN-6.4")
async def test_the_operator_has_every_dataset_of_the_catalogue_with_its_use(
    service: Service, gate_url: str, pool: Pool
) -> None:
    """Today's are in the days; whole months that are over, in the use of each dataset."""
    await used(gate_url, pool)
    await by_owner(pool, "update gate_days set \"on\" = date_trunc('month', \"on\") - interval '1 day'")
    operator = service.as_(OPERATOR)
    catalogue: list[str] = []
    cursor: str | None = None
    while True:
        page = await operator.read("/v1/datasets", city="nanning", limit=200, **({"cursor": cursor} if cursor else {}))
        catalogue += [each["dataset_id"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    use = {each["dataset_id"]: each for each in (await operator.read("/v1/accesses/use"))["items"]}
    assert sorted(use) == sorted(catalogue)
    assert (use[CONDITIONAL]["allowed"], use[CONDITIONAL]["refused"], use[CONDITIONAL]["holders"]) == (2, 1, 1)
    assert (use[UNCONDITIONAL]["allowed"], use[UNCONDITIONAL]["holders"]) == (3, None)


async def test_a_user_sees_its_own_accesses_and_nobody_elses(service: Service, gate_url: str, pool: Pool) -> None:
    await used(gate_url, pool)
    assert facts(await service.as_("applicant@demo").read("/v1/accesses")) == THE_THREE[1:]
    assert sums(await service.as_("applicant@demo").read("/v1/accesses/days")) == (2, 0)
    assert (await service.as_("applicant2@demo").read("/v1/accesses"))["items"] == []
    assert (await service.as_("applicant2@demo").read("/v1/accesses/days"))["items"] == []
    assert (await service.as_("applicant@demo").get("/v1/accesses/use")).status_code == 403


async def test_accesses_are_narrowed_by_dataset_grant_reason_and_day(
    service: Service, gate_url: str, pool: Pool
) -> None:
    case_id = await used(gate_url, pool)
    provider, tomorrow = service.as_(PROVIDER), await day_after(pool)

    async def count(**narrowed: Any) -> int:
        listed = (await provider.read("/v1/accesses", **narrowed))["items"]
        counted = sums(await provider.read("/v1/accesses/days", **narrowed))
        assert narrowed.get("dataset_id") == UNCONDITIONAL or len(listed) == sum(counted) or not narrowed.keys() & KINDS
        return len(listed)

    assert await count(dataset_id=CONDITIONAL) == 3
    assert await count(dataset_id=UNCONDITIONAL) == 0
    assert await count(grant_case_id=case_id) == 2
    assert await count(reason="key_missing") == 1
    assert await count(reason="granted", grant_case_id=case_id) == 2
    assert await count(reason="quota_exhausted") == 0
    assert await count(**{"from": tomorrow}) == 0


KINDS = frozenset({"grant_case_id", "reason"})


async def day_after(pool: Pool) -> str:
    now = to_shanghai(await pool.fetchval("select clock_timestamp()"))
    return (now.date() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("span", "field", "code"),
    [
        ({"from": "2026-02-02", "until": "2026-02-02"}, "until", "span_backwards"),
        ({"from": "2024-01-01", "until": "2026-01-01"}, "from", "days_too_many"),
    ],
)
async def test_a_span_that_is_none_is_a_problem(service: Service, span: dict[str, Any], field: str, code: str) -> None:
    answer = await service.as_(PROVIDER).get("/v1/accesses", **span)
    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [(field, code)]


async def put(pool: Pool, dataset_id: str, at: datetime, number: int, reason: str = "key_missing") -> None:
    """So many refusals, two at each second from then on, and the day's count of them."""
    await by_owner(
        pool,
        "insert into gate_decisions (at, session, dataset_id, data_items, allowed, reason) "
        "select $1::timestamptz + interval '1 second' * (n / 2), 's', $2, '{}', false, $4 "
        "from generate_series(0, $3::int - 1) n",
        at,
        dataset_id,
        number,
        reason,
    )
    await by_owner(
        pool,
        "insert into gate_days select $1, $2, '', $3, $4",
        dataset_id,
        to_shanghai(at).date(),
        reason,
        number,
    )


async def test_pages_go_through_months_and_datasets_without_a_gap_or_a_repetition(service: Service, pool: Pool) -> None:
    now = to_shanghai(await pool.fetchval("select clock_timestamp()")).replace(hour=12)
    for days in (40, 70, 71):
        await put(pool, CONDITIONAL, now - timedelta(days=days), 5)
    await put(pool, "nanning-health-clinics", now - timedelta(days=40), 4)
    operator = service.as_(OPERATOR)
    span = {"from": (now - timedelta(days=80)).date().isoformat()}
    seen = {CONDITIONAL: 15}
    if await pool.fetchval("select true from datasets where dataset_id = 'nanning-health-clinics'"):
        seen["nanning-health-clinics"] = 4
    whole = (await operator.read("/v1/accesses", limit=200, **span))["items"]
    assert len(whole) == sum(seen.values())
    assert [each["at"] for each in whole] == sorted((each["at"] for each in whole), reverse=True)
    assert [each async for each in paged(operator, **span)] == whole


async def paged(caller: Caller, **asked: Any) -> Any:
    cursor: str | None = None
    while True:
        page = await caller.read("/v1/accesses", limit=2, **asked, **({"cursor": cursor} if cursor else {}))
        for each in page["items"]:
            yield each
        if (cursor := page["next"]) is None:
            return


@pytest.mark.duty("GZ-15", "GZ-19a")
async def test_guangzhous_log_says_whether_a_user_is_known_by_the_real_name(service: Service, pool: Pool) -> None:
    dataset = (await service.nobody().read("/v1/datasets", city="guangzhou", openness="conditional"))["items"][0]
    now = await pool.fetchval("select clock_timestamp()")
    for number, (login, known) in enumerate((("applicant@demo", True), ("objector@demo", False))):
        party = await account(pool, login)
        assert await pool.fetchval("select kind is not null from accounts where account_id = $1", party) is known
        case_id, _ = await put_grant(pool, dataset["dataset_id"], party=party)
        await by_owner(
            pool,
            "insert into gate_decisions (at, session, dataset_id, grant_case_id, data_items, allowed, reason) "
            "values ($1, 's', $2, $3, '{}', true, 'granted')",
            now - timedelta(seconds=number),
            dataset["dataset_id"],
            case_id,
        )
    await by_owner(
        pool, "insert into gate_days select $1, $2, '', 'granted', 2", dataset["dataset_id"], to_shanghai(now).date()
    )
    page = await service.as_("reviewer@guangzhou.operator").read("/v1/accesses")
    assert [(each["grantee"], each["real_name"]) for each in page["items"]] == [
        ("applicant@demo", True),
        ("objector@demo", False),
    ]
    assert page["real_names"]["article"] == "15"
    assert (await service.as_(OPERATOR).read("/v1/accesses"))["real_names"] is None


async def test_a_page_tells_the_gaps_of_its_span_and_the_months_that_are_dropped(service: Service, pool: Pool) -> None:
    now = await pool.fetchval("select clock_timestamp()")
    await by_owner(
        pool,
        "insert into gate_sessions (session, started_at, written_until, ended_at, lost) values ('x', $1, $1, $2, 7)",
        now - timedelta(hours=3),
        now - timedelta(hours=2),
    )
    month = to_shanghai(now).date().replace(day=1)
    await by_owner(pool, "insert into gate_months_dropped values ($1, 11, 5, 'service access_log', $2)", month, now)
    page = await service.as_(PROVIDER).read("/v1/accesses")
    assert [(each["lost"], each["is_running"]) for each in page["gaps"] if each["lost"]] == [(7, False)]
    assert [(each["decisions"], each["calls"], each["basis"]) for each in page["dropped"]] == [
        (11, 5, "service access_log")
    ]
    earlier = await service.as_(PROVIDER).read("/v1/accesses", **{"from": "2025-01-01", "until": "2025-02-01"})
    assert (earlier["gaps"], earlier["dropped"]) == ([], [])


async def test_the_table_has_every_access_of_the_list(service: Service, gate_url: str, pool: Pool) -> None:
    await used(gate_url, pool)
    answer = await service.as_(PROVIDER).get("/v1/accesses", {"Accept": "text/csv"})
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 4
    assert [row[3] for row in rows] == ["Allowed", "no", "yes", "yes"]


@pytest.mark.duty("GZ-28b", "GZ-19a")
async def test_a_body_is_told_how_each_of_its_datasets_was_used_by_month(service: Service, pool: Pool) -> None:
    """Of Guangzhou's transport: with whoever holds it now, and those that nobody used."""
    provider = service.as_("reviewer@guangzhou.transport")
    datasets = (await service.nobody().read("/v1/datasets", city="guangzhou", provider="guangzhou.transport"))["items"]
    used_one = datasets[0]["dataset_id"]
    now = to_shanghai(await pool.fetchval("select clock_timestamp()"))
    last = now.date().replace(day=1) - timedelta(days=1)
    for reason, calls in (("granted", 30), ("unconditional", 4), ("held", 2)):
        await by_owner(pool, "insert into gate_days values ($1, $2, '', $3, $4)", used_one, last, reason, calls)
    found = await provider.read("/v1/accesses/use")
    assert {each["dataset_id"] for each in found["items"]} == {each["dataset_id"] for each in datasets}
    first, *others = found["items"]
    month = last.replace(day=1).isoformat()
    assert (first["dataset_id"], first["allowed"], first["refused"]) == (used_one, 34, 2)
    assert first["months"] == [{"month": month, "allowed": 34, "refused": 2}]
    assert all((each["allowed"], each["months"]) == (0, []) for each in others)
    assert all((each["holders"] is None) is (each["openness"] != "conditional") for each in found["items"])
    table = await provider.get("/v1/accesses/use", {"Accept": "text/csv"})
    assert len(list(csv.reader(io.StringIO(table.text)))) == 1 + len(datasets)
    other = (await service.as_("reviewer@nanning.transport").read("/v1/accesses/use"))["items"]
    assert used_one not in {each["dataset_id"] for each in other}
    # The operator has the sums of the whole city, the most used first (Article 19.3).
    first, *others = (await service.as_("reviewer@guangzhou.operator").read("/v1/accesses/use"))["items"]
    assert (first["dataset_id"], first["allowed"], first["refused"]) == (used_one, 34, 2)
    assert len({each["provider"] for each in others}) > 1


async def test_the_use_of_a_city_with_forty_thousand_datasets_is_answered(
    service: Service, gate_url: str, pool: Pool
) -> None:
    case_id = await used(gate_url, pool)
    number: str = await pool.fetchval("select case_number from cases where case_id = $1", case_id)
    await by_owner(pool, MANY, CONDITIONAL, 40_000)
    operator = service.as_(OPERATOR)
    found = (await operator.read("/v1/accesses/use"))["items"]
    assert len(found) > 40_000
    assert next(each["holders"] for each in found if each["dataset_id"] == CONDITIONAL) == 1
    asked: tuple[dict[str, str], ...] = ({}, {"grant_case_id": case_id})
    for narrowed in asked:
        assert (await operator.read("/v1/accesses", **narrowed))["items"], narrowed
        assert sums(await operator.read("/v1/accesses/days", **narrowed))[0] >= 2, narrowed
    sight = AccessSight("city", "nanning", "nanning")
    async with service.app.state.runtime.store() as store:  # as its page asks
        assert await questions.grant_numbered(store, sight, number) == case_id
        assert len(await titles_seen(store, sight, "en")) == len(found)


@pytest.mark.duty("LYG-25")
async def test_lianyungangs_provider_follows_the_use_of_all_its_open_data(service: Service, pool: Pool) -> None:
    """Conditional and unconditional, used or not, beside the reports of those who have grants."""
    provider = service.as_("reviewer@lianyungang.transport")
    of_it = {"city": "lianyungang", "provider": "lianyungang.transport"}
    open_data = (await service.nobody().read("/v1/datasets", **of_it))["items"]
    assert {each["openness"] for each in open_data} >= {"conditional", "unconditional"}
    day = to_shanghai(await pool.fetchval("select clock_timestamp()")).date() - timedelta(days=40)
    for each in open_data:
        reason = "unconditional" if each["openness"] == "unconditional" else "granted"
        await by_owner(pool, "insert into gate_days values ($1, $2, '', $3, 5)", each["dataset_id"], day, reason)
    found = (await provider.read("/v1/accesses/use"))["items"]
    assert {each["dataset_id"]: each["allowed"] for each in found} == {each["dataset_id"]: 5 for each in open_data}
    other = (await service.as_("reviewer@nanjing.transport").read("/v1/accesses/use"))["items"]
    assert not {each["dataset_id"] for each in other} & {each["dataset_id"] for each in open_data}


@pytest.mark.duty("LYG-21a", "LYG-21b")
async def test_lianyungang_keeps_each_access_and_call_of_conditional_data(
    service: Service, gate_url: str, pool: Pool
) -> None:
    """With who did it, for the operator to look up, for as long as the rule has it; then the month goes, on record."""
    dataset = (await service.nobody().read("/v1/datasets", city="lianyungang", openness="conditional"))["items"][0]
    modes = ["api", "download"]
    party = await account(pool, "applicant@demo")
    case_id, _ = await put_grant(pool, dataset["dataset_id"], party=party, access_modes=modes)
    digest = await pool.fetchval("select key_digest from grants where case_id = $1", case_id)
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        for mode in modes:
            await gate.ask(Question(dataset["dataset_id"], (), mode, None, digest))
        await gate.ask(Question(dataset["dataset_id"], (), "api"))
    operator = service.as_("reviewer@lianyungang.operator")
    found = (await operator.read("/v1/accesses"))["items"]
    assert sorted((each["access_mode"], each["grantee"], each["allowed"]) for each in found if each["grantee"]) == [
        (mode, "applicant@demo", True) for mode in sorted(modes)
    ]
    assert [(each["access_mode"], each["reason"]) for each in found if not each["grantee"]] == [("api", "key_missing")]

    now = to_shanghai(await pool.fetchval("select clock_timestamp()"))
    kept, over = months_before(now.date(), 36), months_before(now.date(), 37)
    for month in (kept, over):
        await put(pool, dataset["dataset_id"], midnight(month) + timedelta(hours=1), 2)
    await Months(pool, DatabaseClock()).look()
    of_month = {"from": over.isoformat(), "until": months_before(over, -2).isoformat()}
    page = await operator.read("/v1/accesses", **of_month)
    assert {each["at"][:7] for each in page["items"]} == {kept.isoformat()[:7]}
    assert [(each["month"], each["decisions"], each["basis"]) for each in page["dropped"]] == [
        (over.isoformat(), 2, "service access_log")
    ]


@pytest.mark.duty("LYG-21b")
async def test_lianyungangs_log_has_the_processing_of_conditional_data_beside_each_access(
    working: Service, applicant: Caller, gate_url: str, pool: Pool
) -> None:
    """By whoever has the grant, for each body that reads the accesses, and for nobody else."""
    access = await a_grant(working, applicant, "lianyungang")
    case_id, of_the_grant = access["case_id"], access["granted"]
    await applicant.do(f"/v1/grants/{case_id}/key")
    digest = await pool.fetchval("select key_digest from grants where case_id = $1", case_id)
    items, mode = tuple(of_the_grant["data_items"]), of_the_grant["access_modes"][0]
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        await gate.ask(Question(access["dataset_id"], items, mode, None, digest))
    today = to_shanghai(await pool.fetchval("select clock_timestamp()")).date()
    processed = {"used_on": today.isoformat(), "text": "Joined with the timetables, names masked"}
    path = f"/v1/grants/{case_id}/use-records"
    assert (await working.as_("applicant2@demo").post(path, processed)).status_code == 404
    await applicant.do(path, processed)

    provider = next(each["id"] for each in access["parties"] if each["role"] == "provider")
    for login in (f"reviewer@{provider}", "reviewer@lianyungang.operator", "reviewer@lianyungang.authority"):
        reader = working.as_(login)
        (accessed,) = (await reader.read("/v1/accesses"))["items"]
        assert (accessed["allowed"], accessed["grantee"], accessed["grant_case_id"]) == (
            True,
            "applicant@demo",
            case_id,
        )
        (kept,) = (await reader.read(f"/v1/grants/{accessed['grant_case_id']}/use"))["records"]
        assert {name: kept[name] for name in processed} == processed, login
    for login in ("applicant2@demo", "reviewer@nanjing.operator"):
        assert (await working.as_(login).get(f"/v1/grants/{case_id}/use")).status_code == 404, login
