"""Data that a body opens outside the platform: filed beforehand or late, and taken on record either way."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from activities.calendar.record import wanted_until
from models.elsewhere import may_file_of
from models.procedures.opening_elsewhere import OPENING_ELSEWHERE
from models.refusals import NotYourDataset, RoleRequired
from rules.admissibility import DatasetAtReceipt, Openness, admissible
from rules.deadlines import SHANGHAI
from rules.loading import cities, load_pack
from rules.pinned import BEFOREHAND, Basis
from tests.models.bench import MONDAY, begun, law, notices

DAY = date(2026, 12, 1)
FILED = {"elsewhere": "data.example.cn", "special_reason": "Too large for it", "opens_on": str(DAY)}
BODIES = {"provider": "guangzhou.port", "authority": "guangzhou.authority"}


@pytest.mark.duty("GZ-16a")
@pytest.mark.parametrize("lacking", FILED)
def test_a_filing_says_where_why_and_from_which_day(lacking: str) -> None:
    dataset = DatasetAtReceipt("guangzhou-port-berths", "unconditional", frozenset({"berth"}))
    assert admissible(law("guangzhou", "opening_elsewhere"), FILED, dataset) == []
    stated = {name: value for name, value in FILED.items() if name != lacking}
    (found,) = admissible(law("guangzhou", "opening_elsewhere"), stated, dataset)
    assert (found.field, found.code) == (lacking, "field_required")


@pytest.mark.parametrize(("openness", "codes"), [("conditional", []), ("closed", ["not_open"])])
def test_what_is_not_open_at_all_is_opened_nowhere(openness: Openness, codes: list[str]) -> None:
    dataset = DatasetAtReceipt("guangzhou-port-berths", openness, frozenset())
    assert [each.code for each in admissible(law("guangzhou", "opening_elsewhere"), FILED, dataset)] == codes


@pytest.mark.duty("GZ-16a")
def test_beforehand_is_before_the_first_minute_of_the_day_whatever_day_it_is() -> None:
    rules = law("guangzhou", "opening_elsewhere")
    assert rules.filed_within
    assert (rules.filed_within.period, rules.filed_within.citation.article, rules.filed_within.citation.basis) == (
        BEFOREHAND,
        "16.1",
        Basis.LAW,
    )
    sunday = date(2026, 11, 29)
    assert wanted_until(rules, sunday, notices(), {}) == datetime(2026, 11, 29, tzinfo=SHANGHAI)
    assert wanted_until(rules, None, notices(), {}) is None


@pytest.mark.duty("GZ-16a")
@pytest.mark.parametrize("late", [False, True])
def test_late_or_not_the_authority_takes_it_on_record_and_can_refuse_nothing(late: bool) -> None:
    until = MONDAY - timedelta(days=1) if late else MONDAY + timedelta(days=8)
    bench = begun(
        law("guangzhou", "opening_elsewhere"), OPENING_ELSEWHERE, occurred_on=DAY, late=late, wanted_until=until
    )
    task, stage = bench.task("record"), bench.rules.stage("record")
    assert stage
    assert (task.body, stage.citation.article, stage.citation.basis) == ("guangzhou.authority", "16.1", Basis.LAW)
    assert [each.outcome for each in stage.outcomes] == ["record"], "filed is not approved: no outcome says no"
    assert bench.decide("record", "record", ()) == "accepted"
    assert (bench.state.closed, bench.state.filed_late) == ("on_record", late)
    assert bench.state.kept_back == ()


def test_a_body_files_of_its_own_data_and_nobody_for_it() -> None:
    rules = law("guangzhou", "opening_elsewhere")
    may_file_of(rules, {"reviewer"}, "guangzhou.port", "provider", BODIES)
    with pytest.raises(NotYourDataset):
        may_file_of(rules, {"reviewer"}, "guangzhou.water", "provider", BODIES)
    for roles, body, role in (
        ({"applicant"}, None, None),
        ({"supervisor"}, "guangzhou.port", "provider"),
        ({"reviewer"}, "guangzhou.authority", "authority"),
    ):
        with pytest.raises(RoleRequired):
            may_file_of(rules, roles, body, role, BODIES)


def test_guangzhou_alone_has_an_opening_elsewhere_filed() -> None:
    assert [city for city in cities() if "opening_elsewhere" in load_pack(city).procedures] == ["guangzhou"]
