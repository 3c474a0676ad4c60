"""The rules with which cases enter the engine are there once in a process, however many cases it keeps in memory.

They are most of what a case holds: nine hundred objects of a thousand. A worker keeps a thousand cases, and one look of
the garbage collector through a million objects is longer than a workflow task may take.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import to_json
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter

from models.act_contents import Frozen
from models.events import Event
from models.messages import CaseStart
from rules.procedure_rules import ProcedureRules
from rules.same import Same

AT_MOST = 512
"""Rules that are kept here: a handful for each city and procedure, and those of before a change of the law."""
BEFORE_RULES, BEFORE_LOG = b',"rules":', b',"log":'
ONLY_THE_ID = re.compile(r'\{"case_id":"[^"\\]*"')


class Known(NamedTuple):
    """Rules, and the text of which they were read."""

    text: bytes
    rules: ProcedureRules


class _WithoutRules(Frozen):
    """What else a start says."""

    case_id: str
    log: tuple[Event, ...] = ()


class SharingRules(PydanticJSONPlainPayloadConverter):
    """Writes and reads JSON as the SDK's converter does, byte for byte and value for value; but a start whose rules
    were read before has those, and nothing of them is read again."""

    def __init__(self) -> None:
        super().__init__()
        self._known: tuple[Known, ...] = ()

    def to_payload(self, value: Any) -> Payload | None:
        if type(value) is not CaseStart:
            return super().to_payload(value)
        case_id, rules, log = to_json(value.case_id), _written(Same(value.rules)), to_json(value.log)
        data = b"".join((b'{"case_id":', case_id, BEFORE_RULES, rules, BEFORE_LOG, log, b"}"))
        return Payload(metadata={"encoding": self.encoding.encode()}, data=data)

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        if type_hint is not CaseStart:
            return super().from_payload(payload, type_hint)
        data = payload.data
        at = data.find(BEFORE_RULES)
        for known in self._known:
            if data.startswith(known.text, at + len(BEFORE_RULES)):
                rest = _WithoutRules.model_validate_json(data[:at] + data[at + len(BEFORE_RULES) + len(known.text) :])
                return CaseStart(case_id=rest.case_id, rules=known.rules, log=rest.log)
        start: CaseStart = super().from_payload(payload, type_hint)
        if text := _text_of_rules(data):
            self._known = (Known(text, start.rules), *self._known)[:AT_MOST]
        return start


def _text_of_rules(data: bytes) -> bytes | None:
    """None where the text is not one that `to_payload` writes, in which the rules come after the id."""
    before, _, after = data.decode().partition(BEFORE_RULES.decode())
    if not ONLY_THE_ID.fullmatch(before):
        return None
    _, end = json.JSONDecoder().raw_decode(after)
    return after[:end].encode()


@lru_cache(AT_MOST)
def _written(rules: Same[ProcedureRules]) -> bytes:
    return to_json(rules.it)
