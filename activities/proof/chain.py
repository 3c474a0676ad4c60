"""The chains of a case: each event, and each act of its inbox, carries the hash of itself and of the one before.

A hash is the writer's and stands beside the event, not in it: logs fold, replay and are recorded as before
(docs/decisions/0062; the format for strangers is docs/verifying.md).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from activities.proof.canonical import canonical

EVENT, ACT = "kaifang-event/1", "kaifang-act/1"
"""What is hashed, and the version of how."""
BEGINNING = ""
"""In the place of a hash, before the first of a chain."""
SALT_BYTES = 16


class Algorithm(StrEnum):
    """By what is hashed; each hash names it, so that a chain may go on by another."""

    SHA256 = "sha256"
    SM3 = "sm3"


class Content(NamedTuple):
    """What was written with an act, as a chain binds it: the digest stays when text and salt are erased, and without
    the salt nobody can guess the text by it."""

    digest: str | None
    salt: str | None


NOTHING_WRITTEN = Content(None, None)


def digest(algorithm: str, data: bytes) -> str:
    """The hash of these bytes, with its name before it. Raises ValueError where this machine has no such algorithm."""
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def algorithm_of(named: str) -> str:
    """The algorithm that a hash names, by which a chain goes on where nobody chooses another; before the first,
    SHA-256. Raises ValueError for what is no hash of ours."""
    return Algorithm(named.partition(":")[0]).value if named else Algorithm.SHA256.value


def event_hash(algorithm: str, case_id: str, number: int, event: str, previous: str) -> str:
    """The hash of an event, as JSON, that follows on the one with the hash `previous`."""
    return digest(
        algorithm,
        canonical(
            f'{{"format":"{EVENT}","case_id":{json.dumps(case_id)},"number":{number},"event":{event},'
            f'"previous":{json.dumps(previous)}}}'
        ),
    )


def act_hash(
    algorithm: str,
    *,
    case_id: str,
    seq: int,
    act_id: str,
    kind: str,
    account: str,
    act: str,
    content_digest: str | None,
    files: str | None,
    previous: str,
) -> str:
    """The hash of an act of an inbox, that follows on the one with the hash `previous`. `files` are those that came
    with it, each id with the SHA-256 of its bytes, as JSON."""
    around = {
        "format": ACT,
        "case_id": case_id,
        "seq": seq,
        "act_id": act_id,
        "kind": kind,
        "account": account,
        "content": content_digest,
        "previous": previous,
    }
    return digest(algorithm, canonical(f'{json.dumps(around)[:-1]},"act":{act},"files":{files or "{}"}}}'))


def content_digest(algorithm: str, content: str, salt: str) -> str:
    """The digest of what was written with an act, as JSON, under the salt."""
    return digest(algorithm, bytes.fromhex(salt) + canonical(content))


class Chain:
    """How the writer goes on with the chains of a case."""

    def __init__(self, algorithm: Algorithm = Algorithm.SHA256) -> None:
        self.algorithm = algorithm.value
        digest(self.algorithm, b"")  # a machine that has it not says so when it starts

    def on(self, head: str, case_id: str, numbers: Sequence[int], events: Sequence[str]) -> list[str]:
        """The hash of each of these events, as JSON, which follow on the event with the hash `head`."""
        hashes = []
        for number, event in zip(numbers, events, strict=True):
            head = event_hash(self.algorithm, case_id, number, event, head)
            hashes.append(head)
        return hashes

    def content(self, content: str | None) -> Content:
        """What was written with an act, bound under a new salt."""
        if content is None:
            return NOTHING_WRITTEN
        salt = secrets.token_hex(SALT_BYTES)
        return Content(content_digest(self.algorithm, content, salt), salt)


def files_kept(files: Mapping[str, str]) -> str | None:
    """The files that came with an act as the inbox keeps them; None where none came."""
    return json.dumps(dict(files), sort_keys=True) if files else None
