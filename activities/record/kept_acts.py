"""An act as a row of the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from activities.proof.chain import BEGINNING, act_hash, files_kept
from activities.statements import insert

if TYPE_CHECKING:
    from activities.proof.chain import Chain
    from models.acts import Act


class ActKept(NamedTuple):
    """A row of the inbox, as an act comes in."""

    act_id: str
    case_id: str
    seq: int
    kind: str
    account: str
    received_at: datetime
    state: str
    act: str
    content: str | None
    request_digest: str
    files: str | None
    content_digest: str | None
    content_salt: str | None
    hash: str


RECEIVE_ACT = insert("acts", ActKept._fields)


def act_kept(
    chain: Chain,
    act: Act,
    seq: int,
    content: str | None,
    request_digest: str,
    *,
    previous: str = BEGINNING,
    files: Mapping[str, str] | None = None,
) -> ActKept:
    """An act as the inbox keeps it, the `seq`th of its case, after the one with the hash `previous`; `content` is what
    was written with it, `files` came with it, each id with the SHA-256 of its bytes."""
    bound, kept = chain.content(content), act.model_dump_json()
    named = files_kept(files or {})
    return ActKept(
        act_id=act.id,
        case_id=act.case_id,
        seq=seq,
        kind=act.kind,
        account=act.by.account,
        received_at=act.received_at,
        state="received",
        act=kept,
        content=content,
        request_digest=request_digest,
        files=named,
        content_digest=bound.digest,
        content_salt=bound.salt,
        hash=act_hash(
            chain.algorithm,
            case_id=act.case_id,
            seq=seq,
            act_id=act.id,
            kind=act.kind,
            account=act.by.account,
            act=kept,
            content_digest=bound.digest,
            files=named,
            previous=previous,
        ),
    )
