"""The decision of the gate, rule by rule, and against a second one that was written without looking at it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.gate import ALLOWING, NOT_KNOWING, DatasetFacts, GrantFacts, Question, Reason, day_of, decide, question
from models.restrictions import RestrictionKind, items_of
from models.sharing import Shared

NOW = datetime(2026, 5, 9, 4, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = "kf_" + "aB3_-" * 8 + "xyz"
DIGEST = hashlib.sha256(KEY.encode()).hexdigest()
DATASET = DatasetFacts("conditional", ("a", "b", "c"))
OPEN = replace(DATASET, openness="unconditional")
GRANT = GrantFacts(
    case_id="case",
    dataset_id="d",
    data_items=("a", "b"),
    access_mode="download",
    access_modes=(),
    use="research",
    granted_at=NOW - DAY,
    valid_until=NOW + DAY,
)
ASKED = Question("d", ("a",), "download", None, DIGEST)
TODAY = day_of(NOW)
WITHDRAWN = Reason.WITHDRAWN


def test_a_grant_that_covers_all_that_is_asked_for_allows_it() -> None:
    assert decide(ASKED, DATASET, GRANT, NOW) is Reason.GRANTED


@pytest.mark.parametrize(
    ("asked", "dataset", "grant", "reason"),
    [
        (ASKED, None, GRANT, Reason.UNKNOWN_DATASET),
        (ASKED, replace(DATASET, openness="closed"), GRANT, Reason.CLOSED),
        (ASKED, replace(DATASET, openness="of a kind not known yet"), GRANT, Reason.CLOSED),
        (replace(ASKED, items=("a", "z")), DATASET, GRANT, Reason.UNKNOWN_ITEM),
        (ASKED, replace(DATASET, restrictions=(("withdrawal", items_of(())),)), GRANT, Reason.WITHDRAWN),
        (ASKED, replace(DATASET, restrictions=(("suspension", items_of(("a",))),)), GRANT, Reason.SUSPENDED),
        (ASKED, replace(DATASET, restrictions=(("hold", items_of(("a", "c"))),)), GRANT, Reason.HELD),
        (ASKED, replace(DATASET, restrictions=(("of a kind not known yet", items_of(())),)), GRANT, Reason.HELD),
        (ASKED, replace(DATASET, restrictions=(("hold", items_of(("c",))),)), GRANT, Reason.GRANTED),
        (replace(ASKED, items=()), replace(DATASET, restrictions=(("hold", items_of(("c",))),)), GRANT, Reason.HELD),
        (
            ASKED,
            replace(DATASET, restrictions=(("hold", items_of(())), ("withdrawal", items_of(("a",))))),
            GRANT,
            Reason.WITHDRAWN,
        ),
        (
            ASKED,
            replace(DATASET, restrictions=(("hold", items_of(())), ("suspension", items_of(("a",))))),
            GRANT,
            Reason.SUSPENDED,
        ),
        (ASKED, replace(OPEN, restrictions=(("suspension", items_of(())),)), GRANT, Reason.SUSPENDED),
        (ASKED, replace(DATASET, restrictions=(("withdrawal_until_processed", items_of(("a",))),)), GRANT, WITHDRAWN),
        (ASKED, replace(DATASET, restrictions=(("suspension", items_of((), ("a",))),)), GRANT, Reason.GRANTED),
        (ASKED, replace(DATASET, restrictions=(("suspension", items_of((), ("b",))),)), GRANT, Reason.SUSPENDED),
        (replace(ASKED, items=()), replace(OPEN, restrictions=(("hold", items_of((), "abc")),)), GRANT, Reason.HELD),
        (Question("d", ("c",), "anything"), OPEN, None, Reason.UNCONDITIONAL),
        (ASKED, OPEN, replace(GRANT, ended="revoked"), Reason.UNCONDITIONAL),
        (replace(ASKED, key_digest=None), DATASET, None, Reason.KEY_MISSING),
        (ASKED, DATASET, None, Reason.KEY_UNKNOWN),
        (ASKED, DATASET, replace(GRANT, dataset_id="e"), Reason.GRANT_OF_ANOTHER_DATASET),
        (ASKED, DATASET, replace(GRANT, ended="revoked"), Reason.GRANT_ENDED),
        (ASKED, DATASET, replace(GRANT, valid_until=NOW), Reason.GRANT_EXPIRED),
        (ASKED, DATASET, replace(GRANT, granted_at=NOW + timedelta(microseconds=1)), Reason.GRANT_NOT_YET_VALID),
        (ASKED, DATASET, replace(GRANT, granted_at=NOW), Reason.GRANTED),
        (replace(ASKED, items=("a", "c")), DATASET, GRANT, Reason.ITEM_NOT_GRANTED),
        (replace(ASKED, items=()), DATASET, GRANT, Reason.ITEM_NOT_GRANTED),
        (replace(ASKED, items=()), DATASET, replace(GRANT, data_items=()), Reason.GRANTED),
        (replace(ASKED, mode=None), DATASET, GRANT, Reason.MODE_MISSING),
        (replace(ASKED, mode="api"), DATASET, GRANT, Reason.MODE_NOT_GRANTED),
        (replace(ASKED, mode="api"), DATASET, replace(GRANT, access_modes=("api",)), Reason.GRANTED),
        (ASKED, DATASET, replace(GRANT, access_modes=("api",)), Reason.MODE_NOT_GRANTED),
        (ASKED, DATASET, replace(GRANT, access_mode=None), Reason.MODE_NOT_GRANTED),
        (replace(ASKED, use="commercial"), DATASET, GRANT, Reason.USE_NOT_GRANTED),
        (replace(ASKED, use="research"), DATASET, GRANT, Reason.GRANTED),
        (replace(ASKED, use="commercial"), DATASET, replace(GRANT, use=None), Reason.GRANTED),
        (ASKED, DATASET, replace(GRANT, daily_calls=2, calls_on=TODAY, calls=2), Reason.QUOTA_EXHAUSTED),
        (ASKED, DATASET, replace(GRANT, daily_calls=2, calls_on=TODAY, calls=1), Reason.GRANTED),
        (ASKED, DATASET, replace(GRANT, daily_calls=2, calls_on=TODAY - DAY, calls=2), Reason.GRANTED),
        (ASKED, DATASET, replace(GRANT, daily_calls=0), Reason.QUOTA_EXHAUSTED),
    ],
)
def test_what_is_asked_for_must_be_allowed_in_every_respect(
    asked: Question, dataset: DatasetFacts | None, grant: GrantFacts | None, reason: Reason
) -> None:
    assert decide(asked, dataset, grant, NOW) is reason


@pytest.mark.parametrize(
    ("query", "headers", "keys", "reason"),
    [
        ([], [], [], Reason.DATASET_MISSING),
        ([("dataset_id", "")], [], [], Reason.DATASET_MISSING),
        ([("items", "a")], [], [KEY], Reason.DATASET_MISSING),
        ([("dataset_id", "d"), ("dataset_id", "d")], [], [], Reason.PARAMETER_REPEATED),
        ([("dataset_id", "d"), ("items", ""), ("items", "a")], [], [], Reason.PARAMETER_REPEATED),
        ([], [("dataset_id", "d"), ("items", "a"), ("items", "b")], [], Reason.PARAMETER_REPEATED),
        ([("dataset_id", "d")], [], [KEY, KEY], Reason.PARAMETER_REPEATED),
        ([("dataset_id", "d")], [("dataset_id", "e")], [], Reason.FACTS_DISAGREE),
        ([("dataset_id", "d")], [("items", "a")], [], Reason.FACTS_DISAGREE),
        ([("items", "a")], [("dataset_id", "d")], [], Reason.FACTS_DISAGREE),
        ([("dataset_id", "d"), ("items", "a,,b")], [], [], Reason.MALFORMED_VALUE),
        ([("dataset_id", "d\x00")], [], [], Reason.MALFORMED_VALUE),
        ([("dataset_id", "d"), ("mode", "\ud800")], [], [], Reason.MALFORMED_VALUE),
        ([("dataset_id", "d" * 201)], [], [], Reason.MALFORMED_VALUE),
        ([("dataset_id", "d"), ("items", ",".join("a" * 1001))], [], [], Reason.MALFORMED_VALUE),
        ([("dataset_id", "d")], [], ["kf_short"], Reason.MALFORMED_KEY),
        ([("dataset_id", "d")], [], [KEY + "\n"], Reason.MALFORMED_KEY),
        ([("dataset_id", "d")], [], [KEY[:-1] + "é"], Reason.MALFORMED_KEY),
    ],
)
def test_a_call_of_the_wrong_form_is_no_question(
    query: list[tuple[str, str]], headers: list[tuple[str, str]], keys: list[str], reason: Reason
) -> None:
    assert question(query, headers, keys) is reason


def test_the_facts_come_by_query_or_by_header_or_by_both_alike() -> None:
    facts = [("dataset_id", "d"), ("items", "a,b"), ("mode", "api"), ("use", "research")]
    asked = Question("d", ("a", "b"), "api", "research", DIGEST)
    assert question(facts, [], [KEY]) == question([], facts, [KEY]) == question(facts, facts[::-1], [KEY]) == asked
    assert question([("dataset_id", "d"), ("items", ""), ("mode", "")], [("use", "")], [""]) == Question("d")


def test_the_key_itself_is_not_kept() -> None:
    assert KEY not in repr(question([("dataset_id", "d")], [], [KEY]))


@pytest.mark.parametrize("dataset", [DATASET, OPEN])
def test_what_is_kept_back_under_a_name_that_is_gone_keeps_back_all_of_the_entry(dataset: DatasetFacts) -> None:
    renamed = replace(dataset, items=("a", "b", "new name of c"), restrictions=(("hold", items_of(("c",))),))
    assert decide(ASKED, renamed, GRANT, NOW) is Reason.HELD


def test_every_reason_is_a_yes_a_no_or_not_known() -> None:
    assert not ALLOWING & NOT_KNOWING
    assert {Reason.UNCONDITIONAL, Reason.GRANTED} == ALLOWING


def is_allowed(asked: Question, dataset: DatasetFacts | None, grant: GrantFacts | None, now: datetime) -> bool:
    """The rule, said the other way round and by brute force: item by item, and every demand must hold."""
    if dataset is None:
        return False
    wanted = [item for item in dataset.items if not asked.items or item in asked.items]
    is_known = all(item in dataset.items for item in asked.items)
    all_at_once = ["*"] if not asked.items else []
    stopped = any(
        item == "*"
        or (
            item not in items.named
            if items.all_but
            else item in items.named or not set(items.named) <= {*dataset.items}
        )
        for _, items in dataset.restrictions
        for item in (*wanted, *all_at_once)
    )
    if dataset.openness == "unconditional":
        return is_known and not stopped
    if dataset.openness != "conditional" or asked.key_digest is None or grant is None:
        return False
    covered = not grant.data_items or (len(wanted) > 0 and all(item in grant.data_items for item in wanted))
    modes = set(grant.access_modes) if grant.access_modes else {grant.access_mode} - {None}
    counted = [grant.calls] if grant.calls_on == TODAY else [0]
    demands = (
        is_known,
        not stopped,
        grant.dataset_id == asked.dataset_id,
        grant.ended is None,
        grant.granted_at <= now < grant.valid_until,
        covered,
        asked.mode in modes,
        None in (asked.use, grant.use) or asked.use == grant.use,
        grant.daily_calls is None or counted[0] + 1 <= grant.daily_calls,
    )
    return all(demands)


NAMES = st.sampled_from("abcz")
SETS = st.lists(NAMES, max_size=3, unique=True).map(tuple)
INSTANTS = st.sampled_from(
    [NOW - DAY, NOW - timedelta(microseconds=1), NOW, NOW + timedelta(microseconds=1), NOW + DAY]
)
MODES = st.sampled_from(["download", "api"])
USES = st.sampled_from([None, "research", "general"])
QUESTIONS = st.builds(
    Question, st.just("d"), SETS, st.none() | MODES, USES, st.sampled_from([DIGEST, DIGEST, DIGEST, None])
)
KINDS = st.sampled_from([kind.value for kind in RestrictionKind])
RESTRICTED = st.builds(items_of, SETS, st.just(()) | SETS)
RESTRICTIONS = st.lists(st.tuples(KINDS, RESTRICTED), max_size=2).map(tuple)
DATASETS = st.builds(
    DatasetFacts,
    st.sampled_from(["conditional", "conditional", "unconditional", "closed"]),
    st.just(("a", "b", "c")),
    st.just(()) | RESTRICTIONS,
)
GRANTS = st.builds(
    GrantFacts,
    case_id=st.just("case"),
    dataset_id=st.sampled_from("dddde"),
    data_items=st.just(()) | SETS,
    access_mode=st.none() | MODES,
    access_modes=st.just(()) | st.lists(MODES, max_size=2).map(tuple),
    use=USES,
    granted_at=st.just(NOW - DAY) | INSTANTS,
    valid_until=st.just(NOW + DAY) | INSTANTS,
    ended=st.sampled_from([None, None, None, "revoked"]),
    daily_calls=st.none() | st.integers(0, 3),
    calls_on=st.sampled_from([None, TODAY, TODAY - DAY]),
    calls=st.integers(0, 3),
)


@settings(max_examples=1500, deadline=None)
@given(QUESTIONS, st.none() | DATASETS | DATASETS, st.none() | GRANTS | GRANTS)
def test_the_decision_is_yes_exactly_where_every_demand_is_met(
    asked: Question, dataset: DatasetFacts | None, grant: GrantFacts | None
) -> None:
    reason = decide(asked, dataset, grant, NOW)
    assert (reason in ALLOWING) is is_allowed(asked, dataset, grant, NOW)
    assert reason not in NOT_KNOWING


ANYTHING = st.lists(st.tuples(st.sampled_from(["dataset_id", "items", "mode", "use"]), st.text(max_size=4)), max_size=5)


@settings(max_examples=500, deadline=None)
@given(ANYTHING, ANYTHING, st.lists(st.just(KEY) | st.text(max_size=4), max_size=2))
def test_whatever_is_sent_is_a_question_or_a_named_fault_of_form(query: Any, headers: Any, keys: Any) -> None:
    asked = question(query, headers, keys)
    if isinstance(asked, Question):
        stated = {name: value for name, value in (*query, *headers) if value}
        assert asked.dataset_id == stated["dataset_id"]
        assert asked.items == tuple(filter(None, stated.get("items", "").split(",")))
    else:
        assert asked not in ALLOWING


def test_a_grant_of_every_item_opens_the_whole_dataset_as_long_as_it_has_no_more() -> None:
    whole = replace(GRANT, data_items=DATASET.items)
    all_of_it = replace(ASKED, items=())
    assert decide(all_of_it, DATASET, whole, NOW) is Reason.GRANTED
    grown = replace(DATASET, items=(*DATASET.items, "new"))
    assert decide(all_of_it, grown, whole, NOW) is Reason.ITEM_NOT_GRANTED
    assert decide(replace(ASKED, items=("new",)), grown, whole, NOW) is Reason.ITEM_NOT_GRANTED
    empty = replace(DATASET, items=())
    assert decide(all_of_it, empty, whole, NOW) is Reason.ITEM_NOT_GRANTED


@pytest.mark.parametrize("restrictions", [(), (("hold", ()),), (("withdrawal", ("a",)),)])
def test_closed_data_is_closed_at_the_gate_whatever_an_objection_does_to_it(restrictions: object) -> None:
    closed = replace(DATASET, openness="closed", restrictions=restrictions)  # type: ignore[arg-type]
    assert decide(ASKED, closed, GRANT, NOW) is Reason.CLOSED


SHARED = replace(GRANT, shared=Shared.BY_DETERMINATION)
OF_UNIT = replace(SHARED, of_unit=True)
BY_CLASS = replace(GRANT, shared=Shared.BY_CLASS)
EXCHANGE = replace(ASKED, by_exchange=True)


@pytest.mark.parametrize(
    ("asked", "grant", "sharing_class", "reason"),
    [
        (EXCHANGE, SHARED, "conditional", Reason.GRANTED),
        (EXCHANGE, SHARED, None, Reason.GRANTED),
        (EXCHANGE, BY_CLASS, "unconditional", Reason.GRANTED),
        (EXCHANGE, BY_CLASS, "conditional", Reason.SHARED_WITH_ALL_NO_MORE),
        (EXCHANGE, SHARED, "none", Reason.NOT_SHARED),
        (EXCHANGE, OF_UNIT, "none", Reason.GRANTED),
        (replace(EXCHANGE, key_digest=None), None, "none", Reason.NOT_SHARED),
        (ASKED, OF_UNIT, "none", Reason.GRANT_OF_SHARING),
        (EXCHANGE, GRANT, "unconditional", Reason.GRANT_OF_OPENING),
        (ASKED, SHARED, "unconditional", Reason.GRANT_OF_SHARING),
        (ASKED, GRANT, "none", Reason.GRANTED),
        (replace(EXCHANGE, key_digest=None), None, "unconditional", Reason.KEY_MISSING),
        (replace(EXCHANGE, mode="api"), SHARED, "conditional", Reason.MODE_NOT_GRANTED),
    ],
)
@pytest.mark.parametrize("openness", ["closed", "conditional"])
def test_the_exchange_is_served_under_grants_of_sharing_and_a_gateway_never(
    openness: str, asked: Question, grant: GrantFacts | None, sharing_class: str | None, reason: Reason
) -> None:
    dataset = replace(DATASET, openness=openness, sharing_class=sharing_class)
    expected = Reason.CLOSED if openness == "closed" and not asked.by_exchange else reason
    assert decide(asked, dataset, grant, NOW) is expected


def test_what_is_open_to_all_is_shared_with_nobody_without_a_grant() -> None:
    assert decide(replace(EXCHANGE, key_digest=None), OPEN, None, NOW) is Reason.KEY_MISSING


@pytest.mark.parametrize("kind", ["hold", "suspension", "withdrawal"])
def test_what_is_kept_back_is_kept_from_the_exchange_too(kind: str) -> None:
    kept = replace(DATASET, sharing_class="unconditional", restrictions=((kind, items_of(("a",))),))
    assert decide(EXCHANGE, kept, SHARED, NOW) is not Reason.GRANTED
