"""The pages of ratings: sums for everybody, a form for who may rate, a list for bodies."""

from __future__ import annotations

from typing import Any

import pytest

from activities.database import Pool
from tests.api.gate import CONDITIONAL, UNCONDITIONAL
from tests.api.test_ratings import obtained
from tests.pages.visiting import Front
from tests.rules.test_ratings import ALL_FIVE


def scores(accuracy: str) -> dict[str, Any]:
    return {**ALL_FIVE, "accuracy": accuracy}


@pytest.mark.parametrize(
    ("prefix", "language", "rate_this", "counts", "is_revised", "one_rated"),
    [
        (
            "/en",
            "en",
            "Rate this data",
            "Your rating counts now",
            "revised, on record",
            "Ratings of version 1, 1 in all",
        ),
        ("", "zh", "评价此数据", "已计入汇总", "已修改", "第1版，1人"),
    ],
)
async def test_who_obtained_data_rates_and_revises_it_and_the_sums_stand_on_its_page(
    *,
    front: Front,
    pool: Pool,
    prefix: str,
    language: str,
    rate_this: str,
    counts: str,
    is_revised: str,
    one_rated: str,
) -> None:
    user = await front.logged_in("applicant@demo", language)
    await user.visit(f"{prefix}/datasets/{UNCONDITIONAL}")
    await user.follow(rate_this)
    await user.send(**scores(""))
    assert user.answer.status_code == 422
    assert user.form().values().count(("timeliness", "5")) == 1
    await user.send(**scores("2"))
    assert counts in user.text()
    assert one_rated in user.text()
    await user.follow(rate_this)
    assert ("accuracy", "2") in user.form().values()
    await user.send(accuracy="3")
    assert one_rated in user.text()
    await user.follow(rate_this)
    assert is_revised in user.text()
    provider = await front.logged_in("reviewer@nanning.transport", language)
    await provider.visit(f"{prefix}/supervision/ratings")
    assert (provider.answer.status_code, "applicant" in provider.text()) == (200, False)
    assert await pool.fetchval("select count(*) from ratings") == 2


async def test_who_never_obtained_conditional_data_reads_why_there_is_no_form(
    front: Front, gate_url: str, pool: Pool
) -> None:
    user = await front.logged_in("applicant@demo")
    await user.visit(f"/en/datasets/{CONDITIONAL}/rating")
    assert "Nanning article 20(7): the log of accesses has none of yours" in user.text()
    assert [form for form in user.forms() if "rating" in form.address] == []
    await obtained(pool, gate_url, "applicant@demo", CONDITIONAL)
    await user.visit(f"/en/datasets/{CONDITIONAL}/rating")
    assert user.form().names() >= ALL_FIVE.keys()


async def test_a_city_without_ratings_says_nothing_of_them(front: Front) -> None:
    visitor = await front.logged_in("applicant@demo")
    await visitor.visit("/en/datasets/nanjing-transport-ferry-and-bus-lines")
    assert "Rate this data" not in visitor.text()
    assert (await visitor.visit("/en/datasets/nanjing-transport-ferry-and-bus-lines/rating")).answer.status_code == 404
    assert (await visitor.visit("/en/supervision/ratings")).answer.status_code == 403
