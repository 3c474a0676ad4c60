"""What is seen of a campaign in record and at the gate, against what ought to be so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.breaking.worlds import World

Seen = dict[str, Any]
"""What was looked up at one moment, by what it is about."""


def differ(world: World, seen: Seen) -> Iterable[str]:
    """In what a world is not what is seen."""
    objections = world.objections.values()
    if world.catalogue != seen["catalogue"]:
        yield f"catalogue: {seen['catalogue']}, and should be {world.catalogue}"
    kept = {o.case_id: o.kept for o in objections if o.kept}
    if kept != seen["kept"]:
        yield f"kept back: {seen['kept']}, and should be {kept}"
    for it in objections:
        row = seen["answered"].get(it.case_id)
        if row is None or (row["is_closed"], row["upheld"]) != (not it.is_open, it.upheld):
            yield f"objection: {dict(row) if row else None}, and should be {it}"
    for probe, reason in seen["told"]:
        if reason not in (may := world.verdict(probe)):
            yield f"the gate says {reason} to {probe}, and should say {may}"
    for case_id, row in seen["ended"].items():
        request = world.requests.get(case_id)
        if request is None:
            yield f"request: {dict(row)}, which nobody filed"
            continue
        outcome = {"open": None, "waiting": None}.get(request.told, request.told)
        grant = (request.told == "granted", request.ended)
        found = (row["is_granted"], "expired" if row["is_past"] else row["ended"])
        is_past = request.past and row["is_past"] and row["is_granted"] == grant[0]
        if row["outcome"] != outcome or (found != grant and not is_past):
            yield f"request: {dict(row)}, and should be {request}"
    if seen["updates"]:
        should = {it.case_id: None if it.stands == "open" else it.stands for it in world.updates.values()}
        if seen["updates"] != should:
            yield f"updates: {seen['updates']}, and should be {should}"
