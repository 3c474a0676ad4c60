"""Grants of one dataset with those who were let use them, beside reports of misuse: no database, no engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from activities.record.rows import delegations_kept
from models import acts as a
from models.curtailing import Curtailment
from models.gate import DatasetFacts, DelegationFacts, GrantFacts, Question, Reason, decide
from rules.deadlines import to_shanghai
from tests.models.bench import MONDAY, Bench
from tests.models.using import ITEMS, Use

DELEGATE = a.Actor(account="acc_delegate")
STATED = frozenset({"matter"})


@dataclass
class Delegating(Use):
    """What `Use` is, with delegations; `calls` is what the gate has counted."""

    now: datetime = MONDAY + timedelta(days=2)
    calls: dict[str, int] = field(default_factory=dict)

    def granted(self, name: str) -> str:
        """As of `Use`; acts on different grants have different ids."""
        super().granted(name)
        self.grants[name].acts = 1_000 * len(self.grants)
        return name

    def moves_on(self, **time: float) -> None:
        """Time passes for every case."""
        self.now += timedelta(**(time or {"minutes": 1}))
        for bench in (*self.grants.values(), *self.reports.values()):
            bench.passes(self.now)

    def last_day(self, days: int) -> date:
        return to_shanghai(self.now).date() + timedelta(days=days)

    def delegated(
        self, grant: str, accesses: int | None = 3, days: int = 10, *, by: a.Actor | None = None, **more: object
    ) -> str:
        """The holder lets somebody use the grant; the answer."""
        bench = self.grants[grant]
        stated = {"to": DELEGATE.account, "accesses": accesses, "last_day": self.last_day(days), "given": STATED} | more
        return bench.judged(bench.act(a.Delegate, by or a.Actor(account=bench.state.party), **stated))

    def taken_back(self, grant: str, delegation: str, by: a.Actor | None = None) -> str:
        """The holder takes a delegation back; the answer."""
        bench = self.grants[grant]
        actor = by or a.Actor(account=bench.state.party)
        return bench.judged(bench.act(a.RevokeDelegation, actor, delegation=delegation))

    def given_a_key(self, grant: str, delegation: str, by: a.Actor = DELEGATE) -> str:
        """The delegate asks for a key; the answer."""
        bench = self.grants[grant]
        return bench.judged(bench.act(a.IssueDelegatedKey, by, delegation=delegation, key_digest="digest"))

    def latest(self, grant: str) -> str:
        return list(self.grants[grant].state.delegations)[-1]

    def delegate_asks(self, grant: str, delegation: str) -> Reason:
        """What the gate answers a delegate now, by the rows that the writer keeps; a yes is counted."""
        bench = self.grants[grant]
        row = next(each for each in delegations_kept(bench.state) if each.delegation_id == delegation)
        taken = [each.state.curtailed for each in self.reports.values() if each.state.curtailed]
        since = [each.at for each in taken if each.grant == grant]
        facts = DelegationFacts(
            delegation_id=delegation,
            accesses=row.accesses,
            until_at=row.until_at,
            ended=row.ended is not None or any(at >= row.delegated_at for at in since),
            calls=self.calls.get(delegation, 0),
        )
        reason = decide(
            Question("dataset", ("name",), "api", None, "digest"),
            DatasetFacts("conditional", ITEMS),
            self._grant(grant, bench, facts),
            self.now,
        )
        if reason is Reason.GRANTED:
            self.calls[delegation] = self.calls.get(delegation, 0) + 1
        return reason

    def _grant(self, grant: str, bench: Bench, facts: DelegationFacts) -> GrantFacts:
        it, since = bench.state.grant, bench.state.received_at
        assert it
        assert since
        taken = [each.curtailed for each in self.in_force(grant) if each.curtailed]
        return GrantFacts(
            case_id=grant,
            dataset_id="dataset",
            data_items=it.data_items,
            access_mode="api",
            access_modes=("api",),
            use=it.use,
            granted_at=since,
            valid_until=it.valid_until,
            ended=bench.state.closed,
            curtailments=tuple(Curtailment(each.effect, each.data_items, each.access_mode) for each in taken),
            delegation=facts,
        )
