"""A ring of keys in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.sealing.ring import Ring
from activities.sealing.seals import Seals


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def ring(folder: Path) -> Iterator[Ring]:
    ring = Ring.open(folder)
    yield ring
    ring.close()


@pytest.fixture
def seals(ring: Ring) -> Seals:
    return Seals(ring)
