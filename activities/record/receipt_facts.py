"""What other cases mean for a receipt: whether a hold may begin, and what is kept back of the data already.

The facts are read under locks that keep them so until the receipt's transaction ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from activities.record.touching import have_dataset_alone, hold_dataset, met, met_by_update, restrictions_on
from models import acts as a
from models import events as e
from models.act_contents import GrantAtReceipt, Standing
from models.restrictions import RestrictionKind, all_gone
from models.sharing import class_of
from rules.admissibility import why_not_of
from rules.pack import GROUND
from rules.pinned import Label
from rules.procedure_names import CATALOGUE_UPDATE, SHARING_REQUEST
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import SHARING_CLASS

if TYPE_CHECKING:
    from activities.database import Connection

STANDING = """
select
  exists (
    select from objections where party = $1 and dataset_id = $2 and ground = $3 and not upheld
  ) as rejected_before,
  (
    select count(*) from objections join restrictions using (case_id)
    where party = $1 and kind = 'hold' and ended_at is null
  ) as open_holds
"""


OF_ANOTHER = f"""
select exists (select from datasets where dataset_id = $1 and provider <> $2)
  or exists (
    select from cases
    where dataset_id = $1 and provider <> $2 and procedure = '{CATALOGUE_UPDATE}' and closed_at is null
  )
"""  # noqa: S608  # a constant of ours


GRANT_NAMED = """
select grants.case_id, grants.data_items, access_mode, access_modes,
  ended is not null or valid_until <= $3 as is_over, case when access.for_body is null then access.party end as grantee
from grants join cases as access using (case_id) join cases as misuse on misuse.dataset_id = grants.dataset_id
where misuse.case_id = $1 and access.case_number = $2
"""
OF_ITS_COUNTY = "select body from tasks join bodies using (body) where task_id = $1 and county = $2"


class ItemsAreGone(Exception):
    """The entry has changed since the filing was judged and no longer has these items: nothing was received."""

    def __init__(self, items: tuple[str, ...]) -> None:
        self.items = items
        super().__init__(", ".join(items))


class BodyMissing(Exception):
    """The directory has no body of a role before which a case of this city may come to lie, so that it could not go
    on."""

    def __init__(self, city: str, role: str, name: Label) -> None:
        super().__init__(f"the directory has no {role} of {city}")
        self.name = name
        """How the law of the city calls it."""


class OpennessHasChanged(Exception):
    """The entry has changed since the filing was judged, and data of its class is not what the procedure is about:
    nothing was received. `code` says why, as admissibility does."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class DatasetOfAnotherProvider(Exception):
    """The dataset is another provider's, or one has filed an update for it that is open: nothing was received."""


class SharingHasChanged(Exception):
    """The entry has another class of sharing since the filing was judged: nothing was received."""


class DataIsWithdrawn(Exception):
    """All that is asked for was withdrawn, so there is nothing to ask for: nothing was received."""


@dataclass(frozen=True)
class FactsAtReceipt:
    """What other cases mean for a filing: the standing of who objects, and what is kept back of the data."""

    standing: Standing | None = None
    met: tuple[e.RestrictionMet | e.TurnAwaited, ...] = ()
    """What the case meets at its receipt, which the log then says after its filing."""
    data_items: tuple[str, ...] | None = None
    """The items of a request that names none: all that the dataset has at its receipt, and none that it gets later.
    None where the filing names its own."""


async def dataset_is_its_own(connection: Connection, dataset_id: str, provider: str) -> None:
    """Nobody else has the dataset or is about to: a new one belongs to the provider whose filing was received first.
    Under the lock on the dataset. Raises DatasetOfAnotherProvider."""
    if await connection.fetchval(OF_ANOTHER, dataset_id, provider):
        raise DatasetOfAnotherProvider(dataset_id)


async def facts_at_receipt(
    connection: Connection,
    rules: ProcedureRules,
    party: str,
    dataset_id: str,
    choices: Mapping[str, str],
    data_items: tuple[str, ...],
    at: datetime,
) -> FactsAtReceipt:
    """The facts, which stay so until the transaction ends.

    Raises DataIsWithdrawn where nothing is left to ask for, ItemsAreGone where the dataset lacks an item that is named,
    OpennessHasChanged where the procedure is not about data of its class, SharingHasChanged where it is shared
    otherwise than the filing was judged by.
    """
    ground = choices.get(GROUND)
    if ground:
        await have_dataset_alone(connection, dataset_id)
        await entry_is_as_judged(connection, rules, dataset_id, data_items)
        return FactsAtReceipt(standing=await standing_of(connection, party, dataset_id, ground))
    if rules.procedure == CATALOGUE_UPDATE:
        await have_dataset_alone(connection, dataset_id)
        return FactsAtReceipt(met=await met_by_update(connection, dataset_id, at))
    if rules.grant is None:
        return FactsAtReceipt()
    await hold_dataset(connection, dataset_id)
    known = await entry_is_as_judged(connection, rules, dataset_id, data_items)
    if rules.procedure == SHARING_REQUEST:
        await shared_as_judged(connection, dataset_id, choices)
    data_items = data_items or known
    restrictions = await restrictions_on(connection, dataset_id)
    kept_back = (each for of_case in restrictions.values() for each in of_case)
    gone = [each.items for each in kept_back if each.kind is RestrictionKind.WITHDRAWAL]
    if all_gone(gone, data_items):
        raise DataIsWithdrawn
    return FactsAtReceipt(met=met(restrictions, at), data_items=data_items)


async def entry_is_as_judged(
    connection: Connection, rules: ProcedureRules, dataset_id: str, data_items: tuple[str, ...]
) -> tuple[str, ...]:
    """The procedure is about data of the dataset's class, and it has these items; under the lock on it. All that it
    has.

    Raises OpennessHasChanged, ItemsAreGone.
    """
    known = await connection.fetchrow("select openness, items from datasets where dataset_id = $1", dataset_id)
    if known is None:
        return ()
    if code := why_not_of(rules, known["openness"]):
        raise OpennessHasChanged(code)
    if gone := tuple(item for item in data_items if item not in known["items"]):
        raise ItemsAreGone(gone)
    return tuple(known["items"])


async def shared_as_judged(connection: Connection, dataset_id: str, choices: Mapping[str, str]) -> None:
    """The entry has the class of sharing by which the filing was judged; under the lock on it. Raises
    SharingHasChanged."""
    known = "select entry ->> 'sharing_class' from datasets where dataset_id = $1"
    if class_of({SHARING_CLASS: await connection.fetchval(known, dataset_id)}) != choices.get(SHARING_CLASS):
        raise SharingHasChanged(dataset_id)


async def body_of_county(connection: Connection, task_id: str, authority: str | None) -> str | None:
    """The body before which the task lies, where it belongs to the county of this authority."""
    found: str | None = await connection.fetchval(OF_ITS_COUNTY, task_id, authority)
    return found


async def standing_at_receipt(connection: Connection, case_id: str) -> Standing:
    """The standing of the objector of a case, for anything else that this case holds back."""
    row = await connection.fetchrow("select party, dataset_id, ground from objections where case_id = $1", case_id)
    return Standing() if row is None else await standing_of(connection, row["party"], row["dataset_id"], row["ground"])


async def items_at_receipt(connection: Connection, case_id: str) -> tuple[str, ...]:
    """The items that the dataset of a case has; under the lock on the dataset, until the transaction ends."""
    items = await connection.fetchval(
        "select items from datasets join cases using (dataset_id) where case_id = $1", case_id
    )
    return tuple(items or ())


async def grant_at_receipt(connection: Connection, act: a.Decide, now: datetime) -> a.Decide:
    """A decision with what the record says of the grant that it names, on the dataset of its case; under the lock on
    that."""
    if act.finding is None or act.finding.named is None:
        return act
    row = await connection.fetchrow(GRANT_NAMED, act.case_id, act.finding.named, now)
    if row is None:
        return act
    modes = tuple(row["access_modes"]) or ((row["access_mode"],) if row["access_mode"] else ())
    grant = GrantAtReceipt(
        grant=row["case_id"],
        data_items=tuple(row["data_items"]),
        access_modes=modes,
        is_over=row["is_over"],
        grantee=row["grantee"],
    )
    return act.model_copy(update={"finding": act.finding.model_copy(update={"grant": grant})})


async def standing_of(connection: Connection, party: str, dataset_id: str, ground: str) -> Standing:
    """What the record says of an objector; no other hold of the same person begins until the transaction ends."""
    await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 2))", party)
    row = await connection.fetchrow(STANDING, party, dataset_id, ground)
    assert row
    return Standing(rejected_before=row["rejected_before"], open_holds=row["open_holds"])
