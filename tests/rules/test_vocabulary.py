"""What the law in Python and the packs say of fields is what the vocabulary says of them."""

from __future__ import annotations

import pytest

from api.http.problems import REASONS
from models import classes, drafting, evidence_clocks
from models.act_contents import GrantTerms, Measure, TimeLimit
from models.limits import set_by
from rules import admissibility, answering_checking, entry_checking, opened_first, pack, procedure_checking
from rules.fields import (
    ENTRY,
    FIELDS,
    TEXTS,
    Kind,
    Part,
)
from rules.loading import PackRefused, cities, load_pack, load_text
from rules.procedure_names import CATALOGUE_UPDATE, EMERGENCY_UPKEEP, OPENNESS_REVIEW, USE_REPORT, YEARLY
from rules.vocabulary import (
    AGREED,
    ANSWERED_BY_THE_SERVICE,
    DAYS_OF_A_MEASURE,
    DECISION,
    DECISION_FIELDS,
    FILING_FIELDS,
    FILINGS,
    FINDING,
    FORMS,
    FOUND_AT_RECEIPT,
    LIST_OF_DATA,
    OFFERED_EVERYWHERE,
    QUESTIONS,
    REPORTED,
    SHARING_CLASS,
    TIME_LIMIT,
    asked_by,
    day_of_form,
    demandable_of,
    labels,
)
from tests.rules.cuts import INVENTED

KINDS_BY_CONSTANT = {
    classes.OPENNESS: Kind.CHOICE,
    classes.NAMED_CLASS: Kind.CHOICE,
    drafting.CHANGE: Kind.CHOICE,
    drafting.READABILITY: Kind.CHOICE,
    opened_first.PRIORITY: Kind.CHOICE,
    **dict.fromkeys(entry_checking.CASES, Kind.CHOICE),
    entry_checking.NAMED_CLASS: Kind.CHOICE,
    entry_checking.DRAFT: Kind.ENTRY,
    evidence_clocks.EVIDENCE: Kind.FILES,
    answering_checking.ANSWER: Kind.PROSE,
    procedure_checking.EVIDENCE: Kind.FILES,
    pack.BREACH: Kind.CHOICE,
    pack.GROUND: Kind.CHOICE,
    admissibility.HAS_LEAKED: Kind.CHOICE,
    **dict.fromkeys(admissibility.DEFAULT_CHOICES, Kind.CHOICE),
}


def test_a_form_asks_only_for_fields_that_there_are_and_for_each_once() -> None:
    for form, asked in FORMS.items():
        names = [each.name for each in asked]
        assert set(names) <= set(FIELDS), form
        assert len(names) == len(set(names)), form


def test_whatever_is_filed_can_state_one_day_and_no_form_asks_for_two() -> None:
    assert all(len(asked_by(form, Kind.DAY)) == 1 for form in FILINGS)
    assert {day_of_form(form) for form in FILINGS} == {"discovered_on", "opens_on", "occurred_on"}
    assert day_of_form(DECISION) is None


def test_each_field_stands_in_a_form_but_those_that_the_service_answers_itself() -> None:
    answered = ANSWERED_BY_THE_SERVICE.union(*FOUND_AT_RECEIPT.values()) - {SHARING_CLASS}  # a draft answers it
    assert set(FIELDS) - {name for form in FORMS for name in asked_by(form)} == answered


def test_each_field_is_called_something_in_both_languages() -> None:
    assert all(label.zh and label.en for label in labels().values())
    assert set(labels()) == set(FIELDS) | {f"entry.{name}" for name in ENTRY}


def test_a_field_that_the_law_speaks_of_by_name_is_of_the_kind_it_takes_it_for() -> None:
    assert {name: FIELDS[name].kind for name in KINDS_BY_CONSTANT} == KINDS_BY_CONSTANT
    assert {FIELDS[name].kind for name in REASONS} == {Kind.PROSE}


def test_a_decision_says_of_data_grant_and_limit_what_its_act_carries() -> None:
    of_grant = {*asked_by(DECISION, part=Part.GRANT), *asked_by(DECISION, Kind.ITEMS)} - set(FINDING)
    by_receipt = {"known_items", "entry_fields", "entry_items"}
    as_draft = {"entry", "answers"}

    assert of_grant == set(GrantTerms.model_fields)
    assert {*asked_by(DECISION, part=Part.DATA), "data_items"} - as_draft == set(Measure.model_fields) - by_receipt
    assert {"processed_on", "held_from", "held_until"} == DAYS_OF_A_MEASURE


@pytest.mark.parametrize(
    ("limit", "ways"),
    [
        (TimeLimit(), set()),
        (TimeLimit(period="10wd"), {"time_limit"}),
        (TimeLimit.model_validate({"last_day": "2026-05-09"}), {"last_day"}),
    ],
)
def test_each_way_to_set_a_time_limit_is_known_to_the_judge(limit: TimeLimit, ways: set[str]) -> None:
    assert set_by(limit) == ways
    assert ways <= set(TIME_LIMIT)


def test_whoever_signs_agrees_to_words_and_lists_data() -> None:
    assert {"conditions", "purpose", "scenario", "safeguards"} == AGREED
    assert {FIELDS[name].kind for name in AGREED} <= TEXTS
    assert {"data_items"} == LIST_OF_DATA


def test_what_the_packs_ask_for_is_in_the_vocabulary_where_they_ask_for_it() -> None:
    """And nothing is in it that no pack asks for, but what the service offers every city."""
    filed: dict[str, set[str]] = {}
    decided: set[str] = set()
    for city in cities():
        for name, procedure in load_pack(city).procedures.items():
            known = FOUND_AT_RECEIPT.get(name, frozenset())
            filed.setdefault(name, set()).update(procedure.fields, set(procedure.choices) - QUESTIONS - known)
            assert all(FIELDS[choice].kind is Kind.CHOICE for choice in procedure.choices if choice not in known)
            outcomes = [outcome for stage in procedure.stages.values() for outcome in stage.outcomes.values()]
            terms = [version.value for outcome in outcomes for version in outcome.versions if version.value]
            decided |= {field for each in terms for required in each.requires for field in required.any_of}

    for nothing in (OPENNESS_REVIEW, EMERGENCY_UPKEEP, USE_REPORT, *YEARLY):
        assert filed.pop(nothing) == set(), "begun without a word"
    offered = {name: set(demandable_of(name) - filed[name]) for name in filed}
    assert all(filed[name] <= demandable_of(name) for name in filed)
    assert set().union(*offered.values()) <= OFFERED_EVERYWHERE
    assert decided <= DECISION_FIELDS | FILING_FIELDS | QUESTIONS | set(REPORTED)
    assert set(FILINGS) == set(filed)


def test_a_pack_that_asks_for_what_its_form_does_not_have_is_refused() -> None:
    before, there, after = INVENTED.read_text(encoding="utf-8").partition("      purpose:\n")

    with pytest.raises(PackRefused) as refused:
        load_text(f"{before}      ground:\n{after}", INVENTED.name)

    assert there
    assert {problem.rule for problem in refused.value.problems} == {"unknown_field"}
    assert {problem.path for problem in refused.value.problems} == {"procedures.access_request.fields.ground"}


def test_only_a_catalogue_update_asks_the_questions_of_a_draft() -> None:
    asking = {
        name
        for city in cities()
        for name, each in load_pack(city).procedures.items()
        if QUESTIONS & set(each.choices) - FOUND_AT_RECEIPT.get(name, frozenset())
    }

    assert asking == {CATALOGUE_UPDATE}
