"""Whether what a pack does to grants and to the public record can be decided, and says all that is then published."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from rules.cutting import Broken, Cut
from rules.procedure_names import MISUSE, MISUSE_APPEAL
from rules.resolving import in_force
from rules.way import OutcomeTerms

LEFT = {"left_items", "left_mode"}


def broken_of_use(cut: Cut, stages: Iterable[str]) -> Iterator[Broken]:
    """A grant is curtailed where a report of its use is decided, given back where an appeal is, and nothing is
    published or corrected without that."""
    for stage in stages:
        for outcome, terms in cut.outcomes(stage).items():
            for rule, fact in _faults(cut.name, cut.endings, terms):
                yield (*cut.path, "stages", stage, "outcomes", outcome), rule, f"{outcome} {fact}"


def broken_of_revocation(cut: Cut) -> Iterator[Broken]:
    """A grant is ended by bodies that there are, or through a procedure of the city, and never by both."""
    path = (*cut.path, "revocation")
    version = in_force(cut.procedure.revocation or (), cut.on)
    if version is None or version.value is None:
        return
    terms = version.value
    for role in terms.by:
        if role not in cut.bodies:
            yield path, "no_responsible_body", f"{role} is no body of this city"
    if bool(terms.by) == (terms.through is not None):
        yield path, "ends_in_no_one_way", "name the bodies that end a grant (by), or the procedure (through)"
    if terms.through and terms.through not in cut.pack.procedures:
        yield path, "unknown_target", f"the pack describes no procedure {terms.through}"


def _faults(procedure: str, endings: Collection[str], terms: OutcomeTerms) -> Iterator[tuple[str, str]]:
    curtails, restores = terms.grant in ("close", "restrict"), terms.grant == "restore"
    finds_alone = terms.record == "publish" and terms.grant is None
    if curtails and terms.leads_to not in endings:
        yield "curtails_and_goes_on", "curtails a grant, and does not end the case"
    if finds_alone and (procedure != MISUSE or terms.leads_to not in endings):
        yield "finding_out_of_place", f"publishes a finding, which only what ends a case of {MISUSE} does"
    if curtails and procedure != MISUSE:
        yield "grant_out_of_place", f"curtails a grant, which only {MISUSE} does"
    if restores and procedure != MISUSE_APPEAL:
        yield "grant_out_of_place", f"gives a grant back, which only {MISUSE_APPEAL} does"
    if (terms.record == "publish" and restores) or (terms.record == "correct" and not restores):
        yield "record_without_measure", f"has the record {terms.record}, and does not do to a grant what it would say"
    always = [set(each.any_of) for each in terms.requires if not each.when]
    if curtails and {"misused_grant"} not in always:
        yield "grant_not_named", "curtails a grant, and does not demand the misused_grant"
    if finds_alone and {"measure"} not in always:
        yield "measure_not_named", "publishes a finding that takes nothing, and does not demand the measure"
    if terms.record == "publish" and {"misuse"} not in always:
        yield "act_not_named", "publishes an act, and does not demand the misuse"
    if terms.grant == "restrict" and not any(each and each <= LEFT for each in always):
        yield "nothing_left", "restricts a grant, and does not demand what it is left"
