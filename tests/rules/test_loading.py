"""What the loader refuses, each time by file, path and rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from rules.loading import CityUnknown, PackProblem, PackRefused, cities, load_file, load_pack, load_text
from rules.pack import Pack
from rules.wrong_shapes import WAYS_OF_WRITING, shapes_in
from tests.rules.cuts import INVENTED

TEXT = INVENTED.read_text(encoding="utf-8")
STAGES = "procedures.access_request.stages"
SUPPLEMENTED = "procedures.access_request.supplement[1]"


def edited(*changes: tuple[str, str]) -> str:
    """The invented pack with each change made at the first place where it fits."""
    text = TEXT
    for old, new in changes:
        assert old in text, f"nothing to change: {old}"
        text = text.replace(old, new, 1)
    return text


def problems(text: str) -> list[PackProblem]:
    with pytest.raises(PackRefused) as refusal:
        load_text(text, "yunmeng.yaml")
    return refusal.value.problems


def refused(*changes: tuple[str, str]) -> list[tuple[str, str]]:
    return [(problem.path, problem.rule) for problem in problems(edited(*changes))]


@pytest.mark.parametrize("city", cities())
def test_every_shipped_pack_is_fit(city: str) -> None:
    assert load_pack(city).city == city


def test_a_sixth_city_is_a_file_and_needs_no_code() -> None:
    assert load_file(INVENTED).code == "YM"


def test_a_problem_names_file_line_path_and_rule() -> None:
    [problem] = problems(edited(("in_force_until: 2025-01-01, value: {normal: 7wd}", "value: {normal: 7wd}")))
    line = next(i for i, text in enumerate(TEXT.splitlines(), start=1) if "{normal: 7wd}" in text)
    assert (problem.file, problem.line) == ("yunmeng.yaml", line)
    assert str(problem).startswith(f"yunmeng.yaml:{line}: {STAGES}.custody.period[0]: overlap: ")


def test_a_city_without_a_pack_is_unknown() -> None:
    with pytest.raises(CityUnknown, match="atlantis"):
        load_pack("atlantis")


TIME = [
    ("until: 2025-01-01, value: {normal: 7wd}", "until: 2024-12-01, value: {normal: 7wd}", "custody.period[1]", "gap"),
    (
        "until: 2025-01-01, value: {normal: 7wd}",
        "until: 2025-02-01, value: {normal: 7wd}",
        "custody.period[1]",
        "overlap",
    ),
    (
        "until: 2025-01-01, value: {normal: 7wd}",
        "until: 2021-02-01, value: {normal: 7wd}",
        "custody.period[0]",
        "empty_interval",
    ),
    ("from: 2025-01-01, value: {normal: 4wd", "from: 2025-03-01, value: {normal: 4wd", "custody.period[1]", "gap"),
    (
        "from: 2025-01-01, value: {normal: 4wd",
        "from: 2025-01-01, in_force_until: 2026-01-01, value: {normal: 4wd",
        "custody.period[1]",
        "gap",
    ),
    (
        "from: 2021-02-01, in_force_until: 2025-01-01, value: {normal: 7wd}",
        "from: 2021-01-01, in_force_until: 2025-01-01, value: {normal: 7wd}",
        "custody.period[0]",
        "outside_the_law",
    ),
]


@pytest.mark.parametrize(("old", "new", "path", "rule"), TIME)
def test_a_parameter_covers_the_time_of_the_law_without_gap_or_overlap(
    old: str, new: str, path: str, rule: str
) -> None:
    assert (f"{STAGES}.{path}", rule) in refused((old, new))


def test_the_law_itself_has_no_gap_between_its_sources() -> None:
    assert ("law[1]", "gap") in refused(("    in_force_from: 2025-01-01", "    in_force_from: 2025-01-02"))


def test_the_law_itself_has_no_overlap_between_its_sources() -> None:
    assert ("law[1]", "overlap") in refused(("    in_force_from: 2025-01-01", "    in_force_from: 2024-12-31"))


CITATIONS = [
    (', cite: "ordinance 10"}', "}", f"{STAGES}.custody.body[0].cite", "uncited"),
    ('cite: "ordinance 10"', "cite: null", f"{STAGES}.custody.body[0].cite", "uncited"),
    ('cite: "ordinance 10"', 'cite: "ordinance ten"', f"{STAGES}.custody.body[0].cite", "citation_syntax"),
    ('cite: "ordinance 10"', 'cite: "decree 10"', f"{STAGES}.custody.body[0].cite", "dangling_source"),
    ('cite: "ordinance 10"', "cite: service habit", f"{STAGES}.custody.body[0].cite", "dangling_source"),
    ('cite: "ordinance 10"', 'cite: "amended_ordinance 10"', f"{STAGES}.custody.body[0].cite", "source_not_in_force"),
    ("law: [ordinance, amended", "law: [decree, amended", "law[0]", "dangling_source"),
    ("service_rules:", "service_rules:\n  habit: {zh: 惯例, en: habit}", "service_rules.habit", "unused_source"),
    (
        "service_rules:",
        "  decree:\n    {title: {zh: 令, en: Decree}, document: d, status: in_force, issued_on: 2021-01-01,"
        " in_force_from: 2021-01-01}\nservice_rules:",
        "sources.decree",
        "unused_source",
    ),
]


@pytest.mark.parametrize(("old", "new", "path", "rule"), CITATIONS)
def test_every_version_cites_a_source_in_force_and_every_source_is_cited(
    old: str, new: str, path: str, rule: str
) -> None:
    assert (path, rule) in refused((old, new))


SHAPES = [
    ("calendar: CN\n", "calendar: CN\nmotto: none\n", "motto", "unknown_key"),
    ("calendar: CN\n", "", "calendar", "missing_key"),
    ("calendar: CN\n", "calendar: MOON\n", "calendar", "unknown_calendar"),
    ("calendar: CN\n", "calendar: CN\ncalendar: CN\n", "calendar", "duplicate_key"),
    ("label: {zh: 承诺, en: Pledge}", "label: {zh: 承诺}", f"{STAGES}.pledge.label.en", "missing_label"),
    ("        label: {zh: 承诺, en: Pledge}\n", "", f"{STAGES}.pledge.label", "missing_label"),
    ("{normal: 7wd}", "{normal: 7 days}", f"{STAGES}.custody.period[0].value.normal", "period_syntax"),
    ("{normal: 7wd}", "soon", f"{STAGES}.custody.period[0].value", "period_syntax"),
    ("{normal: 7wd}", "{normal: 0wd}", f"{STAGES}.custody.period[0].value.normal", "period_syntax"),
    ("issued_on: 2021-01-04", "issued_on: 2021-02-30", "sources.ordinance.issued_on", "not_yaml"),
    ("issued_on: 2021-01-04", "issued_on: null", "sources.ordinance.issued_on", "not_issued"),
    ("status: in_force", "status: adopted_draft", "sources.ordinance.adopted_by", "draft_not_adopted"),
    (
        "value: {term_days: 90}",
        'value: {term_days: "90"}',
        "procedures.access_request.grant[0].value.term_days",
        "wrong_value",
    ),
]


@pytest.mark.parametrize(("old", "new", "path", "rule"), SHAPES)
def test_a_pack_is_read_strictly(old: str, new: str, path: str, rule: str) -> None:
    assert (path, rule) in refused((old, new))


def test_a_wrong_period_is_one_problem_and_not_several() -> None:
    assert len(refused(("{normal: 7wd}", "{normal: 7 days}"))) == 1


ORDER = "order"
CUSTODY = "stages.custody"
REFUSAL = "{leads_to: refused, requires: [{any_of: [basis]}]}"
REVIEWS = "{stages: [custody, ethics], then: granted}"
SAFEGUARDS = "{required: true, when: {use: [commercial]}}"
LOST = """      lost:
        label: {zh: 丢失, en: Lost}
        versions: [{in_force_from: 2021-02-01, value: {}, cite: "ordinance 10"}]
"""
WAYS = [
    ("value: provider, cite", "value: null, cite", f"{CUSTODY}.body", "no_responsible_body"),
    ("value: provider, cite", "value: bailiff, cite", f"{CUSTODY}.body", "no_responsible_body"),
    ("then: reviews}", "then: nowhere}", ORDER, "unknown_target"),
    ("first: pledge", "first: nothing", ORDER, "unknown_target"),
    (REVIEWS, REVIEWS.replace("ethics", "ethos"), ORDER, "unknown_stage"),
    (REVIEWS, REVIEWS.replace("ethics", "pledge"), ORDER, "stage_in_two_places"),
    (REFUSAL, "{leads_to: lost}", f"{CUSTODY}.outcomes.refuse", "unknown_target"),
    (REVIEWS, "{stages: [custody, ethics]}", f"{CUSTODY}.outcomes.agree", "leads_nowhere"),
    (
        'value: {}, cite: "ordinance 10"',
        'value: {leads_to: granted}, cite: "ordinance 10"',
        f"{CUSTODY}.outcomes",
        "never_done",
    ),
    ("at_most: 2, then_to: refused", "at_most: 2", "stages.ethics.outcomes.send_back", "at_most_without_target"),
    ("any_of: [basis]", "any_of: [whim]", f"{CUSTODY}.outcomes.refuse", "unknown_field"),
    ("any_of: [basis]", "any_of: [scenario]", f"{CUSTODY}.outcomes.refuse", "unknown_field"),
    ("any_of: [access_mode_basis, reference]", "any_of: [safeguards]", "choices.access_mode.download", "unknown_field"),
    (SAFEGUARDS, SAFEGUARDS.replace("commercial", "theft"), "fields.safeguards", "unknown_choice"),
    ("{normal: 4wd, urgent: 36h}", "{normal: 4wd}", f"{CUSTODY}.period", "period_missing"),
    ("{normal: 7wd}", "{normal: 7wd, urgent: 1wd}", f"{CUSTODY}.period", "unknown_choice"),
    ("      purpose:", "      shoe_size:", "fields.shoe_size", "unknown_field"),
    ("any_of: [basis]", "any_of: [basis, basis]", f"{CUSTODY}.outcomes.refuse", "named_twice"),
    ("{by: [provider]}", "{by: [bailiff]}", "revocation", "no_responsible_body"),
    ("{by: [provider]}", "{}", "revocation", "ends_in_no_one_way"),
    ("{by: [provider]}", "{through: misuse}", "revocation", "unknown_target"),
    ("      withdrawn:\n", "      gone:\n", "withdrawal", "unknown_target"),
    ("      withdrawn:\n", LOST + "      withdrawn:\n", "endings.lost", "unreachable_ending"),
    ("ethics, technique]", "ethics]", "stages.technique", "unreachable_stage"),
]


@pytest.mark.parametrize(("old", "new", "path", "rule"), WAYS)
def test_a_case_can_be_walked_to_an_end_by_bodies_that_exist(old: str, new: str, path: str, rule: str) -> None:
    assert (f"procedures.access_request.{path}", rule) in refused((old, new))


@pytest.mark.parametrize("outcome", ["withdrew", "suspend"])
def test_what_all_stages_of_a_step_can_decide_alike_is_an_outcome_of_each(outcome: str) -> None:
    text = (INVENTED.parents[3] / "rules" / "packs" / "lianyungang.yaml").read_text(encoding="utf-8")
    alike = "then_if_all: {withdraw: assessment, no_leak: telling}"
    assert text.count(alike) == 1
    other = text.replace(alike, f"then_if_all: {{{outcome}: assessment, no_leak: telling}}")
    with pytest.raises(PackRefused) as refusal:
        load_text(other, "lianyungang.yaml")
    found = [(problem.path, problem.rule) for problem in refusal.value.problems]
    assert found == [("procedures.objection.order", "unknown_outcome")]


@pytest.mark.parametrize(
    ("old", "path"),
    [
        ("when: {use: [commercial]}}, cite", "fields.safeguards.versions[1].value.when.use"),
        ("when: {use: [commercial]}}]}", "stages.decision.outcomes.grant"),
    ],
)
def test_a_condition_names_at_least_one_value(old: str, path: str) -> None:
    found = refused((old, old.replace("[commercial]", "[]")))
    assert [rule for where, rule in found if where.startswith(f"procedures.access_request.{path}")] == ["wrong_value"]


def test_an_outcome_may_demand_what_the_filing_states() -> None:
    pack = load_text(edited(("any_of: [basis]", "any_of: [safeguards]")), "yunmeng.yaml")
    refusal = pack.procedures["access_request"].stages["custody"].outcomes["refuse"].versions[0].value
    assert refusal is not None
    assert [required.any_of for required in refusal.requires] == [("safeguards",)]


COUNTING = [
    ('value: from_next_day, cite: "ordinance 15"', 'value: null, cite: "ordinance 15"', "", "counting_missing"),
    ("value: natural, cite: service hours", "value: null, cite: service hours", "", "counting_missing"),
    ("value: null, cite: service hours", "value: natural, cite: service hours", ".h", "counting_unused"),
    ("value: natural, cite: service hours", "value: office, cite: service hours", ".h[1].value", "wrong_value"),
    ("value: natural, cite: service hours", "value: natural", ".h[1].cite", "uncited"),
]


@pytest.mark.parametrize(("old", "new", "path", "rule"), COUNTING)
def test_a_pack_says_how_periods_run_in_each_unit_that_it_uses_and_no_other(
    old: str, new: str, path: str, rule: str
) -> None:
    assert (f"procedures.access_request.counting{path}", rule) in refused((old, new))


SELECTION = "selected_by: {value: received, cite: service law_at_filing}"


@pytest.mark.parametrize(
    ("new", "path", "rule"),
    [
        ("selected_by: received", "", "wrong_value"),
        ("selected_by: {value: received}", ".cite", "uncited"),
        ("selected_by: {value: received, cite: service habit}", ".cite", "dangling_source"),
    ],
)
def test_a_pack_says_by_which_rule_a_date_selects_the_law_of_a_case(new: str, path: str, rule: str) -> None:
    assert (f"procedures.access_request.selected_by{path}", rule) in refused((SELECTION, new))


SUPPLEMENT = 'value: {stops_clock: true}, cite: "amended_ordinance 13"'
FILED_BY_A_BODY = (
    "    counting:\n",
    "    filed_by: [{in_force_from: 2021-02-01, value: [provider], cite: service hours}]\n    counting:\n",
)
UNFIT = [
    (("  access_request:\n", "  accession:\n"), "procedures.accession", "unknown_procedure"),
    (("code: YM", "code: NN"), "code", "code_in_use"),
    (("city: yunmeng", "city: yunmeng2"), "city", "misnamed_file"),
    ((SUPPLEMENT, SUPPLEMENT.replace('"amended_ordinance 13"', "service hours")), SUPPLEMENTED, "stops_without_law"),
    (("          sign:\n", "          kneel:\n"), f"{STAGES}.pledge", "nobody_decides"),
    (FILED_BY_A_BODY, f"{STAGES}.pledge", "nobody_decides"),
]


@pytest.mark.parametrize(("change", "path", "rule"), UNFIT)
def test_what_could_decide_no_case_is_refused_by_one_message(change: tuple[str, str], path: str, rule: str) -> None:
    assert refused(change) == [(path, rule)]


CAUSES = [
    (("first: pledge", "first: nothing"), "unknown_target"),
    ((REFUSAL, "{leads_to: lost}"), "unknown_target"),
    (("      withdrawn:\n", "      gone:\n"), "unknown_target"),
    (("      pledge:\n", "      oath:\n"), "unknown_stage"),
]


@pytest.mark.parametrize(("change", "rule"), CAUSES)
def test_a_name_of_nothing_is_told_and_not_what_follows_from_it(change: tuple[str, str], rule: str) -> None:
    assert {found for _, found in refused(change)} == {rule}


WORDS = [
    ("{normal: 7wd}", "{normal: 7 days}", "no period: write a number and its unit, such as 5wd"),
    ('cite: "ordinance 10"', 'cite: "ordinance ten"', "no citation: write SOURCE ARTICLE"),
    ("issued_on: 2021-01-04", 'issued_on: "2021-01-04"', "a day is wanted, such as 2026-03-01"),
    ("value: {term_days: 90}", "value: {term_days: many}", "a whole number without quotation marks is wanted"),
    ("value: {term_days: 90}", "value: {term_dais: 90}", "is term_days meant?"),
    ("code: YM", "code: ym", "two to four capital letters is wanted"),
    ("{stages: [custody, ethics], then: granted}", "{stages: custody, then: granted}", "a list is wanted"),
    ("value: received", "value: sometimes", "one of received, occurred or opened is wanted"),
    ("law: [ordinance, amended_ordinance]", "law: []", "at least one is wanted"),
    ("first: pledge", "first: The Pledge", "a name in small letters"),
]


@pytest.mark.parametrize(("old", "new", "words"), WORDS)
def test_a_wrong_shape_is_said_in_words_for_whoever_writes_law(old: str, new: str, words: str) -> None:
    said = [problem.message for problem in problems(edited((old, new)))]
    assert any(words in each for each in said), said
    assert not any(re.search(r"\^|\\|Input should|pattern", each) for each in said)


def test_what_is_wrong_in_a_list_of_one_is_one_problem() -> None:
    assert refused(("value: received, cite", "value: sometimes, cite"), ("{term_days: 90}", "{term_days: many}")) == [
        ("procedures.access_request.selected_by.value", "wrong_value"),
        ("procedures.access_request.grant[0].value.term_days", "wrong_value"),
    ]


def test_every_way_of_writing_has_words() -> None:
    fields = (field for shape in shapes_in(Pack) for field in shape.model_fields.values())
    patterns = set(re.findall(r"pattern='([^']+)'", " ".join(repr(field) for field in fields)))
    assert patterns
    assert {pattern.replace("\\\\", "\\") for pattern in patterns} <= set(WAYS_OF_WRITING)


def test_a_step_to_which_no_way_leads_is_refused() -> None:
    found = refused(("first: pledge", "first: reviews"), ("{leads_to: pledge, at_most: 2, then_to: refused, ", "{"))
    assert (f"{STAGES}.pledge", "unreachable_stage") in found


def test_a_procedure_that_only_goes_in_circles_is_refused() -> None:
    found = refused(
        ("then: granted}", "then: pledge}"),
        ("{leads_to: refused, requires: [{any_of: [basis]}]}", "{leads_to: pledge, requires: [{any_of: [basis]}]}"),
        ("{leads_to: pledge, at_most: 2, then_to: refused, ", "{leads_to: pledge, "),
    )
    assert ("procedures.access_request.order", "cannot_end") in found


def test_every_problem_of_a_pack_is_told_at_once() -> None:
    found = refused(("{normal: 7wd}", "{normal: 7}"), ("calendar: CN\n", ""), ("code: YM", "code: yunmeng"))
    assert {rule for _, rule in found} == {"period_syntax", "missing_key", "wrong_value"}


def test_a_text_that_is_no_yaml_is_refused_by_its_line() -> None:
    [problem] = problems("city: [yunmeng\ncode: YM\n")
    assert problem.rule == "not_yaml"
    assert problem.line is not None


def test_rules_check_accepts_a_fit_file_and_prints_every_problem_of_another(tmp_path: Path) -> None:
    unfit = tmp_path / "unfit.yaml"
    unfit.write_text(edited(("calendar: CN\n", "calendar: MOON\n")), encoding="utf-8")
    runner = CliRunner()
    assert runner.invoke(app, ["rules", "check", str(INVENTED)]).exit_code == 0
    refusal = runner.invoke(app, ["rules", "check", str(unfit)])
    assert refusal.exit_code == 1
    assert f"{unfit}:" in refusal.output
    assert "calendar: unknown_calendar" in refusal.output


def test_rules_show_tells_law_from_service_rule_and_names_what_is_assumed() -> None:
    shown = CliRunner().invoke(app, ["rules", "show", "guangzhou", "--on", "2026-11-23"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert "assumed:" in shown.output
    assert "adopted" in shown.output
    assert "第十六条第二款" in shown.output
    assert "service rule withdrawal" in shown.output


def test_rules_show_tells_how_periods_run_and_which_day_selects_the_law() -> None:
    shown = CliRunner().invoke(app, ["rules", "show", "nanning", "--on", "2026-11-23"], env={"COLUMNS": "200"})
    for rule in ("working_days", "hours", "law_at_filing"):
        assert f"service rule {rule}" in shown.output


def test_rules_show_exits_1_on_a_day_without_law() -> None:
    shown = CliRunner().invoke(app, ["rules", "show", "nanning", "--on", "2020-12-22"])
    assert shown.exit_code == 1
    assert "no law for access_request on 2020-12-22" in shown.output
