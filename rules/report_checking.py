"""Whether what a pack says of reports on use, and of inspections, can be owed, begun and put on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.cutting import Broken, Cut, applies
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import in_force


def broken_of_reports(cut: Cut, stages: Iterable[str]) -> Iterator[Broken]:
    """What recurs for each grant recurs at the interval of its agreement, which requests have where such a procedure
    is; what a decision orders is a procedure of this city; and who inspects is a body of it."""
    yield from _recurring(cut)
    if applies(cut.procedure.reporting or (), cut.on) and not _recurs_for_grants(cut):
        fact = "grants owe reports, and no procedure is begun per grant (every: {per: grant})"
        yield (*cut.path, "reporting"), "nothing_recurs", fact
    for stage in stages:
        for outcome, terms in cut.outcomes(stage).items():
            if terms.orders and terms.orders not in cut.pack.procedures:
                path = (*cut.path, "stages", stage, "outcomes", outcome)
                yield path, "unknown_target", f"the pack describes no procedure {terms.orders}"
    inspection = in_force(cut.procedure.inspection or (), cut.on)
    for role in inspection.value.by if inspection and inspection.value else ():
        if role not in cut.bodies:
            yield (*cut.path, "inspection"), "no_responsible_body", f"{role} is no body of this city"


def _recurring(cut: Cut) -> Iterator[Broken]:
    held = in_force(cut.procedure.every or (), cut.on)
    requests = cut.pack.procedures.get(ACCESS_REQUEST)
    if held and held.value and held.value.per and not (requests and applies(requests.reporting or (), cut.on)):
        yield (*cut.path, "every"), "no_interval", f"{ACCESS_REQUEST} has no reporting, so no grant has an interval"


def _recurs_for_grants(cut: Cut) -> bool:
    known = (in_force(each.every or (), cut.on) for each in cut.pack.procedures.values())
    return any(held and held.value and held.value.per for held in known)
