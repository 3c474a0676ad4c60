"""Whether signatories can state what they sign, and whether the rules name the step that tells the applicant a yes."""

from __future__ import annotations

from collections.abc import Iterator

from rules.cutting import Broken, Cut, targets_of, thens_of
from rules.pack import CorrectionTerms
from rules.pinned import APPLICANT
from rules.resolving import in_force
from rules.vocabulary import SIGNED_BY_APPLICANT


def broken_of_agreements(cut: Cut) -> Iterator[Broken]:
    """Every mistake that makes a signature impossible, or lets a body take back silently what a party was told."""
    for step, terms in cut.steps.items():
        before_applicant = [stage for stage in terms.stages if cut.body(stage) == APPLICANT]
        beside = {
            field
            for stage in terms.stages
            if stage not in before_applicant
            for outcome in cut.outcomes(stage).values()
            for required in outcome.requires
            if not required.when
            for field in required.any_of
        }
        for stage in before_applicant:
            for outcome, entry in cut.outcomes(stage).items():
                for required in entry.requires:
                    if not set(required.any_of) & (SIGNED_BY_APPLICANT | beside):
                        named = " or ".join(required.any_of)
                        fact = f"{named} is stated by nobody in {step}, and the applicant cannot state it"
                        yield cut.outcome_path(stage, outcome), "never_stated", fact
    version = in_force(cut.procedure.correction or (), cut.on)
    if version and version.value:
        yield from _of_correction(cut, version.value)


def _of_correction(cut: Cut, terms: CorrectionTerms) -> Iterator[Broken]:
    path = (*cut.path, "correction")
    for step in terms.tells:
        if step not in cut.steps:
            yield path, "unknown_step", f"{step} is no step"
        elif not _before_applicant(cut, step):
            yield path, "tells_nobody", f"nothing lies before the applicant in {step}, so it tells nobody anything"
    for step in set(cut.steps) - set(terms.tells):
        if _before_applicant(cut, step) and _grants(cut, step):
            yield (
                path,
                "told_unknown",
                f"the applicant is told a yes when {step} opens, and the correction does not say so",
            )


def _before_applicant(cut: Cut, step: str) -> bool:
    return any(cut.body(stage) == APPLICANT for stage in cut.steps[step].stages)


def _grants(cut: Cut, step: str) -> bool:
    """Whether a grant comes next after the step."""
    terms = cut.steps[step]
    led = {target for stage in terms.stages for o in cut.outcomes(stage).values() for target in targets_of(o)}
    for target in thens_of(terms) | led:
        entry = cut.procedure.endings.get(target)
        version = in_force(entry.versions, cut.on) if entry else None
        if version and version.value and version.value.grants:
            return True
    return False
