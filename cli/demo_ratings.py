"""What `kaifang demo` shows of ratings and feedback: data that two of its users rate, one of whom revises it, with the
sums; and what a user tells those who open data, with the answer."""

from __future__ import annotations

from http import HTTPStatus

from cli.demo_parties import WORDS, Json, Parties
from cli.demo_requests import served_item

USERS = ("applicant@demo", "applicant2@demo")


def rate_data(parties: Parties, city: str) -> Json | None:
    """How a dataset is rated in the end; None where the law of the city has no ratings."""
    dataset, _ = served_item(parties, city, "unconditional")
    path = f"/v1/datasets/{dataset['dataset_id']}"
    asked = parties.ask(USERS[0], f"{path}/rating")
    if asked is None:
        return None
    first = {each["dimension"]: asked["best"] for each in asked["dimensions"]}
    second = {**first, asked["dimensions"][0]["dimension"]: 1}
    for user, scores in ((USERS[0], second), (USERS[1], second), (USERS[0], first)):
        parties.call(user, "PUT", f"{path}/rating", {"scores": scores})
    return parties.call(USERS[0], "GET", f"{path}/ratings")


def tell_and_answer(parties: Parties, city: str) -> Json | None:
    """What a user told about a dataset, with the answer of its provider; None where the law has no feedback."""
    dataset, _ = served_item(parties, city, "unconditional")
    suggested = {"city": city, "kind": "suggestion", "text": WORDS, "dataset_id": dataset["dataset_id"]}
    status, feedback = parties.try_to(USERS[0], "POST", "/v1/feedback", suggested)
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return None
    path = f"/v1/feedback/{feedback['feedback_id']}"
    parties.call(f"reviewer@{dataset['provider']}", "POST", f"{path}/answer", {"text": WORDS})
    return parties.call(USERS[0], "GET", path)
