"""Whoever uses data in Guangzhou is known by the real name: the page says so, and what to do."""

from __future__ import annotations

import pytest

from tests.pages.visiting import Front

FILLED = {"purpose": "x", "scenario": "x", "safeguards": "x"}


@pytest.mark.parametrize(
    ("prefix", "language", "said"),
    [("/en", "en", "no identity provider has said who you are"), ("", "zh", "尚未经身份提供方核验")],
)
async def test_the_form_of_a_request_says_which_article_wants_the_real_name(
    front: Front, prefix: str, language: str, said: str
) -> None:
    unknown = await front.logged_in("objector@demo", language)
    await unknown.visit(f"{prefix}/datasets/guangzhou-transport-metro-passenger-flow/request")
    asked = {name: "x" for name in FILLED if name in unknown.form("request").names()}
    await unknown.send("request", **asked)  # type: ignore[arg-type]  # fields of the form
    assert said in unknown.text()
