"""Grants in a list, and who holds conditional data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from models.restrictions import RestrictionKind, touches
from reading.catalogue import questions as catalogue
from reading.catalogue.questions import DatasetStanding
from reading.grants import questions as grants
from reading.grants.questions import GrantInCase, Holding
from reading.grants.shapes import GrantInList, HolderPage, HolderShown
from reading.misuse import questions as misuse
from reading.objections.shapes import RestrictedBy
from reading.shape import Page
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language, said
from reading.words.law import Law
from rules.deadlines import to_shanghai
from rules.pack import Pack
from rules.pinned import Label
from rules.pinned_stages import GrantEffect
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import as_last_in_force, citation, in_force


async def grant_page(
    store: Store, caller: Caller, dataset_id: str | None, after: str | None, limit: int, for_body: str | None = None
) -> Page[GrantInList]:
    """The caller's own grants; an officer's, those whose cases it may know of, or of these the grants of a body; latest
    first. Raises CursorUnusable."""
    found = await grants.grants(store, caller, dataset_id, after, limit, for_body)
    held = (each.grant.dataset_id for each in found.rows if each.grant.ended is None)
    standings = await catalogue.standings(store, held)
    taken = await curtailed(store, [each.grant.case_id for each in found.rows])
    return Page(
        items=[grant_shown(each, standings.get(each.grant.dataset_id), taken) for each in found.rows],
        next=found.next,
    )


async def grant_of(store: Store, caller: Caller, case_id: str) -> GrantInList | None:
    """The grant that is this case; None where the caller may not know of it."""
    found = await grants.grant(store, caller, case_id)
    if found is None:
        return None
    held = [found.grant.dataset_id] if found.grant.ended is None else []
    standings = await catalogue.standings(store, held)
    taken = await curtailed(store, [case_id])
    return grant_shown(found, standings.get(found.grant.dataset_id), taken)


async def curtailed(store: Store, access_case_ids: Sequence[str]) -> dict[str, GrantEffect]:
    """What is taken now of each of these grants of which something is: everything goes before some of it."""
    found: dict[str, GrantEffect] = {}
    for row in await misuse.taken_of(store, access_case_ids):
        if row.ended_at is None and found.get(row.grant_case_id) is not GrantEffect.CLOSE:
            found[row.grant_case_id] = GrantEffect(row.effect)
    return found


def grant_shown(held: GrantInCase, standing: DatasetStanding | None, taken: Mapping[str, GrantEffect]) -> GrantInList:
    """A grant, with what keeps its data back while it holds, and what is `taken` of grants."""
    grant, case = held.grant, held.case
    kept_back = standing.restrictions if standing and grant.ended is None else ()
    return GrantInList(
        **grant.model_dump(include=set(GrantInList.model_fields)),
        restricted_by=[
            RestrictedBy(
                case_number=None,
                restriction=RestrictionKind(each.kind),
                data_items=each.data_items,
                except_items=each.except_items,
            )
            for each in kept_back
            if touches(each.restricted, grant.data_items)
        ],
        curtailed=taken.get(grant.case_id),
        case_number=case.case_number,
        city=case.city,
        has_key=grant.key_digest is not None,
    )


async def holder_page(store: Store, language: Language, pack: Pack, after: str | None, limit: int) -> HolderPage | None:
    """Everybody who has had a grant on conditional data, latest first; None where the law of the city does not make
    that public today. Raises CursorUnusable."""
    now = await store.now()
    on = to_shanghai(now).date()
    rule = in_force(pack.holders or (), on)
    if rule is None or rule.value is None:
        return None
    found = await grants.holdings(store, pack.city, after, limit)
    law = Law(as_last_in_force(pack, ACCESS_REQUEST, on), language)
    return HolderPage(
        rule=law.named(citation(pack, rule.cite)),
        items=[holder_shown(each, now, language) for each in found.rows],
        next=found.next,
    )


def holder_shown(holding: Holding, now: datetime, language: Language) -> HolderShown:
    """Who holds what, since when and until when."""
    grant, dataset = holding.grant, holding.dataset
    has_expired = grant.valid_until <= now
    return HolderShown(
        name=said(holding.holder, language),
        dataset_id=dataset.dataset_id,
        title=said(Label.model_validate(dataset.entry["title"]), language),
        use=grant.use,
        access_mode=grant.access_mode,
        granted_at=grant.granted_at,
        valid_until=grant.valid_until,
        ended_at=holding.case.closed_at or (grant.valid_until if has_expired else None),
    )
