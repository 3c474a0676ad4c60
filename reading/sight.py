"""Who calls, and what the caller may see. The accounts in PostgreSQL are the directory, asked on each call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, true, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from activities.tables.cases import FORESEEN, ActRow, CaseRow, EventRow, EvidenceRow, TaskRow
from activities.tables.gate import DelegationRow
from models.acts import ACT, Actor, AskSupplement, Correct, Decide, Extend, Inspect, Revoke, StopClock
from models.conflicts import has_a_side
from models.events import Event
from models.misuse_events import GrantCurtailed, MisuseFound
from models.procedure import FiledFor
from models.procedures import BY_NAME, PROCEDURES
from models.refusals import NoPartInTheCase, NotYourTask, PartyToTheCase, RoleRequired
from models.said_to_the_party import said_to_the_party
from models.state import CaseState
from rules.pinned import APPLICANT
from rules.procedure_names import ABOUT_A_USER, CATALOGUE_UPDATE, MISUSE, RECTIFICATION
from rules.procedure_rules import PROVIDER, ProcedureRules
from rules.sight import sight_in
from rules.vocabulary import NAMES_A_GRANT

FOLLOWS_FROM_A_CASE = (CATALOGUE_UPDATE, RECTIFICATION)
"""Procedures whose cases another gave cause for, and which are not the affair of whoever filed them."""
CONCERNS_OTHERS = (*FOLLOWS_FROM_A_CASE, *(each.name for each in PROCEDURES if each.may_take_access))
"""Procedures in whose cases others than the party may have a side."""
READ_BY_NOBODY = frozenset({"key_digest", "concerned", "grantee"})
"""Fields of events that nobody reads."""
OF_OTHER_CASES = frozenset({"by_case", "update_case_id", "ordered_case_id"})
"""Fields of events that a party does not read: which case of somebody else keeps data back, or follows from this."""
OF_THE_USER = frozenset({"grant", "data_items", "access_mode"})
"""Fields of what was found of the use of data that whoever reported it does not read: what was taken of which grant is
its user's affair."""


@dataclass(frozen=True)
class County:
    """A county by its authority, with the bodies that belong to it, the authority among them."""

    authority: str
    bodies: frozenset[str]

    @property
    def providers(self) -> frozenset[str]:
        """Its bodies but for the authority: no other belongs to a county."""
        return self.bodies - {self.authority}


@dataclass(frozen=True)
class WaysToCases:
    """The ways in which somebody may know of a case. Each by itself has an index in which its cases lie in the order of
    a list; all of them as one condition have none."""

    of_case: tuple[ColumnElement[bool], ...] = ()
    """What holds of the cases."""
    tasks_of: str | None = None
    """The body whose tasks lead to their cases."""
    but: ColumnElement[bool] = field(default_factory=true)
    """What has to hold of every case beside that."""


@dataclass(frozen=True)
class Caller:
    """An account as the directory has it now; an officer serves a body, which has a role in its city."""

    account_id: str
    login: str
    city: str | None
    body: str | None
    body_role: str | None
    roles: frozenset[str]
    county: County | None = None
    """The county that the body belongs to, beyond which its officers see no more than any body of the city; None for a
    body of the city."""

    @property
    def heads_county(self) -> str | None:
        """The caller's body, where that is the authority of a county."""
        return self.body if self.county and self.county.authority == self.body else None

    @property
    def actor(self) -> Actor:
        return Actor(account=self.account_id, body=self.body)

    def body_in(self, city: str) -> str | None:
        """The body that the caller serves, if it is one of that city."""
        return self.body if self.city == city else None

    def by_role_in(self, city: str) -> dict[str, str]:
        """The body that the caller serves, by its role, if it is one of that city."""
        return {self.body_role: self.body} if self.body and self.body_role and self.city == city else {}

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def must_have(self, *roles: str) -> None:
        """Raises RoleRequired unless the caller has one of these roles."""
        if not self.has(*roles):
            raise RoleRequired(roles="|".join(roles))

    def must_review_for_a_body(self) -> str:
        """The body for which the caller decides. Raises RoleRequired."""
        self.must_have("reviewer")
        if self.body is None:
            raise RoleRequired(roles="reviewer")
        return self.body

    def provider_of(self, city: str) -> str | None:
        """The body that the caller serves, where that is a provider of this city, of which it has many."""
        return self.body if self.body_role == PROVIDER and self.city == city else None

    @property
    def is_officer(self) -> bool:
        """Whether the caller reads as an officer, notes and opinions included."""
        return self.has("reviewer", "supervisor", "admin")

    def reads_as_party(self, state: CaseState) -> bool:
        """Whether the case is the caller's own. A catalogue update, a rectification, and a report of a leak about no
        dataset are nobody's own: whoever filed it acted for a body, and reads as the officers of that body do while it
        serves it."""
        return has_a_side(state, BY_NAME[state.procedure].is_the_partys_own(state), self.account_id, self.body)

    def has_part(self, state: CaseState, rules: ProcedureRules) -> bool:
        """Whether the caller is a reviewer of a body that has or had a task in the case, or a supervisor of its city,
        and did not file it for itself: a body that has found a leak has a part in what it files (Lianyungang 26.2)."""
        is_party, serves_who_files = state.party == self.account_id, self.body_role in rules.filed_by
        filed_it_for_its_body = is_party and serves_who_files and not self.has(APPLICANT)
        if self.reads_as_party(state) and not filed_it_for_its_body:
            return False
        had_a_task = self.body is not None and self.body in {task.body for task in state.tasks.values()}
        return (self.has("reviewer") and had_a_task) or (self.has("supervisor") and self.supervises(state))

    def supervises(self, state: CaseState) -> bool:
        """Whether the case lies in the caller's city, and where its body belongs to a county, in that."""
        in_its_county = self.county is None or state.bodies.get(PROVIDER) in self.county.bodies
        return self.city == state.city and in_its_county

    def must_have_part(self, state: CaseState, rules: ProcedureRules) -> None:
        """Raises NoPartInTheCase unless the caller has a part in the case."""
        if not self.has_part(state, rules):
            raise NoPartInTheCase()

    def serves_who_asked(self, state: CaseState) -> bool:
        """Whether the case is that of the caller's body, which asks other bodies for something: whoever serves it reads
        what a party reads, and acts for it where the party acts."""
        may_be_for_one = BY_NAME[state.procedure].filed_for is FiledFor.ITSELF_OR_A_BODY
        return may_be_for_one and state.for_body is not None and state.for_body == self.body

    def reads_as_officer(self, state: CaseState) -> bool:
        """Whether the caller reads all of the case, as officers do who are not its party."""
        return self.is_officer and not self.reads_as_party(state) and not self.serves_who_asked(state)

    def may_follow(self, act: ActRow, state: CaseState) -> bool:
        """Whether the caller may ask how an act stands, in a case that it may know of: its own, or as an officer."""
        return act.account == self.account_id or self.reads_as_officer(state)

    def must_be_impartial(self, state: CaseState, field: str = "case_id") -> None:
        """Raises PartyToTheCase, about the field that named the case, where the caller has a side in it (回避)."""
        if self.reads_as_party(state):
            raise PartyToTheCase(field=field)

    def may_be_asked_in_its_own_affair(self, task: TaskRow) -> bool:
        """Whether a body's task lies in a case in which the caller may have a side: whether it has, the log says."""
        may_have_one = task.party == self.account_id or task.procedure in CONCERNS_OTHERS
        return task.body != APPLICANT and may_have_one

    def must_serve_its_body(self, task: TaskRow) -> None:
        """Raises NotYourTask unless the task lies before the caller's body, whatever the caller may do there."""
        if task.body != self.body:
            raise NotYourTask()

    def may_answer(self, task: TaskRow) -> bool:
        """Whether the task lies before the caller."""
        if task.body == APPLICANT:
            return task.party == self.account_id
        return self.has("reviewer") and task.body == self.body

    def must_answer(self, task: TaskRow) -> None:
        """Raises NotYourTask unless the task lies before the caller."""
        if not self.may_answer(task):
            raise NotYourTask(field="task_id")

    @property
    def sees_the_city(self) -> bool:
        """Whether the law of its city lets the caller's body see every case of it."""
        return sight_in(self.city, self.body_role) is not None

    @property
    def knows_rectifications(self) -> bool:
        """Whether the caller reads for a body that sees every rectification of its city too."""
        sight = sight_in(self.city, self.body_role)
        return sight is not None and sight.rectifications

    def sees_cases(self) -> ColumnElement[bool]:
        """The cases that the caller may know of, in whichever of its ways."""
        known = self.ways_to_cases()
        ways = [*known.of_case, *([] if known.tasks_of is None else [has_or_had_a_task(known.tasks_of)])]
        return and_(or_(*ways), known.but) if ways else false()

    def ways_to_cases(self) -> WaysToCases:
        """How the caller may know of a case by its present role: its own, those that its body takes part in, those of
        its city. What it filed for a body is not its own. A rectification is known to the bodies that have a part in it
        and to supervisors, not to every officer of the city."""
        if self.has("admin"):
            return WaysToCases((true(),), but=self.is_no_affair_of_its_own())
        tasks_of = None
        ways: list[ColumnElement[bool]] = []
        if self.has("applicant", "reviewer"):  # an officer reports misuse for itself, and is the party of its report
            ways.append(and_(col(CaseRow.party) == self.account_id, not_(filed_for_a_body())))
        sees_the_city = self.has("reviewer") and self.sees_the_city
        sees_more = sees_the_city or self.heads_county is not None
        if self.county and self.has("supervisor"):
            ways.append(self.within())
        if self.city and (
            (self.has("supervisor") and not self.county) or (sees_the_city and self.knows_rectifications)
        ):
            ways.append(self.within())
        elif self.has("reviewer") and self.body:
            ways += [col(CaseRow.provider) == self.body, col(CaseRow.for_body) == self.body]
            tasks_of = self.body
            if sees_more:
                ways.append(and_(self.within(), col(CaseRow.procedure) != RECTIFICATION))
        return WaysToCases(tuple(ways), tasks_of, self.is_no_affair_of_its_own())

    def is_no_affair_of_its_own(self) -> ColumnElement[bool]:
        """Of a case: it is not about what the caller may have done with data. Who has a side in such a case without
        having filed it does not know of it: who is reported is not to learn by whom (docs/decisions/0180)."""
        has_a_side = a_side_in_its_case(self.account_id, self.body, CaseRow)
        return not_(and_(col(CaseRow.procedure).in_(ABOUT_A_USER), col(CaseRow.party) != self.account_id, has_a_side))

    def within(self) -> ColumnElement[bool]:
        """The cases of the caller's city, or of the county that its body belongs to."""
        if self.county is None:
            return col(CaseRow.city) == self.city
        return col(CaseRow.provider).in_(sorted(self.county.bodies))

    def sees_tasks(self) -> ColumnElement[bool]:
        """The tasks of the caller's list: its body's, a supervisor's city's, but for those of cases in which it has a
        side; an applicant's own, and those in which it is asked for a supplement."""
        if self.has("admin"):
            return not_(self.has_a_side_in_its_case())
        ways: list[ColumnElement[bool]] = []
        if self.has("applicant"):
            is_asked = and_(col(TaskRow.ended_at).is_(None), col(TaskRow.supplement_asked_at).is_not(None))
            ways.append(and_(col(TaskRow.party) == self.account_id, or_(col(TaskRow.body) == APPLICANT, is_asked)))
        as_officer: list[ColumnElement[bool]] = []
        if self.has("supervisor") and self.county:
            in_its_county = select(CaseRow.case_id).where(self.within()).correlate(None)
            as_officer.append(col(TaskRow.case_id).in_(in_its_county))
        elif self.has("supervisor") and self.city:
            as_officer.append(col(TaskRow.city) == self.city)
        if self.has("reviewer") and self.body:
            as_officer.append(col(TaskRow.body) == self.body)
        if as_officer:
            ways.append(and_(or_(*as_officer), not_(self.has_a_side_in_its_case())))
        return or_(*ways) if ways else false()

    def has_a_side_in_its_case(self) -> ColumnElement[bool]:
        """Of a task, as `models.conflicts` says it of a case: the caller has a side in it, which is no officer's."""
        return a_side_in_its_case(self.account_id, self.body)

    def reads_evidence(self, now: datetime) -> ColumnElement[bool]:
        """The files that the caller may read: those that it uploaded, those of its own case, and for a reviewer those
        of cases in which its body has or had a task; a task that time opens counts only from its instant on."""
        of_case = col(CaseRow.case_id) == col(EvidenceRow.case_id)
        ways = [
            col(EvidenceRow.account) == self.account_id,
            exists().where(of_case, col(CaseRow.party) == self.account_id),
        ]
        if self.has("reviewer") and self.body:
            has_come = or_(col(TaskRow.state) != FORESEEN, col(TaskRow.opened_at) <= now)
            of_task = col(TaskRow.case_id) == col(EvidenceRow.case_id)
            is_impartial = not_(self.has_a_side_in_its_case())
            ways.append(exists().where(of_task, col(TaskRow.body) == self.body, has_come, is_impartial))
        return or_(*ways)


def has_or_had_a_task(body: str) -> ColumnElement[bool]:
    """Of a case: a task of it lies or lay before this body."""
    return exists().where(col(TaskRow.case_id) == col(CaseRow.case_id), *before_a_body(body))


def before_a_body(body: str) -> tuple[ColumnElement[bool], ...]:
    """Of a task: it lies or lay before this body. One that only time brings before it is not known to it before that
    instant."""
    return col(TaskRow.body) == body, col(TaskRow.state) != FORESEEN


def filed_for_a_body(case: Any = CaseRow) -> ColumnElement[bool]:
    """Whether a case was filed for a body: the opposite of `Procedure.is_the_partys_own`. `case` has the columns of a
    case."""
    filed_for = {who: [each.name for each in PROCEDURES if each.filed_for is who] for who in FiledFor}
    return or_(
        case.procedure.in_(filed_for[FiledFor.A_BODY]),
        and_(case.procedure.in_(filed_for[FiledFor.ITSELF_ABOUT_A_DATASET]), case.dataset_id == ""),
        and_(case.procedure.in_(filed_for[FiledFor.ITSELF_OR_A_BODY]), case.for_body.is_not(None)),
    )


@lru_cache(maxsize=1024)  # asked with every list of an officer; what it answers is never changed
def a_side_in_its_case(account: str, body: str | None, row: Any = TaskRow) -> ColumnElement[bool]:
    """Whether this account, as an officer of this body, has a side (回避) in the case of a task, or in a case.

    Nearly free for whoever is no party of the case; only of whoever has a case of his own, or was ever let use the
    grant of another, it is asked, of those cases that others gave cause for or that may take access, whose affair they
    are.
    """
    opening, its_case, own = aliased(EventRow), aliased(CaseRow), aliased(CaseRow)
    first = and_(col(opening.case_id) == row.case_id, col(opening.number) == 1)
    for_body = func.jsonb_extract_path_text(col(opening.event), "for_body")
    concerned = func.jsonb_extract_path(col(opening.event), "concerned")
    is_its_own = and_(for_body.is_(None), not_(filed_for_a_body(its_case)))
    filed_otherwise = exists().where(
        first, col(its_case.case_id) == col(opening.case_id), or_(is_its_own, for_body != (body or ""))
    )
    has_cases = exists().where(col(own.party) == account, not_(filed_for_a_body(own)))
    is_delegate = exists().where(col(DelegationRow.delegate) == account)
    is_concerned = exists().where(first, type_coerce(concerned, JSONB).has_key(account))
    return or_(
        and_(row.party == account, filed_otherwise),
        and_(row.procedure.in_(CONCERNS_OTHERS), or_(has_cases, is_delegate), is_concerned),
    )


def may_read(caller: Caller, rules: ProcedureRules, state: CaseState, row: ActRow) -> bool:
    """Whether the caller may read what was written with an act. An officer reads all, unless it is itself the party. A
    party reads what it wrote and what is addressed to it; it reads what bodies write to each other once the case is
    closed, because until then that may not be the last word, and never notes and opinions."""
    if row.account == caller.account_id or caller.reads_as_officer(state):
        return True
    match ACT.validate_python(row.act):
        case AskSupplement() | Extend() | StopClock() | Revoke() | Inspect():
            return True
        case Decide() | Correct() as act:
            task = state.tasks.get(act.task_id)
            if task is None or task.asked_by_task:
                return False
            corrects_what_it_knows = isinstance(act, Correct) and task.corrects_what_was_told
            return bool(state.closed) or corrects_what_it_knows or said_to_the_party(rules, task, act.outcome)
        case _:
            return False


def hidden_fields(caller: Caller, state: CaseState, event: Event) -> frozenset[str]:
    """The fields of an event of a case that the caller does not read."""
    if caller.reads_as_officer(state):
        return READ_BY_NOBODY
    is_of_the_user = state.procedure == MISUSE and isinstance(event, GrantCurtailed | MisuseFound)
    return READ_BY_NOBODY | OF_OTHER_CASES | (OF_THE_USER if is_of_the_user else frozenset())


def hidden_texts(caller: Caller, state: CaseState) -> frozenset[str]:
    """What was written with an act that the caller does not read, though it reads the rest."""
    return frozenset() if caller.reads_as_officer(state) else unsaid_to_the_party(state)


def unsaid_to_the_party(state: CaseState) -> frozenset[str]:
    """What no party of the case reads of what was written with a decision."""
    return NAMES_A_GRANT if state.procedure == MISUSE else frozenset()
