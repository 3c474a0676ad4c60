"""Whether what stops a clock can begin and has an end, and stops something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.cutting import Broken, Cut, Path
from rules.pack import PROMPTLY
from rules.pinned import APPLICANT
from rules.resolving import in_force
from rules.stops import ENDS, StopTerms

STAGE_OPENED = "stage_opened"


def stops_of(cut: Cut) -> Iterator[tuple[Path, StopTerms]]:
    """What is said of stops on the day, each with its place in the pack."""
    for name, entry in cut.procedure.stops.items():
        held = in_force(entry.versions, cut.on)
        if held is not None and held.value is not None:
            yield (*cut.path, "stops", name), held.value


def stages_of_stops(cut: Cut) -> Iterator[Broken]:
    """Every stage that is named for a stop and is described nowhere."""
    for path, terms in stops_of(cut):
        for stage in (*terms.clocks, *([terms.stage] if terms.stage else [])):
            if stage not in cut.procedure.stages:
                yield path, "unknown_stage", f"{stage} is described nowhere"


def broken_of_stops(cut: Cut) -> Iterator[Broken]:
    """Everything by which a stop could not begin, never ends, or takes nothing from any clock."""
    by: dict[tuple[str, str, str | None], Path] = {}
    for path, terms in stops_of(cut):
        yield from _of_its_end(path, terms)
        yield from _of_its_beginning(cut, path, terms)
        for stage in terms.clocks:
            yield from _of_a_clock(cut, path, terms, stage)
            same = (stage, terms.begins, terms.stage)
            if terms.begins != "by_decision" and by.setdefault(same, path) != path:
                fact = f"{by[same][-1]} says already what {terms.begins} does to the clock of {stage}"
                yield path, "stops_twice", fact


def _of_its_end(path: Path, terms: StopTerms) -> Iterator[Broken]:
    """What begins a stop has one end that is sure to come; without it the law has a most."""
    sure = ENDS[terms.begins]
    if terms.ends is None and terms.at_most is None and terms.stops:
        fact = (
            f"it begins with {terms.begins} and nothing ends it: write ends: {sure}, or at_most if the law has a most"
        )
        yield path, "never_ends", fact
    elif terms.ends not in (None, sure):
        fact = f"it begins with {terms.begins}, and {terms.ends} need never come after that: write ends: {sure}"
        yield path, "never_ends", fact


def _of_its_beginning(cut: Cut, path: Path, terms: StopTerms) -> Iterator[Broken]:
    if (terms.begins == STAGE_OPENED) != (terms.stage is not None):
        fact = "stage names the stage with which it begins, so it goes with begins: stage_opened, and only with it"
        yield path, "never_begins", fact
    supplement = in_force(cut.procedure.supplement or (), cut.on)
    stops_clock = supplement is not None and supplement.value is not None and supplement.value.stops_clock
    if stops_clock and terms.begins == "supplement_asked":
        yield path, "stops_twice", "supplement has stops_clock: true already: say it in one place, here or there"
    elif stops_clock and terms.stops:
        fact = (
            "supplement has stops_clock: true, which is for a procedure without stops: write stops_clock: false, and a "
            "stop with begins: supplement_asked beside this one"
        )
        yield path, "stops_twice", fact
    if terms.begins == "supplement_asked" and (supplement is None or supplement.value is None):
        yield path, "never_begins", "nobody can ask for a supplement: the procedure has no rule supplement"
    if terms.begins == "opinion_asked" and not cut.opinion:
        yield path, "never_begins", "nobody can ask for an opinion: the procedure has no rule opinion"


def _of_a_clock(cut: Cut, path: Path, terms: StopTerms, stage: str) -> Iterator[Broken]:
    version = in_force(cut.procedure.stages[stage].period, cut.on)
    period = version.value if version else None
    lengths = tuple(period.values()) if isinstance(period, Mapping) else (period,)
    if all(length in (None, PROMPTLY) for length in lengths):
        yield path, "stops_nothing", f"{stage} has no period, so nothing of it can stand still"
    if terms.begins != STAGE_OPENED and cut.body(stage) == APPLICANT:
        yield (
            path,
            "stops_nothing",
            f"{stage} lies before the applicant, of whom nobody asks that and who decides no stop",
        )
    if terms.stage is not None and not _lies_beside(cut, terms.stage, stage):
        fact = f"{terms.stage} never lies open beside {stage}: put both into one step, or let an outcome open it"
        yield path, "never_begins", fact


def _lies_beside(cut: Cut, other: str, stage: str) -> bool:
    """Whether the two can lie open at once."""
    if other == stage:
        return False
    free = {*cut.opened, *cut.order.outlasting}
    together = any({other, stage} <= set(step.stages) for step in cut.steps.values())
    return together or other in free or stage in free
