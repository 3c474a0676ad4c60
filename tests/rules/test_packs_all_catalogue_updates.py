"""What holds of catalogue updates: in every city, and by the articles of each."""

from __future__ import annotations

import pytest

from rules.entry_checking import CASES
from rules.loading import cities
from rules.pinned import Basis, FieldRule
from rules.pinned_stages import ClockFrom, DataEffect, EntryEffect, Stage
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import QUESTIONS
from tests.five_cities import FIVE_CITIES
from tests.rules.cuts import stage_of, target, values
from tests.rules.objection_cuts import demanded_by, outcome_of, rules_for

UPDATE = "catalogue_update"
REVIEWERS = {
    "nanning": {
        "security_review": ("provider", "29"),
        "processing_record": ("provider", "16"),
        "legality_review": ("provider", "17(1)"),
        "expert_argument": ("provider", "17(2)"),
        "committee_review": ("experts", "17(3)"),
        "consultation": ("provider", "17(4)"),
        "review": ("authority", "publication"),
    },
    "yulin": {
        "security_review": ("provider", "32"),
        "processing_record": ("provider", "22"),
        "legality_review": ("provider", "15.2(1)"),
        "expert_argument": ("provider", "15.2(2)"),
        "committee_review": ("experts", "secrets_passed"),
        "consultation": ("provider", "15.2(4)"),
        "authority_assessment": ("authority", "15.2"),
        "city_compilation": ("operator", "city_compilation"),
        "emergency_processing": ("provider", "22"),
        "emergency_legality_review": ("provider", "15.2(1)"),
        "emergency_committee_review": ("experts", "secrets_passed"),
        "emergency_review": ("authority", "emergency_review"),
    },
    "guangzhou": {
        "risk_assessment": ("provider", "12.1"),
        "processing_record": ("provider", "13.2 and 16.1"),
        "legality_review": ("provider", "12.2(1)"),
        "expert_argument": ("provider", "12.2(2)"),
        "proof": ("provider", "12.3"),
        "review": ("authority", "11.1"),
        "publication": ("authority", "11.1"),
        "government_decision": ("government", "9.6"),
    },
    "lianyungang": {
        "processing_record": ("provider", "14"),
        "authority_review": ("authority", "12"),
        "operator_review": ("operator", "12"),
        "provider_review": ("provider", "12"),
        "publication": ("provider", "17.1"),
    },
    "nanjing": {
        "confidentiality_review": ("provider", "32.1"),
        "processing_record": ("provider", "25.2 and 23.2"),
        "review": ("authority", "publication"),
    },
}
"""City to the stages that can find against a draft, each with its body and the rule by which it can let it pass."""
BODY_CITED = {
    "nanning": ("review", "14"),
    "yulin": ("city_compilation", "6"),
    "guangzhou": ("review", "11.1"),
    "lianyungang": ("publication", "17.1"),
    "nanjing": ("review", "16.2"),
}
"""City to the stage with the last word, and the article that puts it before its body."""
PUBLISHING = {
    "nanning": {("review", "publish")},
    "yulin": {("city_compilation", "publish"), ("emergency_review", "publish")},
    "guangzhou": {("review", "publish"), ("publication", "publish"), ("government_decision", "publish")},
    "lianyungang": {("publication", "publish")},
    "nanjing": {("review", "publish"), ("review", "settle_and_publish")},
}
FIELDS = {
    "nanning": {"domain", "abstract", "items", "formats", "openness", "conditions", "update_frequency", "provider"},
    "yulin": {"domain", "abstract", "items", "formats", "openness", "conditions", "update_frequency", "provider"},
    "guangzhou": {"title", "abstract", "items", "formats", "provider", "openness", "conditions", "update_frequency"},
    "lianyungang": {"items", "formats", "update_frequency", "openness"},
    "nanjing": set[str](),
}
"""City to the fields of an entry that its article on the catalogue lists."""
CATALOGUE = {"nanning": "16", "yulin": "22", "guangzhou": "11.3", "lianyungang": "11.2"}
TRIGGERS = {
    "nanning": {"law_revised": "15", "function_changed": "15", "demand": "15", "openness_review": "15"},
    "yulin": {"emergency": "13", "unlisted": "15.1", "demand": "18", "openness_review": "10.2"},
    "guangzhou": {"fit_once_masked": "10.1", "public_interest": "10.2", "demand": "18", "openness_review": "10.3"},
    "lianyungang": {},
    "nanjing": {
        "law_changed": "18(1)",
        "function_changed": "18(2)",
        "system_updated": "18(3)",
        "data_changed": "18(4)",
        "openness_review": "23.2",
    },
}
"""City to the reasons that its law names, each with the article."""
ORDERED = {"processing", "demand", "openness_review"}
"""Reasons that another case gives, and that nobody files."""
CLASSES = {
    "nanning": {"closed": "19", "conditional": "19", "unconditional": "19"},
    "yulin": {"closed": "11", "conditional": "11", "unconditional": "11"},
    "guangzhou": {"closed": "9.2", "conditional": "9.3", "unconditional": "9.4"},
    "lianyungang": {"closed": "6", "conditional": "6", "unconditional": "6"},
    "nanjing": {"closed": "24.1(3)", "conditional": "24.1(2)", "unconditional": "24.1(1)"},
}
CLOSED_CASES = {
    "nanning": dict.fromkeys(("trade_secret", "work_secret", "privacy", "statutory_ban"), "19"),
    "yulin": {
        **dict.fromkeys(("trade_secret", "privacy", "statutory_ban"), "11"),
        **dict.fromkeys(("state_secret", "endangers_security"), "16"),
    },
    "guangzhou": {
        "endangers_security": "9.2(1)",
        "no_consent": "9.2(2)",
        "agreement_or_rights": "9.2(3)",
        "statutory_ban": "9.2(4)",
    },
    "lianyungang": {
        "state_secret": "7.1(1)",
        "endangers_security": "7.1(2)",
        "secrets_or_privacy": "7.1(3)",
        "internal_affairs": "7.1(4)",
        "agreement_or_rights": "7.1(5)",
        "statutory_ban": "7.1(6)",
    },
    "nanjing": dict.fromkeys(("state_secret", "statutory_ban", "endangers_security"), "24.1(3)"),
}
"""City to the cases in which its law lets data stay closed, each with its item."""
CASES_DEMANDED_BY = {
    "nanning": "19",
    "yulin": "11",
    "guangzhou": "9.2",
    "lianyungang": "7.1",
    "nanjing": "24.1(3)",
}
ONLY_FINDS = ("nanning", "committee_review")
"""Whose finding against a draft goes to the authority, and sends nothing back (Nanning 17(3))."""
MAY_CHANGE = {
    "nanning": {("processing", "reopen")},
    "yulin": {("processing", "reopen")},
    "guangzhou": {("verification", "process_and_reopen"), ("reopening", "reopen")},
    "lianyungang": {("handling", "correct"), ("agreement", "agree")},
    "nanjing": {("own_correction", "correct"), ("correction", "correct")},
}
"""City to the decisions after which the entry may have to follow the data."""


def update(city: str) -> ProcedureRules:
    return rules_for(city, UPDATE)


def stages(rules: ProcedureRules) -> list[Stage]:
    return [stage for step in rules.steps for stage in step.stages]


def with_effect(rules: ProcedureRules, effect: EntryEffect) -> set[tuple[str, str]]:
    """The decisions that do this to an entry."""
    return {(s.stage, o.outcome) for s in stages(rules) for o in s.outcomes if o.entry is effect}


def by_law(rules: ProcedureRules, choice: str) -> dict[str, str]:
    """The values that the law itself names, each with its article."""
    return {c.value: c.citation.article for c in rules.choices[choice] if c.citation.basis is Basis.LAW}


def entry_field(rules: ProcedureRules, name: str) -> FieldRule:
    return next(rule for rule in rules.entry if rule.field == name)


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_an_update_is_begun_for_a_reason_that_the_law_names_or_for_another(city: str) -> None:
    rules = update(city)
    assert by_law(rules, "trigger") == TRIGGERS[city]
    assert {"processing", "reopening", "other"} <= values(rules, "trigger")
    of_counties = ("county_authority",) if city in {"nanning", "yulin"} else ()
    assert rules.filed_by == ("provider", *of_counties, "authority")


@pytest.mark.parametrize("city", cities())
def test_a_reason_that_another_case_gives_is_none_that_anybody_files(city: str) -> None:
    closed_to_people = {choice.value for choice in update(city).choices["trigger"] if not choice.on_request}
    assert closed_to_people == ORDERED & values(update(city), "trigger")


@pytest.mark.parametrize("city", cities())
def test_only_a_reopening_opens_again_what_was_withdrawn(city: str) -> None:
    assert {choice.value for choice in update(city).choices["trigger"] if choice.reopens} == {"reopening"}


@pytest.mark.duty("NN-19", "YL-11", "LYG-6", "NJ-24")
@pytest.mark.parametrize("city", FIVE_CITIES)
def test_data_is_put_into_one_of_three_classes(city: str) -> None:
    assert by_law(update(city), "openness") == CLASSES[city]


@pytest.mark.parametrize("city", cities())
def test_the_law_of_the_day_on_which_it_is_opened_governs_an_update(city: str) -> None:
    selection = update(city).selection
    assert selection
    assert (selection.selected_by, selection.citation.basis) == ("opened", Basis.SERVICE)


@pytest.mark.duty("NN-16", "YL-22", "GZ-11", "LYG-11")
@pytest.mark.parametrize("city", FIVE_CITIES)
def test_an_entry_has_the_fields_that_the_article_on_the_catalogue_lists(city: str) -> None:
    listed = {rule.field for rule in update(city).entry if rule.citation.article == CATALOGUE.get(city)}
    assert listed == FIELDS[city]
    assert all(rule.required for rule in update(city).entry)


def test_nanjing_defers_to_national_rules_and_so_a_service_rule_lists_the_fields() -> None:
    by_service = {r.field for r in update("nanjing").entry if r.citation.basis is Basis.SERVICE}
    assert by_service == {rule.field for rule in update("nanjing").entry} - {"basis", "sharing_reason", "sharing_basis"}


@pytest.mark.duty("GZ-9a", "NJ-24")
@pytest.mark.parametrize(("city", "article"), [("guangzhou", "9.5"), ("nanjing", "24.2")])
def test_closed_and_conditional_data_has_a_basis_where_the_law_wants_one(city: str, article: str) -> None:
    rule = entry_field(update(city), "basis")
    assert dict(rule.when) == {"openness": ("closed", "conditional")}
    assert rule.citation.article == article


@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_elsewhere_no_article_wants_a_basis(city: str) -> None:
    assert "basis" not in {rule.field for rule in update(city).entry}


@pytest.mark.duty("LYG-7")
def test_lianyungang_has_the_case_named_in_which_data_stays_closed() -> None:
    rule = entry_field(update("lianyungang"), "basis")
    assert dict(rule.when) == {"openness": ("closed",)}
    assert (rule.citation.article, rule.citation.basis) == ("exception", Basis.SERVICE)
    assert rule.citation.note
    assert "7.1" in rule.citation.note.en


@pytest.mark.duty("GZ-10d")
def test_guangzhou_opens_for_the_public_interest_by_a_procedure_that_is_named() -> None:
    submit = outcome_of(update("guangzhou"), "compilation", "submit")
    (requirement,) = [r for r in submit.requires if "trigger" in r.when]
    assert (requirement.any_of, dict(requirement.when)) == (("basis",), {"trigger": ("public_interest",)})
    assert (requirement.citation.article, requirement.citation.basis) == ("10.2", Basis.LAW)


@pytest.mark.duty("NN-14", "GZ-11", "LYG-11", "NJ-16", "YL-15a")
@pytest.mark.parametrize("city", FIVE_CITIES)
def test_the_provider_compiles_first_and_submits_a_draft(city: str) -> None:
    rules = update(city)
    compilation = stage_of(rules, "compilation")
    assert (rules.first, compilation.body) == ("compilation", "provider")
    beside = {"abandon", *(["refer"] if city == "guangzhou" else [])}
    outcomes = {outcome.outcome: outcome.entry for outcome in compilation.outcomes}
    assert outcomes == {"submit": EntryEffect.SUBMIT, **dict.fromkeys(beside)}
    assert ("entry", Basis.SERVICE) in demanded_by(rules, "compilation", "submit")


@pytest.mark.parametrize("city", cities())
def test_a_draft_answers_every_question_of_the_city_that_always_has_an_answer(city: str) -> None:
    rules = update(city)
    first = rules.step(rules.first)
    assert first
    for submit in (o for stage in first.stages for o in stage.outcomes if o.entry is EntryEffect.SUBMIT):
        asked = {r.any_of[0] for r in submit.requires if not r.when} - {"entry"}
        assert asked == (QUESTIONS & set(rules.choices)) - {"subjects_consent", *CASES}


@pytest.mark.duty("LYG-7")
@pytest.mark.parametrize("city", FIVE_CITIES)
def test_data_stays_closed_in_a_case_that_the_law_lists_each_with_its_item(city: str) -> None:
    rules = update(city)
    assert by_law(rules, "closed_case") == CLOSED_CASES[city]
    assert values(rules, "closed_case") == set(CLOSED_CASES[city])
    submitting = [o for stage in stages(rules) for o in stage.outcomes if o.entry is EntryEffect.SUBMIT]
    assert submitting
    for outcome in submitting:
        (demand,) = [each for each in outcome.requires if each.any_of == ("closed_case",)]
        assert dict(demand.when) == {"openness": ("closed",)}
        assert (demand.citation.article, demand.citation.basis) == (CASES_DEMANDED_BY[city], Basis.LAW)


@pytest.mark.duty("YL-16")
@pytest.mark.parametrize("compilation", ["compilation", "emergency_compilation"])
def test_yulin_asks_every_draft_for_each_ban_of_its_article_and_opens_none(compilation: str) -> None:
    rules = update("yulin")
    assert ("secrets_or_privacy", Basis.SERVICE) in demanded_by(rules, compilation, "submit")
    review = "committee_review" if compilation == "compilation" else "emergency_committee_review"
    committee = stage_of(rules, review)
    assert (committee.body, committee.citation.article) == ("experts", "15.2(3)")
    assert committee.only_when["secrets_or_privacy"] == ("applies",)
    assert committee.only_when["openness"] == ("conditional", "unconditional")
    passing = outcome_of(rules, review, "pass").citation
    assert (passing.article, passing.basis) == ("secrets_passed", Basis.SERVICE)
    assert passing.note
    assert "nothing is opened that it has not passed" in passing.note.en
    banned = ("state_secrets", "security_or_stability", "statutory_ban")
    assert {(name, Basis.SERVICE) for name in banned} <= demanded_by(rules, compilation, "submit")
    for openness in ("conditional", "unconditional"):
        choice = rules.choice("openness", openness)
        assert choice
        assert [(dict(bar.when), dict(bar.unless), bar.citation.article) for bar in choice.barred] == [
            ({name: ("applies",)}, {}, "16") for name in banned
        ]


@pytest.mark.duty("NN-19")
def test_nanning_puts_work_secrets_and_what_a_law_bans_into_no_open_class() -> None:
    rules = update("nanning")
    banned = ("work_secrets", "statutory_ban")
    assert {(name, Basis.SERVICE) for name in banned} <= demanded_by(rules, "compilation", "submit")
    for openness in ("conditional", "unconditional"):
        choice = rules.choice("openness", openness)
        assert choice
        assert [(dict(bar.when), bar.citation.article) for bar in choice.barred] == [
            ({name: ("applies",)}, "19") for name in banned
        ]


@pytest.mark.duty("NJ-24b")
def test_nanjing_asks_for_each_kind_that_its_article_never_opens() -> None:
    rules = update("nanjing")
    banned = ("state_secrets", "security_or_stability", "statutory_ban")
    assert {(name, Basis.SERVICE) for name in banned} <= demanded_by(rules, "compilation", "submit")
    for openness in ("conditional", "unconditional"):
        choice = rules.choice("openness", openness)
        assert choice
        assert [(dict(bar.when), dict(bar.unless), bar.citation.article) for bar in choice.barred] == [
            ({name: ("applies",)}, {}, "24.1(3)") for name in banned
        ]


@pytest.mark.duty("LYG-7b")
def test_lianyungang_asks_for_each_item_of_its_article_and_lets_it_open_by_two_ways() -> None:
    rules = update("lianyungang")
    items = ["state_secrets", "security_or_stability", "secrets_or_privacy"]
    items += ["internal_affairs", "agreement_or_rights", "statutory_ban"]
    for number, name in enumerate(items, start=1):
        assert {choice.citation.article for choice in rules.choices[name]} == {f"7.1({number})"}
        assert (name, Basis.SERVICE) in demanded_by(rules, "compilation", "submit")
    for openness in ("conditional", "unconditional"):
        choice = rules.choice("openness", openness)
        assert choice
        assert [(dict(bar.when), dict(bar.unless), bar.citation.article) for bar in choice.barred] == [
            ({name: ("applies",)}, {"masked": ("applies",), "subjects_consent": ("given",)}, "7.2") for name in items
        ]


@pytest.mark.duty("GZ-25a", "GZ-10c", "GZ-10d")
def test_guangzhous_secrets_are_unconditional_only_by_two_ways() -> None:
    unconditional = update("guangzhou").choice("openness", "unconditional")
    assert unconditional
    bar, *_ = unconditional.barred
    assert (dict(bar.when), bar.citation.article) == ({"secrets_or_privacy": ("applies",)}, "9.4")
    assert dict(bar.unless) == {"masked": ("applies",), "trigger": ("public_interest",)}
    by = [update("guangzhou").choice(name, value) for name, (value,) in bar.unless.items()]
    assert [choice and choice.citation.article for choice in by] == ["10.1", "10.2"]


@pytest.mark.duty("NN-14", "NN-17", "YL-6", "YL-15b", "GZ-11", "GZ-12", "LYG-12", "NJ-16", "NJ-32")
@pytest.mark.parametrize("city", FIVE_CITIES)
def test_the_bodies_that_the_law_names_review_the_draft(city: str) -> None:
    reviewing = {}
    for stage in stages(update(city)):
        back = next((o for o in stage.outcomes if o.outcome in ("return", "object")), None)
        passing = next((o for o in stage.outcomes if o.outcome in ("pass", "publish")), None)
        if back and passing:
            reviewing[stage.stage] = (stage.body, passing.citation.article)
    assert reviewing == REVIEWERS[city]


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_the_last_word_lies_before_the_body_that_the_law_names(city: str) -> None:
    stage, article = BODY_CITED[city]
    assert stage_of(update(city), stage).citation.article == article


@pytest.mark.duty("NJ-25")
def test_nanjings_department_publishes_its_draft_once_the_authority_passed_it() -> None:
    rules = update("nanjing")
    publish = outcome_of(rules, "review", "publish")
    assert (publish.entry, publish.leads_to) == (EntryEffect.PUBLISH, "published")
    assert publish.citation.basis is Basis.SERVICE
    draft = outcome_of(rules, "compilation", "submit")
    assert (stage_of(rules, "compilation").body, draft.entry) == ("provider", EntryEffect.SUBMIT)
    assert stage_of(rules, "review").body == "authority"
    ending = rules.ending("published")
    assert ending
    assert ending.citation.article == "25.2"


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_a_draft_is_returned_to_its_compilation_with_a_reason(city: str) -> None:
    rules = update(city)
    for stage in REVIEWERS[city]:
        back = "object" if stage_of(rules, stage).outcome("object") else "return"
        whither = "emergency_compilation" if stage.startswith("emergency_") else "compilation"
        assert target(rules, stage, back) == (None if (city, stage) == ONLY_FINDS else whither)
        demanded = {field for field, _ in demanded_by(rules, stage, back)}
        assert demanded == {"reason", *(["named_class"] if stage == "government_decision" else [])}


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_whatever_publishes_an_entry_ends_the_case(city: str) -> None:
    rules = update(city)
    assert {ending.outcome for ending in rules.endings} == {"published", "abandoned"}
    assert with_effect(rules, EntryEffect.PUBLISH) == PUBLISHING[city]
    assert {target(rules, stage, outcome) for stage, outcome in PUBLISHING[city]} == {"published"}


@pytest.mark.parametrize("city", cities())
def test_an_update_leaves_alone_what_is_served_and_answers_nobody(city: str) -> None:
    rules = update(city)
    outcomes = [outcome for stage in stages(rules) for outcome in stage.outcomes]
    assert not any(outcome.data or outcome.answers or outcome.marks for outcome in outcomes)
    assert (rules.grant, rules.hold, rules.withdrawal, rules.correction) == (None, None, None, None)


@pytest.mark.parametrize("city", cities())
def test_an_update_can_be_about_data_of_every_class(city: str) -> None:
    assert set(update(city).concerns) == {"closed", "conditional", "unconditional"}


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_after_a_processing_or_a_correction_the_entry_may_have_to_change(city: str) -> None:
    assert with_effect(rules_for(city), EntryEffect.MAY_CHANGE) == MAY_CHANGE[city]


@pytest.mark.parametrize("city", cities())
def test_only_a_decision_that_serves_data_again_may_change_its_entry(city: str) -> None:
    rules = rules_for(city)
    for stage, outcome in with_effect(rules, EntryEffect.MAY_CHANGE):
        assert outcome_of(rules, stage, outcome).data is DataEffect.SERVE


@pytest.mark.duty("LYG-17")
@pytest.mark.duty("LYG-12")
def test_lianyungangs_provider_publishes_what_three_bodies_reviewed_side_by_side() -> None:
    rules = update("lianyungang")
    review = rules.step("review")
    assert review
    assert {stage.stage for stage in review.stages} == set(REVIEWERS["lianyungang"]) - {"publication"}
    assert review.then == "publication"
    publication = stage_of(rules, "publication")
    assert (publication.body, publication.citation.article) == ("provider", "17.1")


@pytest.mark.duty("NN-15a")
def test_nannings_two_reasons_have_ten_working_days_from_the_event_and_no_other() -> None:
    for stage in stages(update("nanning")):
        if stage.body != "provider":
            assert (stage.periods, stage.promptly_for, stage.clock_from) == ({}, (), ClockFrom.OPENING)
            continue
        assert stage.periods == {"law_revised": "10wd", "function_changed": "10wd"}
        assert stage.promptly_for == ("demand",)
        assert (stage.period_by, stage.clock_from) == ("trigger", ClockFrom.EVENT)
        assert stage.period_citation
        assert stage.period_citation.article == "15"


@pytest.mark.duty("NJ-18")
@pytest.mark.parametrize("stage", ["compilation", "report", "confidentiality_review", "processing_record"])
def test_nanjings_department_has_fifteen_working_days_from_the_event_for_all(stage: str) -> None:
    found = stage_of(update("nanjing"), stage)
    assert found.periods == dict.fromkeys(values(update("nanjing"), "trigger"), "15wd")
    assert (found.period_by, found.clock_from, found.body) == ("trigger", ClockFrom.EVENT, "provider")
    assert found.period_citation
    assert found.period_citation.article == "18"


@pytest.mark.parametrize(("city", "source"), [("nanning", "update_counting"), ("nanjing", "update_period")])
def test_a_service_rule_says_that_a_return_gives_no_fresh_period(city: str, source: str) -> None:
    counting = update(city).counting_of("wd")
    assert counting
    assert counting.citation.article == source
    assert counting.citation.note
    assert "no fresh period" in counting.citation.note.en


@pytest.mark.parametrize("city", ["guangzhou", "lianyungang", "yulin"])
def test_elsewhere_the_text_gives_no_period_for_an_update(city: str) -> None:
    assert all(not stage.periods for stage in stages(update(city)))
    by_trigger = {stage.stage for stage in stages(update(city)) if stage.promptly_for}
    own = {stage.stage for stage in stages(update(city)) if stage.body == "provider"} - {"reply"}
    assert by_trigger == (own if city == "guangzhou" else set())
    prompt = {stage.stage for stage in stages(update(city)) if stage.promptly}
    assert prompt == {each.stage for each in stages(update(city)) if each.stage.startswith("emergency_")}


@pytest.mark.duty("GZ-9b")
def test_guangzhous_article_on_disputes_names_establishment_and_legal_bodies() -> None:
    rules = update("guangzhou")
    assert {"establishment", "legal"} <= set(rules.bodies)
    consultation = rules.step("consultation")
    assert consultation
    assert [stage.body for stage in consultation.stages] == ["authority", "establishment", "legal"]
    agreed = {"support_draft": "publication", "support_proposal": "agreed_change"}
    assert (consultation.then, dict(consultation.then_if_all)) == ("government_decision", agreed)
    assert {stage.citation.article for stage in consultation.stages} == {"9.6"}


@pytest.mark.duty("GZ-11", "LYG-11")
@pytest.mark.parametrize(("city", "article"), [("guangzhou", "11.2"), ("lianyungang", "11.1")])
def test_what_was_obtained_by_sharing_is_an_answer_that_the_law_lets_nobody_give(city: str, article: str) -> None:
    shared = update(city).choice("origin", "shared")
    assert shared
    assert (shared.on_request, shared.citation.article) == (False, article)


@pytest.mark.parametrize("city", ["nanning", "yulin", "nanjing"])
def test_elsewhere_nobody_asks_where_data_comes_from(city: str) -> None:
    assert "origin" not in update(city).choices
