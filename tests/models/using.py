"""A dataset with grants, cases of misuse and appeals beside one another, as the writer joins them: no database, no
engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from models import acts as a
from models import events as e
from models.act_contents import Finding, GrantAtReceipt
from models.curtailing import Curtailment, given_back
from models.gate import DatasetFacts, GrantFacts, Question, Reason, decide
from models.procedures.access import ACCESS
from models.procedures.misuse import MISUSE
from models.procedures.misuse_appeal import MISUSE_APPEAL
from models.reporting import who_found, who_took
from models.state import CaseState, fold
from rules.procedure_rules import ProcedureRules
from tests.models.bench import BOTH_SIGN, MONDAY, Bench, accessed, begun, law, until_signing

REPORTER = a.Actor(account="acc_reporter")
USER = a.Actor(account="acc_user")
ITEMS = ("name", "address", "opened_on")
FOUND = frozenset({"misused_grant", "misuse", "reason", "measure", "left_items", "left_mode"})


@cache
def begins_access(city: str) -> tuple[ProcedureRules, e.Event]:
    """The rules of a grant to which every body and the applicant agreed, and the event with which it begins."""
    bench = accessed(until_signing(city, items=ITEMS).all_decide(BOTH_SIGN))
    return bench.rules, bench.log[0]


@dataclass
class Use:
    """What is reported of the use of one dataset, and what became of it."""

    city: str
    now: datetime = MONDAY
    grants: dict[str, Bench] = field(default_factory=dict)
    reports: dict[str, Bench] = field(default_factory=dict)
    appeals: dict[str, Bench] = field(default_factory=dict)

    def granted(self, name: str) -> str:
        """A grant that holds, by its number."""
        rules, first = begins_access(self.city)
        opened = first.model_copy(update={"case_id": name, "case_number": name, "party": f"acc_{name}"})
        self.grants[name] = Bench(rules, now=opened.at, procedure=ACCESS)
        self.grants[name].append([opened])
        return name

    def reported(self, by: str = REPORTER.account, body: str | None = None) -> str:
        """A report, by whomever, with those who have a grant among those who have a side."""
        rules, name = law(self.city, "misuse"), f"report-{len(self.reports)}"
        found_by, bodies = who_found(body, {role: f"{self.city}.{role}" for role in rules.bodies if role != "finder"})
        self.reports[name] = begun(
            rules,
            MISUSE,
            at=self.now,
            case_id=name,
            party=by,
            bodies=bodies,
            choices={"misuse": rules.choices["misuse"][0].value}
            | ({"found_by": found_by} if "found_by" in rules.choices else {}),
            given=frozenset({"misuse", "statement"}),
            concerned=self.sides(),
        )
        return name

    def sides(self) -> tuple[str, ...]:
        """Who has a side in whatever is reported of the use of the data."""
        return tuple(grant.state.party for grant in self.grants.values())

    def finding(self, named: str | None, left: tuple[str, ...] = (), mode: str | None = None) -> Finding:
        """What a decision says, with what its receipt finds of the grant."""
        grant = self.grants.get(named or "")
        known = None
        if grant and grant.state.grant:
            it = grant.state.grant
            known = GrantAtReceipt(
                grant=grant.state.case_id,
                data_items=it.data_items,
                access_modes=it.access_modes,
                is_over=grant.state.closed is not None,
                grantee=grant.state.party,
            )
        misuse = law(self.city, "misuse").choices["misuse"][0].value
        return Finding(named=named, misuse=misuse, left_items=left, left_mode=mode, grant=known)

    def decided(
        self, report: str, stage: str, outcome: str, finding: Finding | None, *, by: a.Actor | None = None
    ) -> str:
        """A decision about a report, of which the grant learns at once."""
        bench = self.reports[report]
        bench.passes(seconds=1)
        answer = bench.decide(stage, outcome, FOUND, by=by, finding=finding)
        if answer == "accepted" and (taken := bench.state.curtailed):
            self.meets(taken.grant, a.Curtail, by_case=report, effect=taken.effect.value, data_items=taken.data_items,
                       access_mode=taken.access_mode)  # fmt: skip
        return answer

    def meets(self, grant: str, kind: type[a.ReceivedAct], **more: object) -> None:
        """The grant learns something of another case, unless it has ended."""
        bench = self.grants[grant]
        if not bench.state.closed:
            assert bench.judged(bench.act(kind, a.Actor(account="case:another"), **more)) == "accepted"

    def appealed(self, report: str, by: a.Actor = USER) -> str:
        """An appeal of the user of whose grant something was taken, or of this one where no grant was named."""
        cause, name = self.reports[report].state, f"appeal-{len(self.appeals)}"
        measure = cause.curtailed or cause.misuse_found
        assert measure
        self.appeals[name] = begun(
            law(self.city, "misuse_appeal"),
            MISUSE_APPEAL,
            at=self.now,
            case_id=name,
            party=self.grants[measure.grant].state.party if measure.grant else by.account,
            choices={"taken_by": who_took(measure.body, cause.bodies)},
            given=frozenset({"statement"}),
            caused_by=report,
            concerned=(cause.party, *cause.concerned),
        )
        return name

    def heard(self, appeal: str, outcome: str, *, by: a.Actor | None = None) -> str:
        """A decision about an appeal; upheld, it does at once what the writer does."""
        bench = self.appeals[appeal]
        bench.passes(seconds=1)
        stage = next(iter(bench.open_stages), None) or next(iter(bench.state.tasks.values())).stage
        answer = bench.decide(stage, outcome, by=by)
        ordered = bench.state.gives_back
        if answer == "accepted" and ordered:
            self.given_back(ordered, appeal)
        return answer

    def given_back(self, ordered: e.RestorationOrdered, appeal: str) -> None:
        """As `Log._give_back` writes it."""
        cause = self.reports[ordered.of_case]
        events = given_back(cause.state, ordered, appeal)
        cause.append(events)
        if events and cause.state.curtailed:
            self.meets(cause.state.curtailed.grant, a.LiftCurtailment, by_case=ordered.of_case)

    def in_force(self, grant: str) -> list[CaseState]:
        """The cases that have taken something of a grant and not given it back."""
        states = (bench.state for bench in self.reports.values())
        return [each for each in states if each.curtailed and each.curtailed.grant == grant and not each.restored_at]

    def asked(self, grant: str, items: tuple[str, ...] = ("name",), mode: str | None = None) -> Reason:
        """What the gate answers now, by the rows that the writer keeps."""
        bench = self.grants[grant]
        it = bench.state.grant
        assert it
        assert bench.state.received_at
        taken = [each.curtailed for each in self.in_force(grant) if each.curtailed]
        facts = GrantFacts(
            case_id=grant,
            dataset_id=bench.state.dataset_id,
            data_items=it.data_items,
            access_mode=it.access_mode,
            access_modes=it.access_modes,
            use=it.use,
            granted_at=bench.state.received_at,
            valid_until=it.valid_until,
            ended=bench.state.closed,
            curtailments=tuple(Curtailment(each.effect, each.data_items, each.access_mode) for each in taken),
        )
        question = Question(bench.state.dataset_id, items, mode or it.access_modes[0], None, "digest")
        return decide(question, DatasetFacts("conditional", ITEMS), facts, MONDAY + timedelta(days=10))

    def replayed(self) -> bool:
        """Whether every log folds to the case that it made."""
        every = (*self.grants.values(), *self.reports.values(), *self.appeals.values())
        return all(fold(CaseState(), bench.log) == bench.state for bench in every)
