"""What cases about the use of data bring into a case as it is shown, and what is public of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from activities.tables.cases import ActRow
from activities.tables.gate import CurtailmentRow
from models.finding import MISUSE_FOUND
from models.state import CaseState
from reading.directory import questions as directory
from reading.misuse import questions as misuse
from reading.misuse.questions import Published, UsedGrant
from reading.misuse.shapes import (
    MisuseAppealShown,
    MisuseShown,
    PublishedMeasure,
    PublishedMeasures,
    TakenShown,
    UsedGrantShown,
)
from reading.shape import Named
from reading.sight import Caller
from reading.stated import choices_of, texts_of
from reading.store import CaseRead, Store, filing_of
from reading.words.language import Language, said
from reading.words.law import Law
from rules.loading import load_pack
from rules.pinned import Label
from rules.pinned_stages import GrantEffect
from rules.procedure_names import ACCESS, MISUSE, MISUSE_APPEAL


@dataclass(frozen=True)
class UsePart:
    """What the use of data brings into a case: a report, an appeal, or what was taken of the grant that it is."""

    misuse: MisuseShown | None = None
    misuse_appeal: MisuseAppealShown | None = None
    taken: list[TakenShown] = field(default_factory=list)


async def use_part(
    store: Store, caller: Caller, law: Law, read: CaseRead, acts: Sequence[ActRow], named: Named
) -> UsePart:
    """That part, for this caller; `acts` are those of the case that came with text."""
    state = read.state
    if state.procedure == MISUSE:
        return UsePart(misuse=await misuse_shown(store, caller, law, read, acts, named))
    if state.procedure == MISUSE_APPEAL:
        against = await misuse.taken_by(store, state.caused_by or "")
        shown = MisuseAppealShown(
            **texts_of(MISUSE_APPEAL, filing_of(acts)),
            against=await taken_shown(store, named, law.language, against) if against else None,
        )
        return UsePart(misuse_appeal=shown)
    if state.procedure == ACCESS:
        rows = await misuse.taken_of(store, [state.case_id])
        return UsePart(taken=[await taken_shown(store, named, law.language, row) for row in rows])
    return UsePart()


async def misuse_shown(
    store: Store, caller: Caller, law: Law, read: CaseRead, acts: Sequence[ActRow], named: Named
) -> MisuseShown:
    """A report; to officers with a part in the case, the grants on the dataset with their accesses, and what was taken
    of one, which whoever reported it does not read: it is the affair of the user."""
    state = read.state
    has_part = caller.has_part(state, law.rules)
    taken = await misuse.taken_by(store, state.case_id) if has_part else None
    stated = choices_of(MISUSE, state.choices)
    return MisuseShown(
        **stated,
        **texts_of(MISUSE, filing_of(acts)),
        misuse_label=called(law, MISUSE_FOUND, stated[MISUSE_FOUND]) or "",
        data_items=list(state.data_items),
        grants=await grants_shown(store, law.language, state) if has_part else [],
        taken=await taken_shown(store, named, law.language, taken) if taken else None,
    )


async def grants_shown(store: Store, language: Language, state: CaseState) -> list[UsedGrantShown]:
    """Every grant on the dataset of a case, with its accesses."""
    rows = await misuse.grants_in_use(store, state.dataset_id)
    names = await directory.logins(store, [each.grant.party for each in rows])
    in_force = {
        row.grant_case_id
        for row in await misuse.taken_of(store, [each.grant.case_id for each in rows])
        if not row.ended_at
    }
    return [
        used_shown(
            each,
            Law(await store.rules(each.case.rules_digest), language),
            names.get(each.grant.party, each.grant.party),
            each.grant.case_id in in_force,
        )
        for each in rows
    ]


def used_shown(each: UsedGrant, law: Law, grantee: str, curtailed: bool) -> UsedGrantShown:
    """One of them, by the law under which it was granted."""
    known = each.grant.model_dump(include=set(UsedGrantShown.model_fields))
    return UsedGrantShown(
        **known,
        case_number=each.case.case_number,
        access_mode_labels=[called(law, "access_mode", mode) or mode for mode in each.grant.access_modes],
        grantee=grantee,
        curtailed=curtailed,
        allowed=each.allowed,
        refused=each.refused,
        last_at=each.last_at,
    )


async def taken_shown(store: Store, named: Named, language: Language, row: CurtailmentRow) -> TakenShown:
    """What a case has taken of a grant, in the words of its own rules."""
    read = await store.case_read(row.case_id)
    law = Law(read.rules, language)
    names = await directory.body_names(store, [row.body])
    hears_appeals = MISUSE_APPEAL in load_pack(row.city).procedures
    granted = await store.case_read(row.grant_case_id) if misuse.names_a_grant(row) else None
    appeals = await misuse.appeals_of(store, granted.state.party, row) if granted and hears_appeals else []
    return TakenShown(
        effect=None if misuse.took_nothing(row) else GrantEffect(row.effect),
        data_items=row.data_items,
        access_mode=row.access_mode,
        access_mode_label=called(Law(granted.rules, language), "access_mode", row.access_mode) if granted else None,
        misuse=row.misuse,
        misuse_label=called(law, MISUSE_FOUND, row.misuse),
        measure=measure_of(law, row),
        body_name=said(names.get(row.body, Label(zh=row.body, en=row.body)), language),
        since=row.since,
        restored_at=None if misuse.took_nothing(row) else row.ended_at,
        corrected_at=row.corrected_at,
        rule=law.named(law.citation(row.source, row.article, row.basis)),
        measure_id=row.case_id if hears_appeals and misuse.stands(row) else None,
        appeal=await named(appeals[0].case_id) if appeals else None,
        case=await named(row.case_id),
    )


async def published_measures(
    store: Store, language: Language, city: str, after: str | None, limit: int
) -> PublishedMeasures:
    """A page of the acts and measures that a city has published, the latest first. Raises CursorUnusable."""
    found = await misuse.published(store, city, after, limit)
    names = await directory.body_names(store, [each.curtailment.body for each in found.rows])
    return PublishedMeasures(
        items=[await published_shown(store, language, each, names) for each in found.rows], next=found.next
    )


async def published_shown(
    store: Store, language: Language, each: Published, names: dict[str, Label]
) -> PublishedMeasure:
    """One of them, by the codes of the record and the words of the rules, and nothing that anybody wrote."""
    row = each.curtailment
    law = Law(await store.rules(each.case.rules_digest), language)
    assert row.made_public_at
    return PublishedMeasure(
        dataset_id=row.dataset_id,
        title=each.dataset.entry.get("title", {}).get(language) or row.dataset_id,
        misuse_label=called(law, MISUSE_FOUND, row.misuse) or "",
        measure=measure_of(law, row),
        data_items=row.data_items,
        access_mode=row.access_mode,
        body_name=said(names.get(row.body, Label(zh=row.body, en=row.body)), language),
        rule=law.named(law.citation(row.source, row.article, row.basis)),
        made_public_at=row.made_public_at,
        corrected_at=row.corrected_at,
        measure_id=row.case_id if misuse.stands(row) and not misuse.names_a_grant(row) else None,
    )


def called(law: Law, name: str, value: str | None) -> str | None:
    """A value of a choice in words, such as a kind of misuse."""
    choice = law.rules.choice(name, value) if value else None
    return law.say(choice.label) if choice else value


def measure_of(law: Law, row: CurtailmentRow) -> str:
    """A measure in words: the outcome by which it was decided."""
    stage = law.rules.stage(row.stage)
    outcome = stage.outcome(row.outcome) if stage else None
    return law.say(outcome.label) if outcome else row.outcome
