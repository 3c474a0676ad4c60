"""Whether signatories can state what they sign and it stands in the text that they sign, and whether the rules name
the step that tells the applicant a yes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.agreement import BLANK, MUST_STAND, OF_THE_CASE, SIGN, STRAY, blanks_in
from rules.cutting import Broken, Cut, targets_of, thens_of
from rules.pack import AgreementTerms, CorrectionTerms
from rules.pinned import APPLICANT
from rules.resolving import in_force
from rules.vocabulary import AGREED, LIST_OF_DATA, STATED_BY_APPLICANT


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
                    if not set(required.any_of) & (STATED_BY_APPLICANT | beside):
                        named = " or ".join(required.any_of)
                        fact = f"{named} is stated by nobody in {step}, and the applicant cannot state it"
                        yield cut.outcome_path(stage, outcome), "never_stated", fact
    version = in_force(cut.procedure.correction or (), cut.on)
    if version and version.value:
        yield from _of_correction(cut, version.value)
    text = in_force(cut.procedure.agreement or (), cut.on)
    if text and text.value:
        yield from _of_text(cut, text.value)


def _of_text(cut: Cut, terms: AgreementTerms) -> Iterator[Broken]:
    """A text that cannot be filled in as it says, leaves out what is agreed, or is signed by nobody."""
    path = (*cut.path, "agreement")
    signing = [signed for step in cut.steps.values() for signed in (_signed_in(cut, step.stages),) if signed]
    if not signing:
        yield path, "signed_by_nobody", f"no stage has the outcome {SIGN}, so nobody signs the text"
    stand: set[str] = set()
    for part, each in enumerate(terms.parts):
        for place, clause in enumerate(each.clauses):
            at = (*path, "parts", part, "clauses", place)
            if blanks_in(clause.zh) != blanks_in(clause.en):
                yield at, "blanks_differ", "the blanks of one language are not those of the other"
            if any(STRAY.search(BLANK.sub("", text)) for text in (clause.zh, clause.en)):
                yield at, "stray_brace", "a brace here belongs to no blank"
            for name in sorted((blanks_in(clause.zh) | blanks_in(clause.en)) - OF_THE_CASE - AGREED):
                yield at, "unknown_blank", f"nothing fills the blank {name}"
            stand |= blanks_in(clause.zh)
    demanded = {name for names in signing for name in names} - LIST_OF_DATA
    for name in sorted((MUST_STAND | demanded) - stand):
        yield path, "not_in_the_text", f"{name} is agreed and stands nowhere in the text"


def _signed_in(cut: Cut, stages: Iterable[str]) -> frozenset[str] | None:
    """What those who sign in these stages state, of what an agreement says; None where nobody signs."""
    signed = [terms for stage in stages if (terms := cut.outcomes(stage).get(SIGN))]
    demanded = (name for terms in signed for required in terms.requires for name in required.any_of)
    return frozenset(demanded) & AGREED if signed else None


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
