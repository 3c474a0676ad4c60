"""Recorded histories and logs, as files: how they are written, read, and replayed.

`python -m tests.recorded` replays every history, and prints how many. In the files payloads are plain JSON, so that a
change can be read, and the rules, which ride in the input of each workflow, are kept once, by digest.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from activities.engine.leaving import leave
from models import acts as a
from models import events as e
from rules.procedure_rules import ProcedureRules
from tests.sealed_engine import CONVERTER
from worker import SANDBOX
from workflows.procedures import WORKFLOWS

HERE = Path(__file__).parent
HISTORIES = HERE / "histories"
LOGS = HERE / "logs"
RULES = LOGS / "rules"
PLAIN_JSON = {"encoding": base64.b64encode(b"json/plain").decode()}
OF_THE_MACHINE = {"identity", "taskId", "requestId", "workerVersion", "meteringMetadata", "historySizeBytes"}
LONGEST_REPLAY = 30.0
"""Seconds for one history, which takes a few milliseconds."""
FREE_TEXT = "read by people alone: Zhang San, 13800000000"
"""Came with every recorded act, and must be found in no history and no log."""


@dataclass(frozen=True)
class RecordedAct:
    """An act as the inbox had it at the end: `state` is accepted or refused; a refusal has its problem."""

    act: a.Act
    state: str
    problem: dict[str, str] | None


@dataclass(frozen=True)
class RecordedLog:
    """A case as PostgreSQL kept it."""

    name: str
    rules: ProcedureRules
    events: list[e.Event]
    acts: list[RecordedAct]


def write(
    name: str,
    history: dict[str, Any],
    rules: Mapping[str, Any],
    events: Sequence[Mapping[str, Any]],
    acts: Sequence[Mapping[str, Any]],
) -> None:
    """Keeps a history and a log."""
    digest = ProcedureRules.model_validate(rules).digest()[:12]
    readable = _readable(history)
    _start(readable)["rules"] = digest
    (RULES / f"{digest}.json").write_text(_compact(rules) + "\n", encoding="utf-8")
    events_of_history = ",\n".join(_compact(event) for event in readable["events"])
    (HISTORIES / f"{name}.json").write_text(f'{{"events": [\n{events_of_history}\n]}}\n', encoding="utf-8")
    lines = [_compact(each) for each in (*events, *acts)]
    parts = {"events": lines[: len(events)], "acts": lines[len(events) :]}
    body = ",\n".join(f'"{part}": [\n' + ",\n".join(rows) + "\n]" for part, rows in parts.items())
    (LOGS / f"{name}.json").write_text(f'{{"rules": "{digest}",\n{body}}}\n', encoding="utf-8")


def names() -> list[str]:
    """Every path that is recorded: city, then path."""
    return sorted(file.stem for file in HISTORIES.glob("*.json"))


def history(name: str) -> dict[str, Any]:
    """A history as the server gave it."""
    kept: dict[str, Any] = json.loads((HISTORIES / f"{name}.json").read_text(encoding="utf-8"))
    start = _start(kept)
    start["rules"] = _rules(start["rules"])
    as_sent: dict[str, Any] = _as_sent(kept)
    return as_sent


def log(name: str) -> RecordedLog:
    kept = json.loads((LOGS / f"{name}.json").read_text(encoding="utf-8"))
    acts = [RecordedAct(a.ACT.validate_python(row["act"]), row["state"], row["problem"]) for row in kept["acts"]]
    events = [e.EVENT.validate_python(event) for event in kept["events"]]
    return RecordedLog(name, ProcedureRules.model_validate(_rules(kept["rules"])), events, acts)


def payloads(part: Any) -> Iterator[str]:
    """Every payload in a history, as the text that it holds."""
    if isinstance(part, dict):
        if isinstance(part.get("data"), str) and "metadata" in part:
            yield base64.b64decode(part["data"]).decode()
        for inner in part.values():
            yield from payloads(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from payloads(inner)


async def replay() -> int:
    """Replays all that is recorded; raises what the first history that does not replay raises."""
    # Each history is run from its first event, as by a worker without a cache. No failure types: with Nondeterminism
    # among them a workflow that no longer fits its history fails inside, and SDK 1.35 then waits for ever.
    replayer = Replayer(workflows=list(WORKFLOWS), workflow_runner=SANDBOX, data_converter=CONVERTER)
    for name in names():
        async with asyncio.timeout(LONGEST_REPLAY):
            await replayer.replay_workflow(WorkflowHistory.from_json(name, history(name)))
    return len(names())


def _readable(part: Any) -> Any:
    """As it was, with its payloads decoded, and without what tells only of the machine that ran it."""
    if isinstance(part, dict):
        if part.get("metadata") == PLAIN_JSON:
            return {"json": json.loads(base64.b64decode(part["data"]))}
        if part.get("kind") == "TASK_QUEUE_KIND_STICKY":
            return {**part, "name": "sticky"}
        return {name: _readable(inner) for name, inner in part.items() if name not in OF_THE_MACHINE}
    return [_readable(inner) for inner in part] if isinstance(part, list) else part


def _as_sent(part: Any) -> Any:
    """The other way: payloads as the server keeps them."""
    if isinstance(part, dict):
        if part.keys() == {"json"}:
            return {"metadata": PLAIN_JSON, "data": base64.b64encode(_compact(part["json"]).encode()).decode()}
        return {name: _as_sent(inner) for name, inner in part.items()}
    return [_as_sent(inner) for inner in part] if isinstance(part, list) else part


def _start(history: dict[str, Any]) -> dict[str, Any]:
    """The input of the workflow, in a history that is readable."""
    given: dict[str, Any] = history["events"][0]["workflowExecutionStartedEventAttributes"]["input"]["payloads"][0]
    start: dict[str, Any] = given["json"]
    return start


def _rules(digest: str) -> dict[str, Any]:
    rules: dict[str, Any] = json.loads((RULES / f"{digest}.json").read_text(encoding="utf-8"))
    return rules


def _compact(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    print(asyncio.run(replay()))  # noqa: T201  # the count is the answer
    leave()
