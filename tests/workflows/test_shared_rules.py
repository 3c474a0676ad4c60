"""Cases under the same rules share them in a process, and what the engine keeps of a start is what it always was."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator

import pytest
from pydantic_core import to_json
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import PayloadConverter

from activities.engine.payloads import converter
from activities.engine.shared_rules import SharingRules
from models.act_contents import Frozen
from models.messages import CaseStart
from rules.procedure_rules import ProcedureRules
from tests import recorded
from tests.sealed_engine import CONVERTER, RING

THE_SDKS = PydanticPayloadConverter()


@pytest.fixture
def ours() -> SharingRules:
    """Of its own, for what the process shares may be read already."""
    return SharingRules()


@pytest.fixture(scope="module")
def starts() -> list[CaseStart]:
    """One for each recorded case, with its log as if it entered the engine at its end."""
    logs = [recorded.log(name) for name in recorded.names()]
    return [CaseStart(case_id=log.name, rules=log.rules, log=tuple(log.events)) for log in logs]


def as_text(payload: Payload | None) -> bytes:
    assert payload is not None
    assert payload.metadata == {"encoding": b"json/plain"}
    return payload.data


def payload(text: str) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=text.encode())


def read(by: SharingRules, of: Payload | None) -> CaseStart:
    assert of is not None
    start = by.from_payload(of, CaseStart)
    assert isinstance(start, CaseStart)
    return start


def test_a_start_is_written_byte_for_byte_as_without_sharing(ours: SharingRules, starts: list[CaseStart]) -> None:
    for start in starts:
        assert as_text(ours.to_payload(start)) == as_text(THE_SDKS.to_payload(start))


def test_a_start_has_no_field_that_sharing_does_not_know() -> None:
    assert list(CaseStart.model_fields) == ["case_id", "rules", "log"]


def test_a_start_is_read_as_without_sharing_the_first_time_and_the_next(
    ours: SharingRules, starts: list[CaseStart]
) -> None:
    for start in starts:
        written = THE_SDKS.to_payload(start)
        assert read(ours, written) == start
        assert read(ours, written) == start


def test_cases_under_the_same_rules_have_them_once(ours: SharingRules, starts: list[CaseStart]) -> None:
    found: dict[str, list[ProcedureRules]] = {}
    for start in starts:
        found.setdefault(start.rules.digest(), []).append(read(ours, THE_SDKS.to_payload(start)).rules)
    assert max(len(rules) for rules in found.values()) > 1, "there are such cases"
    for rules in found.values():
        assert {id(each) for each in rules} == {id(rules[0])}


def test_cases_under_rules_that_differ_in_one_word_do_not_share_them(
    ours: SharingRules, starts: list[CaseStart]
) -> None:
    start = starts[0]
    other = start.model_copy(update={"rules": start.rules.model_copy(update={"version": "2099-01-01"})})
    assert read(ours, ours.to_payload(start)).rules.version == start.rules.version
    assert read(ours, ours.to_payload(other)).rules.version == "2099-01-01"
    assert read(ours, ours.to_payload(start)).rules.version == start.rules.version


def test_rules_that_an_earlier_version_wrote_are_read_leniently_and_shared(
    ours: SharingRules, starts: list[CaseStart]
) -> None:
    content = json.loads(as_text(THE_SDKS.to_payload(starts[0])))
    del content["rules"]["remedies"], content["rules"]["urging"]
    content["rules"]["a field of a later version"] = {"log": [1], "rules": '"rules":'}
    texts = [json.dumps({**content, "case_id": case_id}, separators=(",", ":")) for case_id in ("first", "second")]
    first, second = (read(ours, payload(text)) for text in texts)
    assert (first.rules.remedies, first.rules.urging) == ((), ())
    assert first.rules is second.rules
    assert (first.case_id, second.case_id) == ("first", "second")
    assert first.log == second.log == starts[0].log


def as_nobody_of_ours_writes(start: CaseStart, others: ProcedureRules) -> Iterator[str]:
    """JSON of starts with the rules of this one, or of others, or of both, at places where they never are."""
    case_id, rules, log = (to_json(each).decode() for each in (start.case_id, start.rules, start.log))
    other = to_json(others).decode()
    yield f'{{"case_id": {case_id}, "rules": {rules}, "log": {log}}}'
    yield f'{{"case_id":{case_id},"rules": {rules},"log":{log}}}'
    yield f'{{"log":{log},"rules":{rules},"case_id":{case_id}}}'
    yield f'{{"rules":{rules},"case_id":{case_id}}}'
    yield f'{{"case_id":"a \\",\\"rules\\":","rules":{rules}}}'
    yield f'{{"case_id":"other","rules":{rules},"case_id":{case_id}}}'
    yield f'{{"case_id":{case_id},"rules":{rules},"rules":{other},"log":{log}}}'
    yield f'{{"case_id":{case_id},"rules":{other},"log":{log},"rules":{rules}}}'
    yield f'{{"case_id":{case_id},"rules":{rules},"rules":{rules}}}'
    yield f'{{"case_id":{case_id},"later":{{"x":1,"rules":{other}}},"rules":{rules}}}'
    yield f'{{"later":{{"x":1,"rules":{rules}}},"case_id":{case_id},"rules":{other}}}'
    yield f'{{"case_id":{case_id},"rules":{rules},"log":[],"log":{log}}}'
    yield f'{{"case_id":{case_id},"rules":{rules}}} '


@pytest.mark.parametrize("known_before", [True, False])
def test_a_start_that_is_written_otherwise_is_read_as_without_sharing(
    ours: SharingRules, starts: list[CaseStart], known_before: bool
) -> None:
    start, others = starts[0], starts[-1].rules
    assert others != start.rules
    usual = [start, start.model_copy(update={"rules": others})]
    if known_before:
        for each in usual:
            read(ours, THE_SDKS.to_payload(each))
    for text in as_nobody_of_ours_writes(start, others):
        for _ in range(2):
            assert read(ours, payload(text)) == THE_SDKS.from_payload(payload(text), CaseStart), text[:80]
        for each in usual:
            assert read(ours, THE_SDKS.to_payload(each)) == each, f"after {text[:80]}"


@pytest.mark.parametrize("known_before", [True, False])
def test_a_start_without_rules_is_not_accepted_wherever_else_they_stand(
    ours: SharingRules, starts: list[CaseStart], known_before: bool
) -> None:
    rules = to_json(starts[0].rules).decode()
    if known_before:
        read(ours, THE_SDKS.to_payload(starts[0]))
    for text, why in (
        (f'{{"rule":{rules},"case_id":"x"}}', "Field required"),
        (f'{{"case_id":"x","log":[],"rule":{{"x":1,"rules":{rules}}}}}', "Field required"),
        (f'{{"case_id":"x","rules":{rules},"rules":null}}', "should be an object"),
    ):
        with pytest.raises(ValueError, match=why):
            read(ours, payload(text))


def test_a_start_that_is_cut_off_is_not_accepted_though_its_rules_are_known(
    ours: SharingRules, starts: list[CaseStart]
) -> None:
    whole = as_text(ours.to_payload(starts[0]))
    read(ours, payload(whole.decode()))
    for short in (whole[:-1], whole[: len(whole) // 2], whole[:20], whole + b"}"):
        with pytest.raises(ValueError, match="Invalid JSON"):
            read(ours, Payload(metadata={"encoding": b"json/plain"}, data=short))


class OnlyItsId(Frozen):
    """As an older program reads a start."""

    case_id: str


def test_what_is_no_start_is_written_and_read_by_the_sdk(ours: SharingRules, starts: list[CaseStart]) -> None:
    (written,) = THE_SDKS.to_payloads(starts[:1])
    assert ours.from_payload(written, OnlyItsId) == OnlyItsId(case_id=starts[0].case_id)
    assert ours.from_payload(written) == json.loads(written.data)
    assert as_text(ours.to_payload(OnlyItsId(case_id="1"))) == b'{"case_id":"1"}'


def test_a_case_in_memory_is_a_tenth_of_the_objects_that_it_was(starts: list[CaseStart]) -> None:
    """What the garbage collector goes through, for all cases of a worker, while no workflow task is answered."""
    start = starts[0].model_copy(update={"log": ()})
    (written,) = THE_SDKS.to_payloads([start])

    def objects_of_a_hundred(by: PayloadConverter) -> int:
        by.from_payload(written, CaseStart)
        gc.collect()
        before = len(gc.get_objects())
        kept = [by.from_payload(written, CaseStart) for _ in range(100)]
        gc.collect()
        assert len(kept) == 100
        return len(gc.get_objects()) - before

    shared = CONVERTER.payload_converter
    assert objects_of_a_hundred(shared) * 10 < objects_of_a_hundred(THE_SDKS)


def test_clients_and_workers_of_a_process_share_the_same_rules(starts: list[CaseStart]) -> None:
    (written,) = THE_SDKS.to_payloads(starts[:1])
    one, other = (converter(RING).payload_converter.from_payload(written, CaseStart) for _ in range(2))
    assert one.rules is other.rules
