"""Whether whoever objects is answered once, and data is held back only where somebody reviews that."""

from __future__ import annotations

from collections.abc import Iterator

from rules.cutting import Broken, Cut, Path, targets_of, thens_of
from rules.pack import GROUND
from rules.resolving import in_force

ANSWER = "answer"
"""What a decision tells the objector."""


def broken_of_answers(cut: Cut) -> Iterator[Broken]:
    """Of a procedure with grounds: an end that nobody was told of, a second answer, a hold that nobody can lift."""
    if GROUND in cut.choices:
        yield from _Objection(cut).broken()


class _Objection:
    def __init__(self, cut: Cut) -> None:
        self.cut = cut

    def broken(self) -> Iterator[Broken]:
        """Whoever objects is answered once on every way to an end, in words."""
        yield from self._hold()
        seen: set[tuple[str, bool]] = set()
        frontier = [(step, False) for step in self.cut.starts()]
        while frontier:
            step, answered = frontier.pop()
            if (step, answered) in seen or step not in self.cut.steps:
                continue
            seen.add((step, answered))
            for then in thens_of(self.cut.steps[step]):
                frontier.append((then, answered))
                yield from self._unanswered((*self.cut.path, "order"), then, answered)
            for stage in self.cut.steps[step].stages:
                yield from self._in_part(stage)
                for outcome, terms in self.cut.outcomes(stage).items():
                    path = (*self.cut.path, "stages", stage, "outcomes", outcome)
                    if terms.answers and not any(r.any_of == (ANSWER,) and not r.when for r in terms.requires):
                        yield path, "answer_not_demanded", f"{outcome} answers, and does not demand the {ANSWER}"
                    if terms.answers and (answered or terms.leads_to is None):
                        yield path, "answers_twice", f"on one way {outcome} may answer somebody who was answered"
                    for target in targets_of(terms):
                        frontier.append((target, answered or terms.answers))
                        yield from self._unanswered(path, target, answered or terms.answers)

    def _in_part(self, stage: str) -> Iterator[Broken]:
        """What is decided of some items and goes on without an answer is not beside what answers for the others."""
        in_part = {name: o for name, o in self.cut.outcomes(stage).items() if o.data and not o.whole_dataset}
        if not any(terms.answers for terms in in_part.values()):
            return
        for outcome, terms in in_part.items():
            if not terms.answers and targets_of(terms) & set(self.cut.steps):
                path = (*self.cut.path, "stages", stage, "outcomes", outcome)
                yield (
                    path,
                    "answers_twice",
                    f"{outcome} of some items goes on, once the objector was answered of others",
                )

    def _hold(self) -> Iterator[Broken]:
        """Wherever a case begins in which data is held back, a stage lies open that can confirm and lift the hold."""
        path = (*self.cut.path, "hold")
        version = in_force(self.cut.procedure.hold or (), self.cut.on)
        if version is None or version.value is None:
            return
        hold, reviewed_by = version.value, version.value.reviewed_by
        yield from self.cut.choices_named(path, {GROUND: hold.grounds, **hold.also_when})
        yield from self.cut.choices_named(path, hold.without_evidence)
        for unknown in set(hold.during) - set(self.cut.steps):
            yield path, "unknown_step", f"{unknown} is no step"
        effects = {terms.data for terms in self.cut.outcomes(reviewed_by).values()}
        if not {"suspend", "serve"} <= effects:
            yield path, "hold_not_reviewed", f"{reviewed_by} cannot both confirm and lift a hold"
        for ground in hold.grounds:
            step = self.cut.steps.get(self._start_of(ground))
            lies_open = self.cut.order.only_when.get(reviewed_by, {}).get(GROUND, (ground,))
            if step and (reviewed_by not in step.stages or ground not in lies_open):
                yield path, "hold_not_reviewed", f"{reviewed_by} does not lie open when a case of {ground} begins"

    def _start_of(self, ground: str) -> str:
        entry = self.cut.procedure.choices[GROUND].get(ground)
        version = in_force(entry.versions, self.cut.on) if entry else None
        return (version.value.begins_at if version and version.value else None) or self.cut.first

    def _unanswered(self, path: Path, target: str, answered: bool) -> Iterator[Broken]:
        if target in self.cut.endings and not answered:
            yield path, "unanswered", f"the case can end as {target} before the objector was answered"
