"""Reports on use: owed at the interval of the agreement, made in time or late, assessed by whom the law names; the
user's own record, and inspections."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from models import acts as a
from models.act_contents import GrantTerms
from models.procedures.use_report import USE_REPORT
from models.using import day_not_obtained, first_report_on, held_to
from rules.deadlines import SHANGHAI
from tests.five_cities import FIVE_CITIES
from tests.models.bench import (
    BOTH_SIGN,
    GRANTED,
    MONDAY,
    PARTY,
    STRANGER,
    Bench,
    accessed,
    begun,
    filed,
    law,
    until_signing,
)

ASSESSED_BY = {
    "nanning": {"assessment": "provider"},
    "yulin": {"assessment": "provider"},
    "guangzhou": {"assessment": "authority", "provider_assessment": "provider"},
    "lianyungang": {"assessment": "provider"},
    "nanjing": {"assessment": "authority"},
}
"""City to the stages in which the use is assessed, and the role of the body."""
OWED_ON = date(2026, 11, 23)
EVERYTHING = frozenset({"uses", "results", "source_cited", "obtained_on"})
CITED = {"nanning": {"source_cited"}, "guangzhou": {"source_cited"}, "nanjing": {"source_cited", "obtained_on"}}
"""City to what its law wants named in results."""


def owed(city: str) -> Bench:
    """A report that is owed since that morning, for a grant."""
    return begun(law(city, "use_report"), USE_REPORT, occurred_on=OWED_ON, caused_by="case-access")


def granted(city: str) -> Bench:
    return accessed(until_signing(city).all_decide(BOTH_SIGN))


@pytest.mark.duty("NN-26", "YL-29", "GZ-19b", "LYG-24")
@pytest.mark.parametrize("city", FIVE_CITIES)
def test_a_report_says_how_the_data_was_used_and_comes_before_whoever_assesses(city: str) -> None:
    bench = owed(city)
    assert (bench.open_stages, bench.task("report").body) == ({"report"}, "applicant")
    assert bench.decide("report", "report", ()) == "RequirementMissing"
    assert bench.decide("report", "report", {"uses"}, by=STRANGER) == "NotYourTask"

    assert bench.decide("report", "report", {"uses"}) == "accepted"

    bodies = {task.stage: task.body for task in bench.state.open_tasks()}
    assert bodies == {stage: f"{city}.{role}" for stage, role in ASSESSED_BY[city].items()}


@pytest.mark.duty("NN-26", "GZ-26", "NJ-27e")
@pytest.mark.parametrize("city", sorted(CITED))
def test_results_are_reported_with_their_source_as_the_law_wants_it_cited(city: str) -> None:
    for left_out in {"uses", "results", *CITED[city]}:
        bench = owed(city)
        assert bench.decide("report", "report_results", EVERYTHING - {left_out}) == "RequirementMissing", left_out
        assert bench.decide("report", "report_results", {"uses", "results", *CITED[city]}) == "accepted"


@pytest.mark.duty("YL-29", "LYG-24")
@pytest.mark.parametrize("city", ["yulin", "lianyungang"])
def test_where_the_law_is_silent_on_sources_results_are_named_without(city: str) -> None:
    assert owed(city).decide("report", "report_results", {"uses", "results"}) == "accepted"


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_a_report_that_is_missing_is_late_ends_nothing_and_is_taken_when_it_comes(city: str) -> None:
    bench = owed(city)
    assert bench.task("report").clock.due_at == datetime(2026, 12, 8, tzinfo=SHANGHAI)
    bench.passes(days=60)
    assert (bench.types()[-1], bench.open_stages, bench.state.closed) == ("ClockPassed", {"report"}, None)

    assert bench.decide("report", "report", {"uses"}) == "accepted"

    assert bench.task("report").late
    assert bench.open_stages == set(ASSESSED_BY[city])


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_a_report_that_is_begun_before_it_is_owed_is_due_no_earlier(city: str) -> None:
    bench = begun(law(city, "use_report"), USE_REPORT, at=MONDAY - timedelta(days=90), occurred_on=OWED_ON)
    assert bench.task("report").clock.due_at == owed(city).task("report").clock.due_at


@pytest.mark.duty("LYG-25", "NJ-27d", "GZ-30c")
@pytest.mark.parametrize("city", FIVE_CITIES)
def test_the_assessment_finds_the_use_lawful_when_every_body_that_assesses_does(city: str) -> None:
    bench = owed(city).all_decide([])
    bench.decide("report", "report", {"uses"})
    for place, stage in enumerate(ASSESSED_BY[city]):
        assert bench.state.closed is None, place
        assert bench.decide(stage, "as_agreed", (), by=a.Actor(account="acc_x", body=f"{city}.legal")) == "NotYourTask"
        assert bench.decide(stage, "as_agreed", ()) == "accepted"
    assert bench.state.closed == "assessed"


@pytest.mark.duty("LYG-25")
def test_lianyungang_assesses_promptly_by_article_25() -> None:
    bench = owed("lianyungang")
    bench.decide("report", "report", {"uses"})
    clock = bench.task("assessment").clock
    assert (clock.promptly, clock.article) == (True, "25")


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_what_is_incomplete_goes_back_with_a_reason_and_has_a_fresh_period(city: str) -> None:
    bench = owed(city)
    bench.passes(days=30)
    bench.decide("report", "report", {"uses"})
    assert bench.decide("assessment", "return", ()) == "RequirementMissing"
    assert bench.decide("assessment", "return") == "accepted"
    assert bench.open_stages == {"completion"}
    due = bench.task("completion").clock.due_at
    assert due is not None
    assert due > bench.now
    assert bench.decide("completion", "report", {"uses"}) == "accepted"
    assert bench.open_stages == set(ASSESSED_BY[city])


@pytest.mark.duty("GZ-30c", "LYG-25")
@pytest.mark.parametrize("city", ["nanning", "yulin", "guangzhou", "lianyungang"])
def test_an_assessment_that_finds_signs_of_misuse_begins_a_case_of_it_once(city: str) -> None:
    bench = owed(city)
    bench.decide("report", "report", {"uses"})
    for stage in reversed(ASSESSED_BY[city]):
        assert bench.decide(stage, "suspected", ()) == "RequirementMissing"
    stage = list(ASSESSED_BY[city])[-1]
    assert bench.decide(stage, "suspected") == "accepted"
    ordered = bench.state.ordered_case
    assert ordered
    assert (ordered.ordered, ordered.ordered_case_id, ordered.body) == (
        "misuse",
        "case-misuse",
        f"{city}.{ASSESSED_BY[city][stage]}",
    )
    assert (bench.state.closed, bench.types().count("CaseOrdered")) == ("misuse_suspected", 1)


@pytest.mark.duty("NJ-27f")
@pytest.mark.duty("NJ-27d")
def test_nanjings_authority_says_why_the_use_is_not_as_agreed() -> None:
    bench = owed("nanjing")
    bench.decide("report", "report", {"uses"})
    assert bench.decide("assessment", "not_as_agreed", ()) == "RequirementMissing"
    assert bench.decide("assessment", "not_as_agreed") == "accepted"
    assert (bench.state.closed, bench.state.ordered_case) == ("not_as_agreed", None)


@pytest.mark.duty("LYG-24")
@pytest.mark.parametrize("city", FIVE_CITIES)
def test_a_grant_owes_reports_at_the_shortest_interval_that_a_body_has_set(city: str) -> None:
    stage, outcome = GRANTED[city][-1]
    agreed = filed(city).all_decide(GRANTED[city][:-1])
    assert agreed.decide(stage, outcome, terms=GrantTerms(report_days=30)) == "accepted"
    for bench, days in ((agreed, 30), (until_signing(city), 180)):
        grant = accessed(bench.all_decide(BOTH_SIGN)).state.grant
        assert grant
        assert grant.report_days == days


def test_a_grant_under_rules_from_before_reports_owes_none() -> None:
    before = law("nanning").model_copy(update={"reporting": None})
    grant = accessed(filed("nanning", rules=before).all_decide(GRANTED["nanning"]).all_decide(BOTH_SIGN)).state.grant
    assert grant
    assert grant.report_days is None


def test_the_first_report_is_owed_on_the_day_after_the_first_period() -> None:
    assert first_report_on(datetime(2026, 11, 23, 23, 30, tzinfo=SHANGHAI), 30) == date(2026, 12, 23)


def test_a_period_through_which_the_grant_did_not_hold_owes_no_report() -> None:
    day = date(2026, 12, 23)
    midnight = datetime(2026, 12, 23, tzinfo=SHANGHAI)
    assert held_to(day, None)
    assert held_to(day, midnight)
    assert not held_to(day, midnight - timedelta(seconds=1))


@pytest.mark.duty("NJ-27e")
@pytest.mark.parametrize(
    ("obtained_on", "code"),
    [
        (date(2026, 11, 24), "day_in_the_future"),
        (date(2026, 11, 1), "obtained_before_the_grant"),
        (date(2026, 11, 2), None),
        (date(2026, 11, 23), None),
    ],
)
def test_data_was_obtained_between_the_grant_and_today(obtained_on: date, code: str | None) -> None:
    granted_at = datetime(2026, 11, 2, 15, tzinfo=SHANGHAI)
    found = day_not_obtained(law("nanjing", "use_report"), obtained_on, MONDAY, granted_at)
    assert [each.code for each in found] == ([code] if code else [])
    assert all(each.citation and each.citation.article == "27.4" for each in found)


@pytest.mark.duty("GZ-19b")
def test_guangzhous_user_keeps_a_record_of_its_own_of_what_has_happened() -> None:
    bench, today = granted("guangzhou"), MONDAY.date()
    assert bench.by_party(a.RecordUse, used_on=today) == "accepted"
    assert bench.by_party(a.RecordUse, used_on=today + timedelta(days=1)) == "DayHasNotCome"
    assert bench.by_party(a.RecordUse, STRANGER, used_on=today) == "NotYourCase"
    assert (bench.types()[1:], bench.state.use_records) == (["UseRecorded"], 1)
    assert granted("nanning").by_party(a.RecordUse, used_on=today) == "ProcedureKnowsNoSuchAct"


INSPECTED_BY = {
    "nanning": ("provider",),
    "yulin": ("provider",),
    "guangzhou": ("authority", "provider"),
    "lianyungang": ("provider",),
    "nanjing": ("authority",),
}


@pytest.mark.duty("NJ-27f")
@pytest.mark.duty("LYG-33", "GZ-30c", "NJ-27d")
@pytest.mark.parametrize("city", FIVE_CITIES)
def test_only_who_supervises_puts_an_inspection_on_record_and_takes_nothing_by_it(city: str) -> None:
    bench, today = granted(city), MONDAY.date()
    found = {"inspected_on": today, "finding": "not_in_order", "given": frozenset({"text"})}
    for role in law(city).bodies:
        by = a.Actor(account=f"acc_{role}", body=f"{city}.{role}")
        answer = bench.by_party(a.Inspect, by, **found)
        assert answer == ("accepted" if role in INSPECTED_BY[city] else "NotYourTask"), role
    by = a.Actor(account="acc_1", body=f"{city}.{INSPECTED_BY[city][0]}")
    assert bench.by_party(a.Inspect, by, **found | {"given": frozenset()}) == "RequirementMissing"
    assert bench.by_party(a.Inspect, by, **found | {"inspected_on": today + timedelta(days=1)}) == "DayHasNotCome"
    assert bench.by_party(a.Inspect, a.Actor(account=PARTY.account, body=by.body), **found) == "PartyToTheCase"
    assert bench.types()[1:] == ["UseInspected"] * len(INSPECTED_BY[city])
    assert bench.state.closed is None
