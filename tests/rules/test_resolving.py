"""The cut through a pack at a date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rules.checking import findings
from rules.deadlines import parse_period
from rules.loading import cities, load_pack
from rules.pack import Pack
from rules.pinned import Basis
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, ProcedureUnknown, resolve
from tests.five_cities import FIVE_CITIES
from tests.rules.cuts import ACCESS_REQUEST, IN_FORCE_EVERYWHERE, invented_pack, rules_of, stage_of, target

INVENTED = invented_pack()
BEFORE_THE_AMENDMENT = resolve(INVENTED, ACCESS_REQUEST, date(2024, 12, 31))
AMENDED = resolve(INVENTED, ACCESS_REQUEST, date(2025, 1, 1))


def beside_the_law(*names: str) -> Pack:
    """The invented pack, where what was its first law goes on beside the later one."""
    sources = {name: source.model_copy(update={"in_force_until": None}) for name, source in INVENTED.sources.items()}
    return INVENTED.model_copy(update={"law": ("amended_ordinance",), "beside": names, "sources": sources})


def test_no_text_stands_beside_the_law_twice() -> None:
    found = {each.rule for each in findings(beside_the_law("ordinance", "ordinance"), {"CN", INVENTED.calendar})}
    assert "named_twice" in found
    assert "named_twice" not in {each.rule for each in findings(beside_the_law("ordinance"), {"CN", INVENTED.calendar})}


def test_what_stands_beside_the_law_on_a_day_is_named_with_its_rules() -> None:
    cut = resolve(beside_the_law("ordinance"), ACCESS_REQUEST, date(2026, 1, 1))
    assert cut.regulation.source == "amended_ordinance"
    assert [text.source for text in cut.beside] == ["ordinance"]
    assert AMENDED.beside == ()


def test_every_text_of_the_city_is_named_where_none_is_in_force() -> None:
    with pytest.raises(NotInForce) as refusal:
        resolve(beside_the_law("ordinance"), ACCESS_REQUEST, date(2020, 1, 1))
    titles = [source.title for source in INVENTED.sources.values()]
    assert all(title.en in refusal.value.named.en and title.zh in refusal.value.named.zh for title in titles)


def test_the_five_cities_are_there_and_no_two_cities_have_the_same_code() -> None:
    assert set(FIVE_CITIES) <= set(cities())
    assert len({load_pack(city).code for city in cities()}) == len(cities())


@pytest.mark.parametrize("city", cities())
def test_the_first_day_of_the_law_is_governed_by_it_and_the_day_before_by_nothing(city: str) -> None:
    pack = load_pack(city)
    assert rules_of(city, pack.in_force_from).version == pack.in_force_from.isoformat()
    with pytest.raises(NotInForce) as refusal:
        rules_of(city, pack.in_force_from - timedelta(days=1))
    assert refusal.value.texts[0].in_force_from == pack.in_force_from


@pytest.mark.parametrize("city", cities())
def test_every_service_rule_has_a_reason_and_every_cited_source_is_named(city: str) -> None:
    rules = rules_of(city)
    told = {regulation.source for regulation in rules.regulations}
    stages = [stage for step in rules.steps for stage in step.stages]
    cited = [
        *(c for stage in stages for c in (stage.citation, stage.period_citation)),
        *(outcome.citation for stage in stages for outcome in stage.outcomes),
        *(field.citation for field in rules.fields),
        *(choice.citation for known in rules.choices.values() for choice in known),
    ]
    for citation in cited:
        assert citation is not None
        if citation.basis is Basis.SERVICE:
            assert citation.note is not None
        else:
            assert citation.source in told


@pytest.mark.parametrize("city", cities())
def test_rules_survive_being_stored_and_keep_their_digest(city: str) -> None:
    rules = rules_of(city)
    restored = ProcedureRules.model_validate_json(rules.model_dump_json())
    assert restored == rules
    assert restored.digest() == rules.digest()


def test_a_changed_pack_is_cut_anew_and_its_rules_have_a_digest_of_their_own() -> None:
    on = date(2025, 1, 1)
    changed = INVENTED.model_copy(update={"calendar": "CN-GX"})
    assert INVENTED.calendar != "CN-GX"
    assert resolve(changed, ACCESS_REQUEST, on) == AMENDED.model_copy(update={"calendar": "CN-GX"})
    assert resolve(INVENTED, ACCESS_REQUEST, on) == AMENDED
    assert resolve(changed, ACCESS_REQUEST, on).digest() != AMENDED.digest()
    assert AMENDED.model_copy(update={"calendar": "CN-GX"}).digest() == resolve(changed, ACCESS_REQUEST, on).digest()


def test_a_procedure_that_the_pack_does_not_describe_is_refused_by_name() -> None:
    with pytest.raises(ProcedureUnknown, match="divorce"):
        resolve(load_pack("nanning"), "divorce", IN_FORCE_EVERYWHERE)


def test_the_last_day_of_a_version_is_the_day_before_its_exclusive_end() -> None:
    assert stage_of(BEFORE_THE_AMENDMENT, "custody").periods == {"normal": "7wd"}
    assert stage_of(AMENDED, "custody").periods == {"normal": "4wd", "urgent": "36h"}


def test_a_cut_is_named_by_the_latest_change_before_it() -> None:
    assert BEFORE_THE_AMENDMENT.version == "2021-02-01"
    assert AMENDED.version == "2025-01-01"
    assert resolve(INVENTED, ACCESS_REQUEST, date(2026, 1, 1)) == AMENDED


def test_the_regulation_named_is_the_one_in_force_on_the_day() -> None:
    assert BEFORE_THE_AMENDMENT.regulation.source == "ordinance"
    assert AMENDED.regulation.source == "amended_ordinance"


def test_what_a_cited_null_repeals_or_has_not_brought_yet_is_not_in_the_cut() -> None:
    assert [choice.value for choice in BEFORE_THE_AMENDMENT.choices["urgency"]] == ["normal"]
    assert "government" not in BEFORE_THE_AMENDMENT.bodies
    assert BEFORE_THE_AMENDMENT.stage("decision") is None


def test_an_amendment_may_change_the_order_of_the_stages() -> None:
    before, after = BEFORE_THE_AMENDMENT.step("reviews"), AMENDED.step("reviews")
    assert before is not None
    assert after is not None
    assert [s.stage for s in before.stages] == ["custody", "ethics"]
    assert [s.stage for s in after.stages] == ["custody", "ethics", "technique"]
    assert (before.then, after.then) == ("granted", "decision")
    assert target(AMENDED, "decision", "grant") == "granted"


def test_a_stage_that_is_due_promptly_has_no_number() -> None:
    ethics = stage_of(AMENDED, "ethics")
    assert ethics.promptly
    assert ethics.periods == {}


def test_a_supplement_stops_the_clock_only_where_an_article_is_cited_for_it() -> None:
    assert BEFORE_THE_AMENDMENT.supplement is not None
    assert AMENDED.supplement is not None
    assert not BEFORE_THE_AMENDMENT.supplement.stops_clock
    assert AMENDED.supplement.stops_clock
    assert AMENDED.supplement.citation.basis is Basis.LAW
    stopping = [each for city in cities() if (each := rules_of(city).supplement) and each.stops_clock]
    assert all(supplement.citation.basis is Basis.LAW for supplement in stopping)


def test_no_article_of_the_five_lets_a_supplement_stop_the_clock() -> None:
    asked = [rules_of(city).supplement for city in FIVE_CITIES]
    assert all(supplement and not supplement.stops_clock for supplement in asked)


@pytest.mark.parametrize("city", cities())
def test_a_service_rule_with_its_reason_says_how_a_period_runs_in_each_unit(city: str) -> None:
    rules = rules_of(city)
    stages = [stage for step in rules.steps for stage in step.stages]
    units = {parse_period(period).unit.value for stage in stages for period in stage.periods.values()}
    assert {counting.unit for counting in rules.counting} == units
    assert all(counting.citation.basis is Basis.SERVICE and counting.citation.note for counting in rules.counting)


@pytest.mark.parametrize("city", cities())
def test_that_the_law_at_filing_governs_is_a_service_rule_with_its_reason(city: str) -> None:
    selection = rules_of(city).selection
    assert selection is not None
    assert selection.selected_by == "received"
    assert selection.citation.basis is Basis.SERVICE
    assert selection.citation.note is not None


def test_how_periods_run_may_be_a_rule_of_law_and_change_with_it() -> None:
    before, after = BEFORE_THE_AMENDMENT.counting_of("wd"), AMENDED.counting_of("wd")
    assert before is not None
    assert after is not None
    assert (before.citation.source, after.citation.source) == ("ordinance", "amended_ordinance")
    assert BEFORE_THE_AMENDMENT.counting_of("h") is None
    assert AMENDED.counting_of("h") is not None


def test_rules_pinned_before_packs_had_counting_are_read_as_before() -> None:
    old = AMENDED.model_dump(mode="json", exclude={"counting", "selection"})
    restored = ProcedureRules.model_validate(old)
    assert restored.counting == ()
    assert restored.selection is None
    assert restored.steps == AMENDED.steps


def test_what_a_pack_does_not_speak_of_is_absent() -> None:
    assert AMENDED.correction is None
