"""Where an act stands."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting.receiving import ActShown, shown_act
from api.dependencies import ActId, Calling, Reading, Rendering
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem
from reading.cases import questions as cases

router = APIRouter(prefix="/v1/acts", tags=["acts"])


@router.get("/{act_id}", response_model=ActShown, responses=problems(401, 404, 503), summary="Where an act stands")
async def one_act(
    act_id: ActId, caller: Calling, store: Reading, renderer: Rendering, language: AnsweredIn
) -> ActShown:
    """When it was received, whether it was accepted or refused, and the result or the problem. Of those who may
    know of the case, known to who made it and to officers."""
    row = await cases.act(store, act_id)
    if row is None or await cases.case(store, caller, row.case_id) is None:
        raise Problem("NotFound")
    if row.account != caller.account_id and not caller.is_officer:
        raise Problem("NotFound")
    return await shown_act(store, renderer, row, language, f"/v1/acts/{act_id}")
