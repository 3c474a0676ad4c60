"""Merkle trees as RFC 6962 hashes them (section 2.1): leaves and nodes told apart by a prefix, by any algorithm."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

LEAF, NODE = b"\x00", b"\x01"


def leaf_hash(algorithm: str, leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.new(algorithm, LEAF + leaf).digest()


def node_hash(algorithm: str, left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others."""
    return hashlib.new(algorithm, NODE + left + right).digest()


class Growing:
    """A tree of which nothing is kept but the way to its root: one hash a level."""

    def __init__(self, algorithm: str) -> None:
        self._algorithm = algorithm
        self._left: list[tuple[bytes, int]] = []
        """Roots of whole trees, the widest first, with their sizes."""
        self.leaves = 0

    def add(self, leaf: bytes) -> None:
        """The hash of the next leaf."""
        root, size = leaf, 1
        while self._left and self._left[-1][1] == size:
            root, size = node_hash(self._algorithm, self._left.pop()[0], root), size * 2
        self._left.append((root, size))
        self.leaves += 1

    def root(self) -> bytes:
        """The root over the leaves so far."""
        if not self._left:
            return hashlib.new(self._algorithm, b"").digest()
        root = self._left[-1][0]
        for left, _ in reversed(self._left[:-1]):
            root = node_hash(self._algorithm, left, root)
        return root


def root_of(algorithm: str, leaves: Iterable[bytes]) -> tuple[bytes, int]:
    """The root over the hashes of leaves in their order, and how many they are."""
    tree = Growing(algorithm)
    for leaf in leaves:
        tree.add(leaf)
    return tree.root(), tree.leaves


class Tree:
    """A tree in memory, of which each leaf can be proven."""

    def __init__(self, algorithm: str, leaves: Sequence[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(level := self._levels[-1]) > 1:
            pairs = [node_hash(algorithm, *level[at : at + 2]) for at in range(0, len(level) - 1, 2)]
            self._levels.append(pairs + ([level[-1]] if len(level) % 2 else []))
        self.root = self._levels[-1][0] if leaves else hashlib.new(algorithm, b"").digest()

    def path(self, index: int) -> list[bytes]:
        """The hashes beside the way from a leaf to the root, the lowest first."""
        path = []
        for level in self._levels[:-1]:
            if (beside := index ^ 1) < len(level):
                path.append(level[beside])
            index //= 2
        return path


def root_by_path(algorithm: str, leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf's hash at that place in a tree of that size leads to; None where the path fits no such
    tree (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            root = node_hash(algorithm, beside, root)
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            root = node_hash(algorithm, root, beside)
        place, last = place // 2, last // 2
    return root if last == 0 else None
