"""The rules with which cases enter the engine are there once in a process, however many cases it keeps in memory.

They are most of what a case holds: nine hundred objects of a thousand. A worker keeps a thousand cases, and while the
garbage collector looks through a million objects no workflow task is answered.
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
AS_WE_WRITE_IT = re.compile(rb'\{"case_id":"[^"\\]*"' + BEFORE_RULES + rb"(?={)")
"""How a start begins, up to its rules; one that begins otherwise is nothing of ours."""


class Known(NamedTuple):
    """Rules, and the text of which they were read."""

    text: bytes
    rules: ProcedureRules


class _WithoutRules(Frozen):
    """What else a start says; its rules too, where it has some a second time."""

    case_id: str
    rules: object = None
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
        begins = AS_WE_WRITE_IT.match(payload.data) if type_hint is CaseStart else None
        if begins is None:
            return super().from_payload(payload, type_hint)
        data, at = payload.data, begins.end()
        for known in self._known:
            if data.startswith(known.text, at):
                before, behind = data[: at - len(BEFORE_RULES)], data[at + len(known.text) :]
                rest = _WithoutRules.model_validate_json(before + behind)
                if "rules" not in rest.model_fields_set:
                    return CaseStart(case_id=rest.case_id, rules=known.rules, log=rest.log)
        start: CaseStart = super().from_payload(payload, type_hint)
        _, end = json.JSONDecoder().raw_decode(written := data[at:].decode())
        text = written[:end].encode()
        # What is said twice in a start may be another thing than what is said first.
        if ProcedureRules.model_validate_json(text) == start.rules:
            self._known = (Known(text, start.rules), *self._known)[:AT_MOST]
        return start


@lru_cache(AT_MOST)
def _written(rules: Same[ProcedureRules]) -> bytes:
    return to_json(rules.it)
