"""Where an act stands."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting.answering import ACTS
from api.acting.receiving import ActShown, shown_act
from api.dependencies import ActId, Calling, Reading
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem
from reading.cases import questions as cases

router = APIRouter(prefix=ACTS, tags=["acts"])


@router.get("/{act_id}", response_model=ActShown, responses=problems(401, 404, 503), summary="Where an act stands")
async def one_act(act_id: ActId, caller: Calling, store: Reading, language: AnsweredIn) -> ActShown:
    """When it was received, whether it was accepted or refused, and the result or the problem. Of those who may
    know of the case, known to who made it and to officers."""
    row = await cases.act_for(store, caller, act_id)
    if row is None:
        raise Problem("NotFound")
    return await shown_act(store, caller, language, row)
