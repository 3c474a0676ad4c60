"""Cases about a year as they are shown, and what everybody reads of them."""

from __future__ import annotations

from collections.abc import Sequence

from activities.tables.cases import ActRow, CaseRow
from models.events import TaskDecided
from models.result_events import FiguresPinned, ResultPublished
from models.years import OF_A_BODY
from reading.directory import questions as directory
from reading.shape import CaseNamed
from reading.stated import texts_of
from reading.store import CaseRead, Store, filing_of
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from reading.years import questions as years
from reading.years.shapes import (
    FigureLineShown,
    FiguresPinnedShown,
    FindingShown,
    FoundShown,
    ResultShown,
    ResultsShown,
    SaidShown,
    YearShown,
)
from rules.pinned_stages import Audience, Outcome
from rules.procedure_names import EVALUATION, IMPROVEMENT, OPENING_FOCUS, OPENING_PLAN, YEARLY
from rules.procedure_rules import PROVIDER
from rules.vocabulary import WRITTEN_WITH_DECISION


async def results(
    store: Store,
    language: Language,
    city: str,
    audiences: Sequence[Audience],
    procedure: str | None,
    year: int | None,
    after: str | None,
    limit: int,
) -> ResultsShown:
    """A page of what a city and its bodies have made known to one of these audiences, of each case the latest. Raises
    CursorUnusable."""
    procedures = [each for each in YEARLY if procedure in (None, each)]
    found = await years.known(store, city, audiences, procedures, year, after, limit)
    shown = []
    for each in found.rows:
        read = await store.case_read(each.case.case_id)
        latest = [result for result in read.state.results if result.audience in audiences][-1]
        shown.append(await result_shown(store, language, read, latest))
    return ResultsShown(items=shown, next=found.next)


async def year_part(store: Store, law: Law, read: CaseRead) -> YearShown | None:
    """What a case about a year brings; None for any other case."""
    state = read.state
    if state.procedure not in YEARLY or state.occurred_on is None:
        return None
    body = state.bodies.get(PROVIDER) if state.procedure in OF_A_BODY else None
    focus: list[SaidShown] = []
    if state.procedure == OPENING_PLAN:
        year = state.occurred_on.year
        set_for_it = await results(store, law.language, state.city, [Audience.EVERYBODY], OPENING_FOCUS, year, None, 1)
        focus = [said for each in set_for_it.items for said in each.said if said.field == "focus"]
    return YearShown(
        year=state.occurred_on.year,
        body=body,
        body_name=await name_of(store, law.language, body),
        results=[await result_shown(store, law.language, read, each) for each in state.results],
        replaced_by=named(await years.replacing(store, state.city, state.procedure, state.case_id)),
        focus=focus,
        figures=[await figures_shown(store, law.language, each) for each in state.figures],
        found=await found(store, law.language, read),
    )


async def finding_part(store: Store, law: Law, read: CaseRead, acts: Sequence[ActRow]) -> FindingShown | None:
    """What a case of improvement is about; None for any other case. `acts` are those of the case that came with
    text."""
    if read.state.procedure != IMPROVEMENT:
        return None
    body = read.state.bodies[PROVIDER]
    name = await name_of(store, law.language, body)
    return FindingShown(body=body, body_name=name or body, **texts_of(IMPROVEMENT, filing_of(acts)))


async def found(store: Store, language: Language, read: CaseRead) -> list[FoundShown]:
    """What an evaluation has found of bodies."""
    if read.state.procedure != EVALUATION:
        return []
    rows = await years.found_by(store, read.state.city, read.state.case_id)
    names = await directory.body_names(store, {row.provider or "" for row in rows})
    return [
        FoundShown(
            body=row.provider or "",
            body_name=said(names[row.provider], language) if row.provider in names else row.provider or "",
            statement=str((await years.filed_with(store, row.case_id)).get("statement", "")),
            improved=row.outcome is not None,
        )
        for row in rows
    ]


async def figures_shown(store: Store, language: Language, it: FiguresPinned) -> FiguresPinnedShown:
    """The figures that were pinned, put together by body."""
    bodies = sorted({line.body for line in it.figures.lines})
    names = await directory.body_names(store, bodies)
    counted = ("decided", "in_time", "late", "open", "overdue")
    return FiguresPinnedShown(
        stage=it.stage,
        digest=it.digest,
        **it.figures.model_dump(include={"counted_at", "from_on", "until_on", "allowed", "refused"}),
        moves_pending=it.figures.moves_pending,
        by_body=[
            FigureLineShown(
                body=body,
                body_name=said(names[body], language) if body in names else body,
                **{
                    name: sum(getattr(line, name) for line in it.figures.lines if line.body == body) for name in counted
                },
            )
            for body in bodies
        ],
    )


async def result_shown(store: Store, language: Language, read: CaseRead, result: ResultPublished) -> ResultShown:
    """One result, by the words of the rules of its case; of what was written, what those rules demand and no more."""
    state, law = read.state, Law(read.rules, language)
    decided = next(each for each in read.log if each.number == result.decided_by_event)
    publishing = next(each for each in read.log if isinstance(each, TaskDecided) and each.act == result.act)
    assert isinstance(decided, TaskDecided)
    assert state.occurred_on
    content = await years.words_of(store, state.case_id, result)
    outcome = outcome_of(law, state.tasks[decided.task_id].stage, decided.outcome)
    body = state.bodies.get(PROVIDER) if state.procedure in OF_A_BODY else None
    made_known_as = outcome_of(law, state.tasks[publishing.task_id].stage, publishing.outcome)
    stage = law.rules.stage(result.stage)
    return ResultShown(
        case_id=state.case_id,
        case_number=state.case_number,
        procedure=state.procedure,
        procedure_label=law.case_called(state.procedure),
        year=state.occurred_on.year,
        body=body,
        body_name=await name_of(store, language, body),
        stage=result.stage,
        stage_label=law.say(stage.label) if stage else result.stage,
        made_known_as=law.say(made_known_as.label) if made_known_as else publishing.outcome,
        made_known_at=result.at,
        audience=result.audience,
        late=decided.late,
        said=[
            SaidShown(field=name, label=law.say(texts().fields[name]), text=str(content[name]))
            for name in WRITTEN_WITH_DECISION
            if outcome and name in demanded(outcome) and content.get(name)
        ],
        figures=await figures_of(store, language, read, decided),
        found=await found(store, language, read),
        replaced_by=named(await years.replacing(store, state.city, state.procedure, state.case_id)),
        rule=law.named(law.citation(result.source, result.article, result.basis)),
    )


async def figures_of(
    store: Store, language: Language, read: CaseRead, decided: TaskDecided
) -> FiguresPinnedShown | None:
    """The figures that came with a decision."""
    pinned = next((each for each in read.state.figures if each.act == decided.act), None)
    return await figures_shown(store, language, pinned) if pinned else None


def demanded(outcome: Outcome) -> frozenset[str]:
    """The fields that the rules demand of a decision."""
    return frozenset(name for each in outcome.requires for name in each.any_of)


def outcome_of(law: Law, stage: str, outcome: str) -> Outcome | None:
    found = law.rules.stage(stage)
    return found.outcome(outcome) if found else None


async def name_of(store: Store, language: Language, body: str | None) -> str | None:
    """What a body is called."""
    if body is None:
        return None
    names = await directory.body_names(store, [body])
    return said(names[body], language) if body in names else body


def named(row: CaseRow | None) -> CaseNamed | None:
    return CaseNamed(case_id=row.case_id, case_number=row.case_number) if row else None
