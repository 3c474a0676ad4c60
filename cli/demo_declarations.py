"""What `kaifang demo` shows of declarations: what bodies of a city put on record, one of each kind."""

from __future__ import annotations

from datetime import date

from cli.demo_parties import WORDS, Json, Parties
from cli.demo_requests import served_item
from rules.declarations import DAYS, PROVIDER, Asked, DeclarationRule, declared_in
from rules.loading import load_pack


def put_on_record(parties: Parties, city: str) -> list[Json]:
    """A declaration of each kind that the law of the city has, as the body that declares it reads it."""
    today = date.fromisoformat(parties.call("applicant@demo", "GET", f"/v1/rules/{city}")["on"])
    return [declare(parties, city, rule, today) for rule in declared_in(load_pack(city), today)]


def declare(parties: Parties, city: str, rule: DeclarationRule, today: date) -> Json:
    dataset, _ = served_item(parties, city, "unconditional")
    body = dataset["provider"] if rule.by[0] == PROVIDER else f"{city}.{rule.by[0]}"
    declaration = {
        "city": city,
        "kind": rule.kind,
        "dataset_ids": [] if rule.about == "city" else [dataset["dataset_id"]],
        "says": {each.name: said_of(each, today) for each in rule.asks},
    }
    return parties.call(f"reviewer@{body}", "POST", "/v1/declarations", declaration)


def said_of(asked: Asked, today: date) -> str:
    """Something that can be said there."""
    if asked.values:
        return asked.values[0].value
    return str(today) if asked.as_a in DAYS else WORDS
