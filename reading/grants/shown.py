"""A grant in a list, with what keeps its data back."""

from __future__ import annotations

from activities.tables.cases import CaseRow
from activities.tables.gate import GrantRow
from models.restrictions import RestrictionKind, touches
from reading.catalogue.questions import DatasetStanding
from reading.grants.shapes import GrantInList
from reading.objections.shapes import RestrictedBy


def shown(grant: GrantRow, case: CaseRow, standing: DatasetStanding | None) -> GrantInList:
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
        case_number=case.case_number,
        city=case.city,
        has_key=grant.key_digest is not None,
    )
