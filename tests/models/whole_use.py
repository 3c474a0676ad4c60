"""A dataset with all that can happen to its use: grants, delegations, misuse, appeals, reports on use, objections. What
the gate is asked rests on the rows that the writer would keep: no database, no engine."""

from __future__ import annotations

from dataclasses import dataclass, field

from activities.record.rows import CurtailmentKept, curtailment_kept, delegations_kept, grant_kept, restrictions_kept
from models import acts as a
from models.conflicts import concerned_by_cause
from models.curtailing import Curtailment
from models.gate import DatasetFacts, DelegationFacts, GrantFacts, Question, Reason, decide
from models.procedures.misuse import MISUSE
from models.procedures.use_report import USE_REPORT
from models.reporting import who_found
from models.restrictions import items_of
from models.state import CaseState, fold
from models.use_events import CaseOrdered
from rules.deadlines import to_shanghai
from rules.pinned_stages import GrantEffect
from rules.vocabulary import FOUND_BY
from tests.models.bench import Bench, begun, law, objected, telling
from tests.models.delegating import Delegating
from tests.models.using import ITEMS


@dataclass
class WholeUse(Delegating):
    """What `Delegating` is, with objections to the data and reports on its use; the dataset is that of its cases."""

    objections: dict[str, Bench] = field(default_factory=dict)
    use_reports: dict[str, Bench] = field(default_factory=dict)
    keys: int = 0

    def moves_on(self, **time: float) -> None:
        super().moves_on(**time)
        for bench in (*self.objections.values(), *self.use_reports.values(), *self.appeals.values()):
            bench.passes(max(self.now, bench.now))

    def every(self) -> list[Bench]:
        """Every case there is."""
        kinds = (self.grants, self.reports, self.appeals, self.objections, self.use_reports)
        return [bench for kind in kinds for bench in kind.values()]

    def sides(self) -> tuple[str, ...]:
        """Who has a grant, and whom it was let, until that is taken back: as a filing finds them."""
        open_grants = [bench.state for bench in self.grants.values() if not bench.state.closed]
        let = [each.to for state in open_grants for each in state.delegations.values() if each.ended is None]
        return tuple(dict.fromkeys((*(state.party for state in open_grants), *let)))

    def objects(self, items: tuple[str, ...], *, evidence: bool, ground: str = "privacy") -> str:
        """An objection to the data; what it keeps back at its receipt the grants learn."""
        name, files = f"objection-{len(self.objections)}", ("file-0",) if evidence else ()
        made = objected(self.city, ground, at=self.now, items=items, evidence=files, case_id=name)
        self.objections[name] = made
        self.tells(name, before=())
        return name

    def decided_on(self, name: str, act: a.Act) -> str:
        """A decision about an objection, of which the grants learn at once."""
        bench = self.objections[name]
        before = bench.state.own_restrictions
        answer = bench.judged(act)
        self.tells(name, before)
        return answer

    def tells(self, name: str, before: object) -> None:
        """As the writer does: every grant that holds hears of a change."""
        bench = self.objections[name]
        if bench.state.own_restrictions == before:
            return
        for grant in self.grants.values():
            if not grant.state.closed:
                assert grant.judged(telling(bench, grant)) == "accepted"

    def owes_a_report(self, grant: str) -> str:
        """The report on use that has come to be owed for a grant."""
        cause, name = self.grants[grant].state, f"use-{len(self.use_reports)}"
        self.use_reports[name] = begun(
            law(self.city, "use_report"),
            USE_REPORT,
            at=self.now,
            case_id=name,
            party=cause.party,
            dataset_id=cause.dataset_id,
            occurred_on=to_shanghai(self.now).date(),
            caused_by=grant,
        )
        return name

    def begins_what_was_ordered(self, use_report: str) -> str | None:
        """As `misuse_of` opens it, the case that an assessment began; None where it began none, or did before."""
        cause = self.use_reports[use_report].state
        if cause.ordered_case is None or cause.ordered_case.ordered_case_id in self.reports:
            return None
        it: CaseOrdered = cause.ordered_case
        rules = law(self.city, "misuse")
        found_by, bodies = who_found(it.body, cause.bodies)
        self.reports[it.ordered_case_id] = begun(
            rules,
            MISUSE,
            at=self.now,
            case_id=it.ordered_case_id,
            party=it.by,
            dataset_id=cause.dataset_id,
            bodies=bodies,
            choices={FOUND_BY: found_by} if FOUND_BY in rules.choices else {},
            caused_by=use_report,
            concerned=(*concerned_by_cause(cause, is_the_partys_own=True), *self.sides()),
        )
        return it.ordered_case_id

    def new_key(self, grant: str, delegation: str | None = None, *, by: str) -> tuple[str, str]:
        """Somebody asks for a key; its digest, and the answer."""
        self.keys += 1
        digest, bench, actor = f"digest-{self.keys}", self.grants[grant], a.Actor(account=by)
        if delegation is None:
            return digest, bench.judged(bench.act(a.IssueKey, actor, key_digest=digest))
        act = bench.act(a.IssueDelegatedKey, actor, delegation=delegation, key_digest=digest)
        return digest, bench.judged(act)

    def gate_says(self, digest: str, items: tuple[str, ...], *, counts: bool = False) -> Reason:
        """What the gate answers to a call with a key now, by the rows; a yes to a delegate is counted if it `counts`,
        as one of a call is, and not where somebody only wonders."""
        found = self._opened_by(digest)
        restrictions = [row for bench in self.objections.values() for row in restrictions_kept(bench.state)]
        kept_back = tuple(
            (row.kind, items_of(row.data_items, row.except_items)) for row in restrictions if row.ended_at is None
        )
        dataset = next(bench.state.dataset_id for bench in self.grants.values())
        asked = Question(dataset, items, "api", None, digest)
        reason = decide(asked, DatasetFacts("conditional", ITEMS, kept_back), found, self.now)
        if counts and found and found.delegation and reason is Reason.GRANTED:
            name = found.delegation.delegation_id
            self.calls[name] = self.calls.get(name, 0) + 1
        return reason

    def _opened_by(self, digest: str) -> GrantFacts | None:
        """As the query of the gate: the grant that has the key, or the one of which somebody was let it."""
        for bench in self.grants.values():
            assert bench.state.grant
            if bench.state.grant.key_digest == digest:
                return self._facts(bench, None)
            for row in delegations_kept(bench.state):
                if row.key_digest == digest:
                    since = [each.since for each in self.rows_of(bench) if each.since >= row.delegated_at]
                    let = DelegationFacts(
                        delegation_id=row.delegation_id,
                        accesses=row.accesses,
                        until_at=row.until_at,
                        ended=row.ended is not None or bool(since),
                        calls=self.calls.get(row.delegation_id, 0),
                    )
                    return self._facts(bench, let)
        return None

    def rows_of(self, grant: Bench) -> list[CurtailmentKept]:
        """The rows of what cases took of a grant, given back or not."""
        rows = [curtailment_kept(bench.state) for bench in self.reports.values()]
        return [row for row in rows if row and row.grant_case_id == grant.state.case_id]

    def _facts(self, bench: Bench, delegation: DelegationFacts | None) -> GrantFacts:
        assert bench.state.grant
        row = grant_kept(bench.state, bench.state.grant)
        assert row.granted_at
        return GrantFacts(
            case_id=row.case_id,
            dataset_id=row.dataset_id,
            data_items=tuple(row.data_items),
            access_mode=row.access_mode,
            access_modes=tuple(row.access_modes),
            use=row.use,
            granted_at=row.granted_at,
            valid_until=row.valid_until,
            ended=bench.state.closed,
            curtailments=tuple(
                Curtailment(GrantEffect(each.effect), tuple(each.data_items), each.access_mode)
                for each in self.rows_of(bench)
                if each.ended_at is None
            ),
            delegation=delegation,
        )

    def replayed(self) -> bool:
        return all(fold(CaseState(), bench.log) == bench.state for bench in self.every())
