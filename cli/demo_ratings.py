"""What `kaifang demo` shows of ratings: data that two of its users rate, one of whom revises it, and the sums."""

from __future__ import annotations

from cli.demo_parties import Json, Parties
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
