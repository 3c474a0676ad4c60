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
    if held is None or held.value is None:
        return
    path, every = (*cut.path, "every"), held.value
    if every.per == "dataset" and every.days is None:
        yield path, "no_interval", "it is begun for each dataset, and days does not say how often"
    if every.per == "grant" and every.days is not None:
        yield path, "interval_of_agreement", "it is begun at the interval of each agreement: leave days out"
    requests = cut.pack.procedures.get(ACCESS_REQUEST)
    if every.per == "grant" and not (requests and applies(requests.reporting or (), cut.on)):
        yield path, "no_interval", f"{ACCESS_REQUEST} has no reporting, so no grant has an interval"


def _recurs_for_grants(cut: Cut) -> bool:
    known = (in_force(each.every or (), cut.on) for each in cut.pack.procedures.values())
    return any(held and held.value and held.value.per == "grant" for held in known)
