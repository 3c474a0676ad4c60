"""The bodies before which each city's law puts an objection, and the periods and articles of its stages."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.models.bench import EVERY_CITY, INVENTED, MONDAY, objected
from tests.models.objections_by_city import FILE, midnight


@pytest.mark.parametrize(
    ("city", "ground", "stages"),
    [
        ("nanning", "privacy", {"suspension", "verification"}),
        ("yulin", "unlawful", {"suspension", "verification"}),
        ("guangzhou", "quality", {"suspension", "verification"}),
        ("lianyungang", "error", {"forwarding"}),
        ("lianyungang", "privacy", {"suspension", "provider_withdrawal", "authority_withdrawal"}),
        ("nanjing", "error", {"marking", "forwarding", "own_decision"}),
        ("nanjing", "privacy", {"suspension", "marking", "forwarding", "own_decision"}),
        ("nanjing", "other_right", {"suspension", "marking", "forwarding", "own_decision"}),
        (INVENTED, "error", {"restraint", "custody_finding"}),
        (INVENTED, "privacy", {"restraint", "custody_finding", "ethics_finding"}),
    ],
)
def test_an_objection_lies_before_the_bodies_that_the_citys_law_names_first(
    city: str, ground: str, stages: set[str]
) -> None:
    assert objected(city, ground).open_stages == stages


PERIODS = [
    ("nanning", "privacy", "suspension", None, True, "22.2"),
    ("nanning", "privacy", "verification", None, True, "22.2"),
    ("yulin", "privacy", "suspension", None, True, "17.2"),
    ("yulin", "privacy", "verification", None, True, "17.2"),
    ("guangzhou", "privacy", "suspension", None, True, "suspension"),
    ("guangzhou", "privacy", "verification", midnight(12, 14), False, "29.3"),
    ("lianyungang", "error", "forwarding", None, False, "20"),
    ("lianyungang", "privacy", "provider_withdrawal", None, True, "26.2"),
    ("lianyungang", "privacy", "authority_withdrawal", None, True, "26.2"),
    ("nanjing", "privacy", "suspension", None, True, "suspension"),
    ("nanjing", "error", "marking", midnight(11, 24), False, "35.2"),
    ("nanjing", "error", "forwarding", midnight(11, 25), False, "35.2(2)"),
    ("nanjing", "error", "own_decision", midnight(11, 30), False, "35.2(1)"),
    (INVENTED, "privacy", "restraint", MONDAY + timedelta(hours=12), False, "21"),
    (INVENTED, "privacy", "custody_finding", midnight(11, 26), False, "22"),
    (INVENTED, "privacy", "ethics_finding", None, True, "22"),
]


@pytest.mark.parametrize(("city", "ground", "stage", "due_at", "promptly", "article"), PERIODS)
def test_a_stage_of_an_objection_has_the_period_and_the_article_of_the_law(
    city: str, ground: str, stage: str, due_at: datetime | None, promptly: bool, article: str
) -> None:
    clock = objected(city, ground, evidence=FILE).task(stage).clock
    assert (clock.due_at, clock.promptly, clock.article) == (due_at, promptly, article)
    assert clock.started_at == MONDAY


@pytest.mark.parametrize("city", EVERY_CITY)
def test_every_clock_of_an_objection_names_its_article_or_service_rule(city: str) -> None:
    for choice in objected(city, "privacy").rules.choices["ground"]:
        if choice.belongs_elsewhere is None:
            bench = objected(city, choice.value, evidence=FILE)
            assert all(task.clock.article and task.clock.basis for task in bench.state.tasks.values())
