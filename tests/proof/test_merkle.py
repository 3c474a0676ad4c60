"""Trees hash as RFC 6962 says, and every leaf can be proven to a stranger."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from activities.proof.merkle import Tree, leaf_hash, root_by_path, root_of

LEAVES = [bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243")]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
]
"""The vectors of the certificate-transparency project."""


def hashes(count: int) -> list[bytes]:
    return [leaf_hash("sha256", str(number).encode()) for number in range(count)]


def test_the_roots_of_certificate_transparency_are_found() -> None:
    for count, expected in enumerate(ROOTS, start=1):
        leaves = [leaf_hash("sha256", leaf) for leaf in LEAVES[:count]]
        assert root_of("sha256", leaves) == (bytes.fromhex(expected), count)
        assert Tree("sha256", leaves).root.hex() == expected
    assert root_of("sha256", []) == (hashlib.sha256(b"").digest(), 0)


@given(st.integers(1, 70), st.data())
def test_the_path_of_every_leaf_leads_to_the_root_and_of_no_other_leaf(count: int, data: st.DataObject) -> None:
    leaves, index = hashes(count), data.draw(st.integers(0, count - 1))
    tree = Tree("sha256", leaves)
    path = tree.path(index)
    assert tree.root == root_of("sha256", leaves)[0]
    assert root_by_path("sha256", leaves[index], index, count, path) == tree.root
    assert root_by_path("sha256", leaf_hash("sha256", b"another"), index, count, path) != tree.root
    assert root_by_path("sha256", leaves[index], index, count, [*path, path[0] if path else leaves[0]]) != tree.root
    for other in {0, count - 1, (index + 1) % count} - {index}:
        assert root_by_path("sha256", leaves[index], other, count, path) != tree.root
    for outside in (count, -1):
        assert root_by_path("sha256", leaves[index], outside, count, path) is None
