"""Declarations of bodies, as whoever reads them sees them. A user is named as long as he wants to be, by what he is
called now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from activities.declarations import Mark
from activities.tables.catalogue import DatasetRow
from activities.tables.declarations import DeclarationMarkRow, DeclarationRow
from reading.declarations import questions
from reading.declarations.questions import OPEN, Wanted
from reading.declarations.shapes import (
    DatasetNamed,
    Declarations,
    DeclarationShown,
    DeclaredOfDataset,
    KindOfDataset,
    OwedDeclarations,
    Owing,
    SaidShown,
    TakenDownShown,
)
from reading.declarations.sight import may_take_down, only_of, reads_for_a_body
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language, said
from reading.words.law import law_of
from rules.deadlines import midnight, to_shanghai
from rules.declarations import DeclarationRule, declared_in
from rules.loading import load_pack
from rules.pinned import Label

LATEST = 3
"""Of each kind beside a dataset; the list has them all."""
MOST_OWED = 200


@dataclass(frozen=True)
class Reader:
    """Who reads, in which language."""

    caller: Caller | None
    language: Language


async def declaration_shown(store: Store, reader: Reader, declaration_id: str) -> DeclarationShown | None:
    """A declaration; None where there is none, or the caller may not know of it."""
    row = await questions.declaration(store, declaration_id)
    if row is None:
        return None
    rule = rule_of(row)
    if rule is None or not await _knows(store, reader.caller, row, rule):
        return None
    (shown,) = await _shown(store, reader, [row])
    return shown


async def _knows(store: Store, caller: Caller | None, row: DeclarationRow, rule: DeclarationRule) -> bool:
    if rule.is_public:
        return True
    if caller is None or not reads_for_a_body(caller, row.city):
        return False
    bodies = only_of(caller)
    about = await questions.datasets_of(store, [row.declaration_id])
    providers = {each.provider for each in about.get(row.declaration_id, ())}
    return bodies is None or row.body in bodies or not bodies.isdisjoint(providers)


async def declarations_shown(
    store: Store, reader: Reader, wanted: Wanted, after: str | None, limit: int
) -> Declarations:
    """A page of those of a city that the caller reads, the latest first. Raises CursorUnusable."""
    found = await questions.declarations(store, reader.caller, wanted, after, limit)
    return Declarations(items=await _shown(store, reader, found.rows), next=found.next)


def wanted_of(city: str, now: datetime, kind: str | None = None, dataset_id: str | None = None) -> Wanted:
    """Those of a city, by which of its kinds are for everybody."""
    rules = kinds_of(city, now)
    return Wanted(
        city=city,
        public=[rule.kind for rule in rules if rule.is_public],
        of_bodies=[rule.kind for rule in rules if not rule.is_public],
        kind=kind,
        dataset_id=dataset_id,
    )


def kinds_of(city: str, now: datetime) -> list[DeclarationRule]:
    """What is or was declared in a city, in the words of the last day of its law once that has ended."""
    pack, on = load_pack(city), to_shanghai(now).date()
    found = (DeclarationRule.last(pack, kind, on) for kind in pack.declarations)
    return [rule for rule in found if rule]


async def of_dataset(store: Store, reader: Reader, dataset: DatasetRow) -> DeclaredOfDataset:
    """What is declared of a dataset that the caller reads, by kind, and what of it is overdue."""
    now = await store.now()
    pack, today = load_pack(dataset.city), to_shanghai(now).date()
    law = law_of(dataset.city, today, reader.language)
    kinds = []
    for rule in declared_in(pack, today):
        if rule.about == "city" or not (rule.is_public or reads_for_a_body(reader.caller, dataset.city)):
            continue
        wanted = wanted_of(dataset.city, now, rule.kind, dataset.dataset_id)
        found = await declarations_shown(store, reader, wanted, None, LATEST)
        last = to_shanghai(found.items[0].declared_at).date() if found.items else None
        opened = await questions.opened_at(store, dataset.dataset_id)
        due_on = rule.owed_on(last, to_shanghai(opened).date() if opened else None)
        is_owed = rule.again is not None and dataset.openness in OPEN
        kinds.append(
            KindOfDataset(
                kind=rule.kind,
                label=said(rule.label, reader.language),
                rule=law.named(rule.citation),
                items=found.items,
                days=rule.again.days if rule.again else None,
                again_rule=law.named(rule.again.citation) if rule.again else None,
                due_on=due_on if is_owed else None,
                overdue=is_owed and due_on is not None and due_on < today,
            )
        )
    return DeclaredOfDataset(kinds=kinds)


async def owed_in(store: Store, caller: Caller, language: Language, city: str) -> OwedDeclarations:
    """What is overdue in a city, for an officer of it: of a provider, or the authority of a county, what is about its
    data."""
    now = await store.now()
    today = to_shanghai(now).date()
    law = law_of(city, today, language)
    found = []
    for rule in declared_in(load_pack(city), today):
        if rule.again is None:
            continue
        since = midnight(today - timedelta(days=rule.again.days))
        begun = midnight(rule.again.since)
        rows = await questions.owing(store, city, only_of(caller), rule.kind, since, begun, MOST_OWED)
        found.append(
            Owing(
                kind=rule.kind,
                label=said(rule.label, language),
                rule=law.named(rule.again.citation),
                days=rule.again.days,
                datasets=[_named(row, language) for row in rows],
            )
        )
    return OwedDeclarations(kinds=found)


def rule_of(row: DeclarationRow) -> DeclarationRule | None:
    """By which rule it was declared."""
    return DeclarationRule.of(load_pack(row.city), row.kind, to_shanghai(row.declared_at).date())


@dataclass(frozen=True)
class Beside:
    """What is needed beside the rows to show them."""

    datasets: dict[str, list[DatasetRow]]
    marks: dict[str, list[DeclarationMarkRow]]
    bodies: dict[str, Label]
    holders: dict[str, tuple[str, str]]
    called: dict[str, directory.Called]


async def _shown(store: Store, reader: Reader, rows: Sequence[DeclarationRow]) -> list[DeclarationShown]:
    ids = [row.declaration_id for row in rows]
    marks = await questions.marks_of(store, ids)
    holders = await questions.holders_of(store, [row.grant_case_id for row in rows if row.grant_case_id])
    marking = (mark.body for each in marks.values() for mark in each if mark.body)
    beside = Beside(
        datasets=await questions.datasets_of(store, ids),
        marks=marks,
        bodies=await directory.body_names(store, [*(row.body for row in rows), *marking]),
        holders=holders,
        called=await directory.called(
            store, [*(party for _, party in holders.values()), *(row.delegate for row in rows if row.delegate)]
        ),
    )
    return [_one(reader, row, beside) for row in rows]


def _one(reader: Reader, row: DeclarationRow, beside: Beside) -> DeclarationShown:
    rule = rule_of(row)
    assert rule
    caller, language = reader.caller, reader.language
    marks = beside.marks.get(row.declaration_id, [])
    down = next((mark for mark in marks if mark.mark == Mark.TAKEN_DOWN), None)
    may_read_on = may_take_down(caller, rule, row.city, row.body)
    number, holder = beside.holders.get(row.grant_case_id or "", (None, None))
    who = row.delegate or holder
    is_user = caller is not None and caller.account_id == who
    has_a_side = is_user or (caller is not None and caller.account_id == holder)
    takes_down = may_read_on and not has_a_side
    named = is_named(marks)
    user = beside.called.get(who or "")
    on = to_shanghai(row.declared_at).date()
    return DeclarationShown(
        declaration_id=row.declaration_id,
        city=row.city,
        kind=row.kind,
        kind_label=said(rule.label, language),
        body=row.body,
        body_name=said(beside.bodies[row.body], language),
        declared_at=row.declared_at,
        datasets=[_named(each, language) for each in beside.datasets.get(row.declaration_id, ())],
        says=_says(row, rule, language) if down is None or takes_down else [],
        user=said(user.name, language) if user and named and down is None else None,
        grant=number if has_a_side or reads_for_a_body(caller, row.city) else None,
        taken_down=_taken_down(down, beside.bodies, language) if down else None,
        may_take_down=takes_down and down is None,
        may_name=is_user and down is None,
        named=named if is_user else False,
        rule=law_of(row.city, on, language).named(rule.citation),
    )


def is_named(marks: Sequence[DeclarationMarkRow]) -> bool:
    """Whether the user lets himself be named, by what he said last; who has said nothing is not named."""
    last = [mark.mark for mark in marks if mark.mark in (Mark.NAMED, Mark.UNNAMED)]
    return bool(last) and last[-1] == Mark.NAMED


def _says(row: DeclarationRow, rule: DeclarationRule, language: Language) -> list[SaidShown]:
    return [
        SaidShown(
            name=each.name,
            label=said(each.label, language),
            value=row.says[each.name],
            text=said(each.said(row.says[each.name]), language),
        )
        for each in rule.asks
        if each.name in row.says
    ]


def _taken_down(mark: DeclarationMarkRow, bodies: dict[str, Label], language: Language) -> TakenDownShown:
    body = mark.body or ""
    name = said(bodies[body], language) if body in bodies else body
    return TakenDownShown(body_name=name, at=mark.marked_at, reason=mark.reason or "")


def _named(row: DatasetRow, language: Language) -> DatasetNamed:
    return DatasetNamed(dataset_id=row.dataset_id, title=row.entry.get("title", {}).get(language) or row.dataset_id)
