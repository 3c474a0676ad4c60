"""Cases under the same rules share them in a process, and what the engine keeps of a start is what it always was."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator

import pytest
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


def texts_of_no_writer_of_ours(start: CaseStart) -> Iterator[str]:
    content = json.loads(as_text(THE_SDKS.to_payload(start)))
    yield json.dumps(content)
    yield json.dumps({name: content[name] for name in ("log", "rules", "case_id")}, separators=(",", ":"))
    yield json.dumps({"rules": content["rules"], "case_id": content["case_id"]}, separators=(",", ":"))
    yield json.dumps({"case_id": 'a "rules":', **{"rules": content["rules"]}}, separators=(",", ":"))
    yield json.dumps({"later": {"x": 1, "rules": {}}, **content}, separators=(",", ":"))


def test_a_start_that_is_written_otherwise_is_read_as_without_sharing(
    ours: SharingRules, starts: list[CaseStart]
) -> None:
    for text in (*texts_of_no_writer_of_ours(starts[0]), *texts_of_no_writer_of_ours(starts[0])):
        assert read(ours, payload(text)) == THE_SDKS.from_payload(payload(text), CaseStart)


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
