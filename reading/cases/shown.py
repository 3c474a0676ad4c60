"""Cases, tasks and acts as the caller may see them, in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from activities.tables.cases import ActRow, CaseRow, EventRow, TaskRow
from models import events as e
from models.acts import ACT, AskSupplement, Correct, Decide, Revoke, Supply
from models.clock import Clock
from models.procedures import BY_NAME
from models.state import CaseState
from models.task_state import TaskState
from models.telling import said_to_the_party
from reading.cases import questions as cases
from reading.cases.questions import TaskRead
from reading.cases.shapes import (
    Advice,
    CaseShown,
    CaseSummary,
    DecisionText,
    GrantShown,
    LoggedEvent,
    OutcomeShown,
    PartyShown,
    RequestShown,
    RequirementShown,
    TaskShown,
)
from reading.directory import questions as directory
from reading.objections import shown as objections_shown
from reading.rectifications import shown as rectifications_shown
from reading.shape import CaseNamed
from reading.sight import Caller
from reading.store import Present, Store
from reading.updates import questions as updates_questions
from reading.updates import shown as updates_shown
from reading.words.clocks import clock_shown
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from rules.pinned import APPLICANT, Outcome, Stage
from rules.procedure_names import ACCESS_REQUEST, CATALOGUE_UPDATE
from rules.procedure_rules import ProcedureRules

TEXT_FIELDS = (
    *("reason", "basis", "reference", "tender_reference", "access_mode_basis", "text"),
    *("answer", "measure", "processing", "processed_on", "held_from", "held_until", "need", "entry", "answers"),
    *("named_class", "mounting"),
    *("time_limit", "last_day", "conditions", "scenario"),
)
"""What people write with a decision."""
REQUEST_FIELDS = ("purpose", "scenario", "safeguards", "tender_reference")
"""What people write in a request; the rest of it is codes, which the log has."""


HIDDEN = {"key_digest"}
"""Fields of events that nobody reads."""
OF_OTHER_CASES = {"by_case", "update_case_id"}
"""Fields of events that a party does not read: which case of somebody else keeps data back, or follows from this."""
OF_A_CASE = "case:"
"""Begins who did something, where another case did it; that case a party does not read either."""


class Renderer:
    """Renders for one caller."""

    def __init__(self, store: Store, caller: Caller, language: Language) -> None:
        self._store = store
        self._caller = caller
        self._language = language
        self._outcomes: dict[tuple[int, str], list[OutcomeShown]] = {}

    async def case(self, case_id: str) -> CaseShown:
        """The case, as its log tells it."""
        read = await self._store.case_read(case_id)
        present = await self._store.present()
        overdue = await cases.overdue_tasks(self._store, case_id, present.now)
        acts = await cases.acts_with_text(self._store, case_id)
        state, law = await cases.with_what_time_opened(self._store, read, present.now), Law(read.rules, self._language)
        names = await self._names(state)
        waiting = waiting_times(read.log, present.now)
        kept = await updates_questions.drafts_kept(
            self._store, [case_id] if state.procedure == CATALOGUE_UPDATE else []
        )
        ending = read.rules.ending(state.closed or "")
        label = ending.label if ending else texts().endings.get(state.closed or "")
        wanted = {row.act_id: str(row.content["text"]) for row in acts if row.content and row.content.get("text")}
        return CaseShown(
            case_id=state.case_id,
            case_number=state.case_number,
            city=state.city,
            city_name=law.say(read.rules.city_name),
            procedure=state.procedure,
            procedure_label=law.say(read.rules.label),
            status="closed" if state.closed else "open",
            outcome=state.closed,
            outcome_label=law.say(label) if label else None,
            received_at=state.received_at,
            closed_at=state.closed_at,
            dataset_id=state.dataset_id or None,
            parties=parties(state, names),
            rules=law.shown(state.rules_digest),
            request=request_shown(state, acts) if state.procedure == ACCESS_REQUEST else None,
            **vars(await objections_shown.shown(self._store, self._caller, law, read, acts, present.now)),
            **vars(await updates_shown.shown(self._store, self._caller, law, read, acts, self._named)),
            **vars(await rectifications_shown.shown(self._store, law, read, acts)),
            tasks=[
                self._task(
                    law,
                    state,
                    task,
                    names,
                    present,
                    task.task_id in overdue,
                    kept.get(case_id),
                    waiting.get(task.task_id),
                    wanted,
                )
                for task in sorted(state.tasks.values(), key=lambda task: task.opened_by_event)
            ],
            granted=granted_shown(state),
            caused_by=await self._named(state.caused_by),
            catalogue_update=await self._named(state.ordered.update_case_id if state.ordered else None),
            advice=advice_on(law, state),
            reasons=self._reasons(law, state, acts),
            events_count=read.state.number,
        )

    async def task(self, case_id: str, task_id: str) -> TaskShown | None:
        """One task of a case; None if the case has none of that id."""
        return next((task for task in (await self.case(case_id)).tasks if task.task_id == task_id), None)

    async def tasks(self, reads: list[TaskRead], present: Present) -> list[TaskShown]:
        """Tasks of a list."""
        if max((read.task.clock.get("calendar_version") or 0 for read in reads), default=0) > present.record.version:
            # A notice was published between the look at the calendar and the look at the tasks.
            present = await self._store.present()
        names = await directory.logins(
            self._store, (each for read in reads for each in (read.task.claimed_by, read.task.party))
        )
        bodies = await directory.body_names(self._store, (read.task.body for read in reads))
        names |= {body: said(label, self._language) for body, label in bodies.items()}
        updates = [read.task.case_id for read in reads if read.task.procedure == CATALOGUE_UPDATE]
        kept = await updates_questions.drafts_kept(self._store, updates)
        wanted = await cases.asked_for(self._store, (read.task.supplement_act for read in reads))
        shown = []
        for read in reads:
            law = Law(await self._store.rules(read.case.rules_digest), self._language)
            task = state_of(read.task)
            shown.append(
                self._task(
                    law, read.case, task, names, present, read.overdue, kept.get(read.task.case_id), None, wanted
                )
            )
        return shown

    async def _named(self, case_id: str | None) -> CaseNamed | None:
        """Another case, for a caller who may know of it."""
        row = await cases.case(self._store, self._caller, case_id) if case_id else None
        return CaseNamed(case_id=row.case_id, case_number=row.case_number) if row else None

    async def _names(self, state: CaseState) -> dict[str, str]:
        """Account to login, body to name."""
        accounts = {state.party, *(task.claimed_by for task in state.tasks.values())}
        bodies = {*state.bodies.values(), *(task.body for task in state.tasks.values())}
        labels = await directory.body_names(self._store, bodies)
        return await directory.logins(self._store, accounts) | {
            b: said(label, self._language) for b, label in labels.items()
        }

    def _task(
        self,
        law: Law,
        case: CaseState | CaseRow,
        task: TaskState,
        names: Mapping[str, str],
        present: Present,
        overdue: bool,
        draft: Literal["waiting", "kept"] | None,
        waiting: timedelta | None,
        wanted: Mapping[str, str],
    ) -> TaskShown:
        stage = law.rules.stage(task.stage)
        assert stage, f"the log holds a stage that the rules do not know: {task.stage}"
        record = present.record
        if task.clock.calendar_version is not None:
            record = self._store.archive.record_at(record, task.clock.calendar_version)
        applicant = names.get(case.party, case.party)
        return TaskShown(
            task_id=task.task_id,
            case_id=case.case_id,
            case_number=case.case_number,
            city=case.city,
            procedure=case.procedure,
            dataset_id=case.dataset_id or None,
            stage=task.stage,
            label=law.say(stage.label),
            step=task.step,
            round=task.round,
            body=task.body,
            body_name=applicant if task.body == APPLICANT else names.get(task.body, task.body),
            state=task.state,
            claimed_by=names.get(task.claimed_by) if task.claimed_by else None,
            outcome=task.outcome,
            late=task.late,
            opened_at=task.opened_at,
            ended_at=task.ended_at,
            supplement_asked_at=task.supplement_asked_at,
            supplement_wanted=wanted.get(task.supplement_act or ""),
            asked_by_task=task.asked_by_task,
            urgings=task.urgings,
            urged_at=task.urged_at,
            rule=law.cited(stage.citation),
            outcomes=self._outcomes_of(law, stage),
            clock=clock_shown(
                law,
                task,
                stage.period_citation or stage.citation,
                record,
                until=task.ended_at or present.now,
                overdue=overdue,
                waiting=waiting or timedelta(0),
            ),
            said=updates_shown.said_of(law, task, draft),
        )

    def _outcomes_of(self, law: Law, stage: Stage) -> list[OutcomeShown]:
        # A list shows the same few stages over and over.
        key = (id(law.rules), stage.stage)
        if key not in self._outcomes:
            self._outcomes[key] = [outcome_shown(law, outcome) for outcome in stage.outcomes]
        return self._outcomes[key]

    def _reasons(self, law: Law, state: CaseState, acts: Sequence[ActRow]) -> list[DecisionText]:
        """What bodies said with their decisions, as far as the caller may read it."""
        found = []
        for row in acts:
            act = ACT.validate_python(row.act)
            task = state.tasks.get(act.task_id) if isinstance(act, Decide | Correct) else None
            if task is None or task.body == APPLICANT or not self._may_read(law.rules, state, row):
                continue
            assert isinstance(act, Decide | Correct)
            stage = law.rules.stage(task.stage)
            outcome = stage.outcome(act.outcome) if stage else None
            text = written(row)
            if text and outcome:
                found.append(
                    DecisionText(
                        act_id=row.act_id,
                        task_id=task.task_id,
                        stage=task.stage,
                        outcome=act.outcome,
                        outcome_label=law.say(outcome.label),
                        decided_at=row.received_at,
                        text=text,
                    )
                )
        return found

    def _may_read(self, rules: ProcedureRules, state: CaseState, row: ActRow) -> bool:
        """An officer reads all, unless it is itself the party. A party reads what it wrote and what is said to it;
        what bodies say to each other it reads once the case is closed, for until then it may not be the last word;
        notes and opinions never."""
        caller = self._caller
        if row.account == caller.account_id or (caller.is_officer and not caller.reads_as_party(state)):
            return True
        act = ACT.validate_python(row.act)
        match act:
            case AskSupplement() | Revoke():
                return True
            case Decide() | Correct():
                task = state.tasks.get(act.task_id)
                if task is None or task.asked_by_task:
                    return False
                told = isinstance(act, Correct) and task.corrects_what_was_told
                return bool(state.closed) or told or said_to_the_party(rules, task, act.outcome)
            case _:
                return False

    async def events(self, case_id: str, rows: Sequence[EventRow]) -> list[LoggedEvent]:
        """Events of the log, with what people wrote where the caller may read it."""
        read = await self._store.case_read(case_id)
        acts = {row.act_id: row for row in await cases.acts_with_text(self._store, case_id)}
        events = [e.EVENT.validate_python(row.event) for row in rows]
        logins = await directory.logins(self._store, (getattr(event, "by", None) for event in events))
        reads_all = self._caller.is_officer and not self._caller.reads_as_party(read.state)
        shown = []
        for event in events:
            act = acts.get(event.act or "")
            readable = act is not None and self._may_read(read.rules, read.state, act)
            fields = event.model_dump(mode="json", exclude=HIDDEN if reads_all else HIDDEN | OF_OTHER_CASES)
            by = logins.get(getattr(event, "by", ""))
            if not reads_all and by and by.startswith(OF_A_CASE):
                by = None
                del fields["by"]
            shown.append(LoggedEvent(**fields, by_login=by, text=act.content if act and readable else None))
        return shown


def outcome_shown(law: Law, outcome: Outcome) -> OutcomeShown:
    return OutcomeShown(
        **law.cited(outcome.citation).model_dump(),
        outcome=outcome.outcome,
        label=law.say(outcome.label),
        requires=[
            RequirementShown(
                **law.cited(requirement.citation).model_dump(),
                any_of=list(requirement.any_of),
                labels=[law.say(texts().fields[name]) for name in requirement.any_of],
                when={name: list(values) for name, values in requirement.when.items()},
            )
            for requirement in outcome.requires
        ],
    )


def parties(state: CaseState, names: Mapping[str, str]) -> list[PartyShown]:
    party = names.get(state.party, state.party)
    bodies = [PartyShown(role=role, id=body, name=names.get(body, body)) for role, body in sorted(state.bodies.items())]
    return [PartyShown(role=BY_NAME[state.procedure].party, id=party, name=party), *bodies]


def request_shown(state: CaseState, acts: Sequence[ActRow]) -> RequestShown:
    """What is asked for: the filing, with what supplements and resubmissions changed in it."""
    stated: dict[str, str] = {}
    for row in acts:
        act = ACT.validate_python(row.act)
        if act.kind == "file" or isinstance(act, Supply) or (isinstance(act, Decide) and act.amends):
            stated |= {name: row.content[name] for name in REQUEST_FIELDS if row.content and name in row.content}
    choices = {name: state.choices.get(name) for name in ("urgency", "access_mode", "use")}
    return RequestShown(data_items=list(state.data_items), **choices, **stated)


def granted_shown(state: CaseState) -> GrantShown | None:
    if state.granted:
        it = state.granted
        return GrantShown(**it.model_dump(include=set(GrantShown.model_fields)), granted_by=state.case_id)
    if state.grant:
        known = state.grant.model_dump(include=set(GrantShown.model_fields))
        return GrantShown(**known, access_case_id=state.case_id)
    return None


def advice_on(law: Law, state: CaseState) -> list[Advice]:
    """What is to be told of the choices that were made."""
    chosen = [law.rules.choice(name, value) for name, value in state.choices.items()]
    return [
        Advice(**law.cited(choice.citation).model_dump(), choice=name, value=choice.value, text=law.say(choice.advice))
        for name, choice in zip(state.choices, chosen, strict=True)
        if choice and choice.advice
    ]


def written(row: ActRow) -> dict[str, Any]:
    """What people wrote with a decision."""
    return {name: row.content[name] for name in TEXT_FIELDS if row.content and row.content.get(name)}


def waiting_times(log: Sequence[e.Event], now: datetime) -> dict[str, timedelta]:
    """Task to the time for which a supplement was asked for and had not come."""
    waited: dict[str, timedelta] = {}
    since: dict[str, datetime] = {}
    for event in log:
        match event:
            case e.SupplementAsked():
                since[event.task_id] = event.at
            case e.SupplementReceived() | e.TaskDecided() | e.TaskCancelled():
                if asked := since.pop(event.task_id, None):
                    waited[event.task_id] = waited.get(event.task_id, timedelta(0)) + (event.at - asked)
            case _:
                pass
    for task_id, asked in since.items():
        waited[task_id] = waited.get(task_id, timedelta(0)) + (now - asked)
    return waited


def state_of(row: TaskRow) -> TaskState:
    """A task of the read model as the fold would tell it, as far as a list shows it."""
    ended = {"done": "decided", "cancelled": "cancelled"}.get(row.state)
    known = row.model_dump(include={"task_id", "step", "stage", "round", "body", "claimed_by", "outcome", "late"})
    return TaskState.model_validate(
        known
        | {
            "outcomes": (),
            "clock": Clock.model_validate(row.clock),
            "opened_at": row.opened_at,
            "opened_by_event": 0,
            "ended": ended,
            "ended_at": row.ended_at,
            "urgings": row.urgings,
            "urged_at": row.urged_at,
            "supplement_asked_at": row.supplement_asked_at,
            "supplement_act": row.supplement_act,
        }
    )


def case_summary(row: CaseRow) -> CaseSummary:
    """A case of a list."""
    return CaseSummary(
        **row.model_dump(include=set(CaseSummary.model_fields) - {"dataset_id"}),
        dataset_id=row.dataset_id or None,
        status="closed" if row.closed_at else "open",
        events_count=row.number,
    )
