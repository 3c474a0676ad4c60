"""The course that each city's law gives a report of misuse, and an appeal against what was taken of a grant."""

from __future__ import annotations

import pytest

from models import acts as a
from models import events as e
from models.curtailing import Curtailment
from models.gate import Reason
from models.procedures.misuse import MISUSE
from models.reporting import who_assessed
from models.telling import told
from models.tellings import Account
from rules.loading import load_pack
from rules.pinned import Basis
from rules.pinned_stages import GrantEffect
from tests.models.bench import begun, law
from tests.models.using import REPORTER, Use

CLOSES = {"nanning": ("27.2", "27.3"), "yulin": ("30.2", "30.3")}
"""City to the articles by which an access is closed, and anybody reports."""


def used(city: str) -> Use:
    """Two grants on one dataset, and a report."""
    use = Use(city)
    use.granted("grant-a")
    use.granted("grant-b")
    use.reported()
    return use


@pytest.mark.parametrize("city", CLOSES)
@pytest.mark.duty("NN-27a")
@pytest.mark.duty("YL-30a")
def test_who_finds_misuse_closes_the_access_promptly_and_no_other(city: str) -> None:
    use = used(city)
    report = use.reports["report-0"]
    assert report.open_stages == {"verification"}
    clock = report.task("verification").clock
    assert (clock.promptly, clock.article, report.task("verification").body) == (
        True,
        CLOSES[city][0],
        f"{city}.provider",
    )
    assert use.asked("grant-a") is Reason.GRANTED

    assert use.decided("report-0", "verification", "close", use.finding("grant-a")) == "accepted"

    assert use.asked("grant-a") is Reason.GRANT_CLOSED
    assert use.asked("grant-b") is Reason.GRANTED
    taken = report.state.curtailed
    assert taken
    assert (taken.effect, taken.article, taken.basis) == (GrantEffect.CLOSE, CLOSES[city][0], Basis.LAW)
    assert report.state.closed == "access_closed"
    assert use.grants["grant-a"].types()[-1] == "CurtailmentMet"


@pytest.mark.parametrize("city", CLOSES)
@pytest.mark.parametrize("role", ["operator", "authority", "experts"])
@pytest.mark.duty("NN-27a")
@pytest.mark.duty("YL-30a")
def test_any_body_that_finds_misuse_closes_the_access_itself(city: str, role: str) -> None:
    use = Use(city)
    use.granted("grant-a")
    finder = f"{city}.{role}"
    name = use.reported(by="acc_finder", body=finder)
    assert use.reports[name].open_stages == {"verification", "finding"}
    assert use.reports[name].task("finding").body == finder
    assert use.reports[name].task("finding").clock.promptly

    his_own = use.decided(
        name, "finding", "close", use.finding("grant-a"), by=a.Actor(account="acc_finder", body=finder)
    )
    assert his_own == "PartyToTheCase"
    assert use.decided(name, "finding", "close", use.finding("grant-a")) == "accepted"
    assert use.asked("grant-a") is Reason.GRANT_CLOSED


@pytest.mark.parametrize("city", CLOSES)
@pytest.mark.parametrize(
    ("first", "last", "closed"),
    [
        ("other_measure", "close", "access_closed"),
        ("other_measure", "unfounded", "other_measure"),
        ("other_measure", "other_measure", "other_measure"),
        ("unfounded", "other_measure", "other_measure"),
        ("unfounded", "unfounded", "unfounded"),
    ],
)
@pytest.mark.duty("NN-27a")
@pytest.mark.duty("YL-30a")
def test_another_measure_of_the_provider_leaves_the_finder_its_own_task(
    city: str, first: str, last: str, closed: str
) -> None:
    use = Use(city)
    use.granted("grant-a")
    name = use.reported(by="acc_finder", body=f"{city}.authority")
    assert use.decided(name, "verification", first, None) == "accepted"
    assert (use.reports[name].open_stages, use.reports[name].state.closed) == ({"finding"}, None)
    finding = use.finding("grant-a") if last == "close" else None
    assert use.decided(name, "finding", last, finding) == "accepted"
    assert use.reports[name].state.closed == closed


@pytest.mark.parametrize("city", CLOSES)
def test_without_a_finder_another_measure_of_the_provider_ends_the_case(city: str) -> None:
    use = used(city)
    assert use.decided("report-0", "verification", "other_measure", None) == "accepted"
    assert use.reports["report-0"].state.closed == "other_measure"


@pytest.mark.parametrize(
    ("city", "article", "basis"),
    [("nanning", "27.3", Basis.LAW), ("yulin", "30.3", Basis.LAW), ("lianyungang", "38", Basis.LAW)],
)
def test_a_report_is_taken_in_by_the_article_that_lets_anybody_make_it(city: str, article: str, basis: Basis) -> None:
    rules = law(city, "misuse")
    assert [(each.citation.article, each.citation.basis) for each in rules.choices["misuse"]][-1] == (article, basis)
    assert rules.filed_by == ("applicant",)
    assert set(rules.concerns) == {"closed", "conditional", "unconditional"}


@pytest.mark.parametrize("city", [*CLOSES, "lianyungang"])
def test_an_unfounded_report_ends_with_a_reason_and_takes_nothing(city: str) -> None:
    use = used(city)
    assert use.reports["report-0"].decide("verification", "unfounded", ()) == "RequirementMissing"
    assert use.decided("report-0", "verification", "unfounded", None) == "accepted"
    assert use.reports["report-0"].state.closed == "unfounded"
    assert use.asked("grant-a") is Reason.GRANTED


@pytest.mark.parametrize("stage", ["provider_verification", "authority_verification"])
@pytest.mark.duty("GZ-30a")
def test_guangzhou_restricts_and_publishes_act_and_measure_in_one_decision(stage: str) -> None:
    use = used("guangzhou")
    report = use.reports["report-0"]
    assert report.open_stages == {"provider_verification", "authority_verification"}

    assert use.decided("report-0", stage, "restrict", use.finding("grant-a", left=("name",))) == "accepted"

    assert use.asked("grant-a", ("name",)) is Reason.GRANTED
    assert use.asked("grant-a", ("name", "address")) is Reason.GRANT_RESTRICTED
    assert use.asked("grant-b", ("address",)) is Reason.GRANTED
    assert report.state.made_public_at == report.state.closed_at == report.state.curtailed.at  # type: ignore[union-attr]
    assert report.state.curtailed
    assert report.state.curtailed.article == "30.1"


@pytest.mark.parametrize(
    ("stage", "hears"), [("provider_verification", "authority"), ("authority_verification", "government")]
)
@pytest.mark.duty("GZ-30a")
def test_an_appeal_suspends_nothing_and_upheld_restores_and_corrects(stage: str, hears: str) -> None:
    use = used("guangzhou")
    assert use.decided("report-0", stage, "close", use.finding("grant-a")) == "accepted"
    appeal = use.appealed("report-0")
    assert [task.body for task in use.appeals[appeal].state.open_tasks()] == [f"guangzhou.{hears}"]
    assert use.asked("grant-a") is Reason.GRANT_CLOSED

    assert use.heard(appeal, "uphold") == "accepted"

    assert use.asked("grant-a") is Reason.GRANTED
    assert use.appeals[appeal].state.closed == "upheld"
    assert use.reports["report-0"].state.corrected_at == use.reports["report-0"].state.restored_at is not None
    assert use.grants["grant-a"].types()[-1] == "CurtailmentLifted"


@pytest.mark.duty("GZ-30a")
def test_an_appeal_that_is_rejected_changes_nothing() -> None:
    use = used("guangzhou")
    use.decided("report-0", "provider_verification", "close", use.finding("grant-a"))
    appeal = use.appealed("report-0")
    assert use.heard(appeal, "reject") == "accepted"
    assert use.asked("grant-a") is Reason.GRANT_CLOSED
    assert use.reports["report-0"].state.corrected_at is None


@pytest.mark.duty("GZ-30a")
def test_a_violation_is_published_though_its_user_gave_the_grant_back_before() -> None:
    use = used("guangzhou")
    grant = use.grants["grant-a"]
    assert grant.by_party(a.Renounce, by=a.Actor(account=grant.state.party)) == "accepted"

    assert use.decided("report-0", "authority_verification", "violation", use.finding("grant-a")) == "accepted"

    report = use.reports["report-0"].state
    assert (report.closed, report.curtailed) == ("violation_found", None)
    assert report.misuse_found
    assert (report.misuse_found.grant, report.misuse_found.article) == ("grant-a", "30.1")
    assert report.made_public_at == report.closed_at
    assert "CurtailmentMet" not in grant.types()
    assert use.replayed()


@pytest.mark.duty("GZ-30a")
def test_who_gave_its_grant_back_is_told_that_its_use_was_found_unlawful() -> None:
    use = used("guangzhou")
    grant, report = use.grants["grant-a"], use.reports["report-0"]
    grant.by_party(a.Renounce, by=a.Actor(account=grant.state.party))
    before = report.state
    use.decided("report-0", "authority_verification", "violation", use.finding("grant-a"))
    written = report.log[before.number :]
    (telling,) = [each for each in told(before, report.state, written) if each.to == Account(grant.state.party)]
    assert (telling.kind, telling.case_id, telling.task_id) == ("use_found_unlawful", "grant-a", None)
    assert "report-0" not in str(telling.facts)


@pytest.mark.duty("GZ-30a")
def test_an_upheld_appeal_against_a_violation_corrects_what_is_published_alone() -> None:
    use = used("guangzhou")
    use.decided("report-0", "provider_verification", "violation", use.finding(None))
    appeal = use.appealed("report-0")
    assert [task.body for task in use.appeals[appeal].state.open_tasks()] == ["guangzhou.authority"]
    assert use.heard(appeal, "uphold") == "accepted"
    report = use.reports["report-0"]
    assert report.state.corrected_at is not None
    assert "GrantRestored" not in report.types()
    use.given_back(e.RestorationOrdered(at=use.now, by="acc", of_case="report-0", corrects=True), appeal)
    assert report.types().count("PublicationCorrected") == 1
    assert use.replayed()


@pytest.mark.duty("GZ-30a", "GZ-30b")
def test_what_is_found_unlawful_of_open_data_is_found_without_any_grant() -> None:
    use = Use("guangzhou")
    use.reported()
    assert use.decided("report-0", "provider_verification", "violation", use.finding(None)) == "accepted"
    found = use.reports["report-0"].state.misuse_found
    assert found
    assert (found.grant, found.misuse) == (None, "beyond_the_grant")


@pytest.mark.duty("GZ-30a")
def test_a_finding_of_unlawful_use_never_spares_a_grant_that_holds() -> None:
    use = used("guangzhou")
    stage = "authority_verification"
    assert use.decided("report-0", stage, "violation", use.finding("grant-a")) == "GrantStillHolds"
    assert use.decided("report-0", stage, "violation", use.finding("no-such-grant")) == "GrantUnknown"
    assert use.decided("report-0", stage, "violation", use.finding(None, left=("name",))) == "FindingNotAllowed"
    assert use.decided("report-0", stage, "violation", use.finding(None, mode="api")) == "FindingNotAllowed"
    unknown = use.finding(None).model_copy(update={"misuse": "rudeness"})
    assert use.decided("report-0", stage, "violation", unknown) == "MisuseUnknown"
    assert use.reports["report-0"].decide(stage, "violation", {"misuse", "reason"}) == "RequirementMissing"


@pytest.mark.duty("GZ-30a")
def test_what_an_assessment_of_guangzhou_finds_is_handled_promptly_by_a_rule_of_ours() -> None:
    rules = law("guangzhou", "misuse")
    found_by, bodies = who_assessed(rules, "guangzhou.authority", {"provider": "p", "authority": "guangzhou.authority"})
    assert found_by == "assessment"
    bench = begun(rules, MISUSE, bodies=bodies, choices={"found_by": found_by})
    assert bench.open_stages == {"provider_supervision", "authority_supervision"}
    for task in bench.state.open_tasks():
        assert (task.clock.promptly, task.clock.basis) == (True, Basis.SERVICE)
    assert who_assessed(law("nanning", "misuse"), "nanning.authority", {"provider": "p"})[0] == "body"


@pytest.mark.duty("GZ-30b")
def test_guangzhou_has_provider_and_authority_handle_a_report_promptly() -> None:
    use = used("guangzhou")
    for stage in ("provider_verification", "authority_verification"):
        clock = use.reports["report-0"].task(stage).clock
        assert (clock.promptly, clock.article, clock.basis) == (True, "30.2", Basis.LAW)
    assert use.decided("report-0", "provider_verification", "unfounded", None) == "accepted"
    assert use.reports["report-0"].state.closed is None
    assert use.decided("report-0", "authority_verification", "other_measure", None) == "accepted"
    assert use.reports["report-0"].state.closed == "other_measure"


def test_a_decision_takes_only_of_a_grant_that_is_there_and_holds() -> None:
    use = used("guangzhou")
    stage = "provider_verification"
    assert use.decided("report-0", stage, "close", None) == "GrantUnknown"
    assert use.decided("report-0", stage, "close", use.finding("no-such-grant")) == "GrantUnknown"
    assert use.decided("report-0", stage, "restrict", use.finding("grant-a", left=("phone",))) == "NotOfTheGrant"
    assert use.decided("report-0", stage, "restrict", use.finding("grant-a", mode="by_post")) == "NotOfTheGrant"
    assert use.decided("report-0", stage, "close", use.finding("grant-a", left=("name",))) == "FindingNotAllowed"
    assert use.decided("report-0", stage, "unfounded", use.finding("grant-a")) == "FindingNotAllowed"
    grant = use.grants["grant-a"]
    assert grant.by_party(a.Renounce, by=a.Actor(account=grant.state.party)) == "accepted"
    assert use.decided("report-0", stage, "close", use.finding("grant-a")) == "GrantIsOver"


def test_whoever_reports_decides_nothing_for_whatever_body() -> None:
    use = Use("guangzhou")
    use.granted("grant-a")
    name = use.reported(by="acc_officer", body="guangzhou.authority")
    by = a.Actor(account="acc_officer", body="guangzhou.authority")
    assert use.decided(name, "authority_verification", "close", use.finding("grant-a"), by=by) == "PartyToTheCase"
    assert use.decided(name, "authority_verification", "close", use.finding("grant-a")) == "accepted"
    appeal = use.appealed(name)
    heard_by = a.Actor(account="acc_officer", body="guangzhou.government")
    assert use.heard(appeal, "uphold", by=heard_by) == "PartyToTheCase"
    assert REPORTER.account != heard_by.account


def test_only_a_city_whose_law_hears_appeals_has_them() -> None:
    assert [city for city in ("nanning", "yulin", "guangzhou", "lianyungang", "nanjing")
            if "misuse_appeal" in load_pack(city).procedures] == ["guangzhou"]  # fmt: skip


def test_what_has_closed_a_grant_leaves_no_item_and_no_mode_of_it() -> None:
    assert not Curtailment(GrantEffect.CLOSE).leaves((), "api")
    assert not Curtailment(GrantEffect.CLOSE).leaves(("name",), "download")
