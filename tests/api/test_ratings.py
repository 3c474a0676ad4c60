"""Ratings of data: who rates which version, that the last counts and the earlier stay, and who sees what of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from activities.clock import DatabaseClock
from activities.database import Pool
from activities.gate.gate import opened
from models.gate import Question, Reason
from tests.api.calling import Caller, Service
from tests.api.gate import CONDITIONAL, UNCONDITIONAL, put_grant
from tests.api.test_own_data import archive, read
from tests.owning import by_owner
from tests.rules.test_ratings import ALL_FIVE, IN_CHINESE, SIX

YULIN, GUANGZHOU = "yulin-transport-coach-positions", "guangzhou-transport-metro-passenger-flow"
TWO_USERS = ("applicant@demo", "applicant2@demo")


def sent(**scores: int) -> dict[str, Any]:
    return {"scores": ALL_FIVE | scores}


async def rate(caller: Caller, dataset_id: str, body: Any = None) -> httpx.Response:
    path = f"/v1/datasets/{dataset_id}/rating"
    return await caller.http.put(path, json=body or sent(), headers=caller.headers())


async def rated(caller: Caller, dataset_id: str, **scores: int) -> Any:
    answer = await rate(caller, dataset_id, sent(**scores))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def obtained(pool: Pool, gate_url: str, login: str, dataset_id: str) -> None:
    """Somebody has a grant on the data, and the gate let it through by its key."""
    party = await pool.fetchval("select account_id from accounts where login = $1", login)
    case_id, _ = await put_grant(pool, dataset_id, party=party)
    digest = await pool.fetchval("select key_digest from grants where case_id = $1", case_id)
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        assert (await gate.ask(Question(dataset_id, (), "download", None, digest))) is Reason.GRANTED


async def changed(pool: Pool, dataset_id: str) -> None:
    """The entry has a second version, published now."""
    await by_owner(
        pool,
        "insert into dataset_versions (dataset_id, number, openness, items, entry, published_at) "
        "select dataset_id, n, openness, items, entry, case n when 2 then clock_timestamp() end "
        "from datasets, generate_series(1, 2) n where dataset_id = $1",
        dataset_id,
    )


def wrong(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


def means(sums: Any) -> dict[int, tuple[int, list[tuple[int, float | None]]]]:
    return {
        each["version"]: (each["ratings"], [(part["counted"], part["mean"]) for part in each["dimensions"]])
        for each in sums["versions"]
    }


@pytest.mark.duty("NN-20.7", "NN-21")
async def test_nannings_user_rates_the_six_qualities_of_the_data_that_it_obtained(
    service: Service, gate_url: str, pool: Pool
) -> None:
    user, nobody = service.as_("applicant@demo"), service.nobody()
    before = await rate(user, CONDITIONAL)
    assert (before.status_code, wrong(before)) == (422, [("dataset_id", "never_accessed")])
    assert before.json()["errors"][0]["rule"]["article"] == "20(7)"
    why = await user.read(f"/v1/datasets/{CONDITIONAL}/rating")
    assert (why["version"], why["why_not"].startswith("Nanning article 20(7): ")) == (None, True)

    await obtained(pool, gate_url, "applicant@demo", CONDITIONAL)
    own = await rated(user, CONDITIONAL, accuracy=2)

    assert [each["dimension"] for each in own["dimensions"]] == SIX
    assert (own["version"], [(each["revision"], each["counts"]) for each in own["items"]]) == (1, [(1, True)])
    sums = await nobody.read(f"/v1/datasets/{CONDITIONAL}/ratings")
    assert means(sums) == {1: (1, [(1, 2.0 if name == "accuracy" else 5.0) for name in SIX])}
    assert (sums["rule"]["article"], sums["rule_of_dimensions"]["article"]) == ("20(7)", "20(7)")
    chinese = await nobody.http.get(f"/v1/datasets/{CONDITIONAL}/ratings", headers={"Accept-Language": "zh-CN"})
    assert [each["label"] for each in chinese.json()["dimensions"]] == IN_CHINESE
    assert (await rate(service.as_("reviewer@nanning.health"), CONDITIONAL)).status_code == 403


@pytest.mark.duty("YL-25")
async def test_yulins_users_rate_each_version_once_and_the_last_rating_of_each_counts(
    service: Service, gate_url: str, pool: Pool
) -> None:
    first, second = (service.as_(login) for login in TWO_USERS)
    assert wrong(await rate(first, YULIN)) == [("dataset_id", "never_accessed")]
    for login in TWO_USERS:
        await obtained(pool, gate_url, login, YULIN)
    await rated(first, YULIN)
    await rated(second, YULIN, completeness=4)
    await asyncio.gather(*(rate(first, YULIN, sent(completeness=1)) for _ in range(3)))
    sums = await service.nobody().read(f"/v1/datasets/{YULIN}/ratings")
    assert [each["label"] for each in sums["dimensions"]][:2] == ["Regularity", "Completeness"]
    assert means(sums) == {1: (2, [(2, 2.5 if name == "completeness" else 5.0) for name in SIX])}
    assert "account" not in str(sums)

    # Who has not obtained the second version rates the first; who has, rates both.
    await changed(pool, YULIN)
    await obtained(pool, gate_url, "applicant@demo", YULIN)
    assert (await rated(second, YULIN))["version"] == 1
    own = await rated(first, YULIN, usability=3)
    assert [(each["version"], each["revision"], each["counts"]) for each in own["items"]] == [
        *((2, 1, True), (1, 2, True), (1, 1, False)),
    ]
    assert [count for count, _ in means(await service.nobody().read(f"/v1/datasets/{YULIN}/ratings")).values()] == [
        1,
        2,
    ]


@pytest.mark.duty("GZ-27")
async def test_guangzhous_rating_reaches_the_authority_with_it_and_nobody_else(
    service: Service, gate_url: str, pool: Pool
) -> None:
    user, authority = service.as_("applicant@demo"), service.as_("reviewer@guangzhou.authority")
    assert wrong(await rate(user, GUANGZHOU)) == [("dataset_id", "never_accessed")]
    await obtained(pool, gate_url, "applicant@demo", GUANGZHOU)

    await rated(user, GUANGZHOU, timeliness=1)
    await rated(user, GUANGZHOU, timeliness=1)

    (told,) = (await authority.read("/v1/messages"))["items"]
    assert (told["kind"], told["read_at"]) == ("data_rated", None)
    assert "Timeliness 1" in told["text"]
    assert told["link"].endswith(f"/datasets/{GUANGZHOU}")
    assert (await pool.fetchval("select count(distinct account_id) from messages where kind = 'data_rated'")) == (
        await pool.fetchval(
            "select count(*) from accounts where body = 'guangzhou.authority' and 'reviewer' = any(roles)"
        )
    )
    written = "select bool_and(created_at = rated_at) from messages, ratings where kind = 'data_rated'"
    assert await pool.fetchval(written)
    (given,) = (await authority.read("/v1/ratings"))["items"]
    assert ({each["dimension"]: each["score"] for each in given["scores"]}) == ALL_FIVE | {"timeliness": 1}
    await rated(user, GUANGZHOU, timeliness=4)
    assert len((await authority.read("/v1/messages"))["items"]) == 2


async def test_bodies_see_the_ratings_of_their_data_and_never_who_gave_them(service: Service) -> None:
    for login in TWO_USERS:
        await rated(service.as_(login), UNCONDITIONAL, accuracy=3)
    await rated(service.as_("applicant@demo"), UNCONDITIONAL, accuracy=4)
    for login in ("reviewer@nanning.transport", "reviewer@nanning.operator", "supervisor@nanning.authority"):
        page = await service.as_(login).read("/v1/ratings", limit=1)
        (last,) = page["items"]
        (other,) = (await service.as_(login).read("/v1/ratings", cursor=page["next"]))["items"]
        assert [(each["dataset_id"], each["revision"]) for each in (last, other)] == [
            *((UNCONDITIONAL, 2), (UNCONDITIONAL, 1)),
        ], login
        assert not {"account_id", "by", "account"} & (last.keys() | other.keys())
        figures = await service.as_(login).read("/v1/ratings/figures")
        assert (figures["ratings"], figures["rated_datasets"]) == (2, 1), login
        (accuracy,) = (each for each in figures["total"] if each["dimension"] == "accuracy")
        assert (accuracy["counted"], accuracy["mean"]) == (2, 3.5)
    for login in ("reviewer@nanning.health", "reviewer@yulin.operator"):
        assert (await service.as_(login).read("/v1/ratings"))["items"] == [], login
        assert (await service.as_(login).read("/v1/ratings/figures"))["ratings"] == 0, login
    for login in ("applicant@demo", "reviewer@nanning.experts", "admin@kaifang"):
        assert (await service.as_(login).get("/v1/ratings")).status_code == 403, login


async def test_figures_of_a_span_are_by_what_counted_at_its_end(service: Service, pool: Pool) -> None:
    user, operator = service.as_("applicant@demo"), service.as_("reviewer@nanning.operator")
    await rated(user, UNCONDITIONAL, accuracy=1)
    await by_owner(pool, "update ratings set rated_at = rated_at - interval '40 days'")
    await rated(user, UNCONDITIONAL, accuracy=5)
    today = (await pool.fetchval("select clock_timestamp()")).date()
    spans = [(today - timedelta(days=60), today - timedelta(days=20)), (today - timedelta(days=20), None)]
    found = []
    for since, until in spans:
        query = {"from": since.isoformat(), **({"until": until.isoformat()} if until else {})}
        figures = await operator.read("/v1/ratings/figures", **query)
        found.append(
            (figures["ratings"], [each["mean"] for each in figures["total"] if each["dimension"] == "accuracy"])
        )
    assert found == [(1, [1.0]), (1, [5.0])]


@pytest.mark.parametrize(
    ("scores", "errors"),
    [
        ({**ALL_FIVE, "accuracy": 6}, [("scores.accuracy", "score_off_the_scale")]),
        ({**ALL_FIVE, "price": 3}, [("scores.price", "dimension_unknown")]),
        (dict.fromkeys(SIX[1:], 3), [("scores.regularity", "score_missing")]),
    ],
)
async def test_what_is_wrong_with_a_rating_is_named_and_nothing_is_written(
    service: Service, pool: Pool, scores: dict[str, int], errors: list[tuple[str, str]]
) -> None:
    answer = await rate(service.as_("applicant@demo"), UNCONDITIONAL, {"scores": scores})
    assert (answer.status_code, wrong(answer)) == (422, errors)
    assert all(each["rule"]["text"] in each["detail"] for each in answer.json()["errors"])
    assert await pool.fetchval("select count(*) from ratings") == 0


async def test_a_city_whose_law_has_no_ratings_takes_and_shows_none(service: Service) -> None:
    dataset = "nanjing-transport-ferry-and-bus-lines"
    user = service.as_("applicant@demo")
    assert wrong(await rate(user, dataset)) == [("dataset_id", "not_rated")]
    assert (await user.get(f"/v1/datasets/{dataset}/rating")).status_code == 404
    assert (await service.nobody().get(f"/v1/datasets/{dataset}/ratings")).status_code == 404


async def test_what_somebody_rated_is_in_its_own_data_and_stays_as_it_is(service: Service, pool: Pool) -> None:
    user = service.as_("applicant@demo")
    await rated(user, UNCONDITIONAL, accuracy=1)
    await rated(user, UNCONDITIONAL, accuracy=2)
    held = read(await archive(user), "ratings.json")
    assert [(each["revision"], each["scores"]["accuracy"]) for each in held] == [(2, 2), (1, 1)]
    other = read(await archive(service.as_("applicant2@demo")), "ratings.json")
    assert other == []
