"""The head of a case: the lengths of its log and its inbox, and the hash of the last of each; a leaf of the tree."""

from __future__ import annotations

import json
from typing import NamedTuple

from activities.proof.canonical import canonical
from activities.proof.merkle import leaf_hash

HEAD = "kaifang-head/1"


class Head(NamedTuple):
    """How far the two chains of a case go."""

    case_id: str
    events: int
    head: str
    acts: int
    acts_head: str

    def leaf(self, algorithm: str) -> bytes:
        """The hash of the leaf that stands for it."""
        return leaf_hash(algorithm, canonical(json.dumps({"format": HEAD, **self._asdict()})))
