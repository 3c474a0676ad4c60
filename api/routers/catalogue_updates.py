"""Recording what makes an entry of the catalogue change (目录更新): the event first and the draft later, or both.

The clock of the law runs from the event, so who learns of one records it, whether anything is drafted yet or not.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.acting.filing import AsFiler
from api.acting.forms.filing import CatalogueUpdateForm
from api.acting.updating import PATH, UpdateFiled, receive_update
from api.dependencies import Reading, RequiredIdempotencyKey, Reviewer, Running
from api.http.openapi import problems
from reading.cases.shapes import CaseShown

router = APIRouter(tags=["catalogue updates"])


async def filed(
    runtime: Running, store: Reading, filer: AsFiler, caller: Reviewer, key: RequiredIdempotencyKey
) -> UpdateFiled:
    return UpdateFiled(runtime, store, filer, caller, key)


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 409, 422, 503),
    summary="Record what makes an entry of the catalogue change",
)
async def file_catalogue_update(form: CatalogueUpdateForm, call: Annotated[UpdateFiled, Depends(filed)]) -> CaseShown:
    """By a reviewer of the provider whose entry it is, or of the authority. Without `entry` the event is on record, and
    the draft follows as a decision of the compilation; the clock of the law runs from `occurred_on` meanwhile. With
    `entry` the draft is submitted too, or nothing is received. While another update of the entry goes first the case
    waits for its turn (`waits_for`), and its draft is kept (`update.draft`). When the turn has come it lies before its
    body, who looks at what was published meanwhile and decides `submit`, which submits the draft that is kept unless
    another is stated; the same call, repeated then, submits it too."""
    return await receive_update(call, form)
