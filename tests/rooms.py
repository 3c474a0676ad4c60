"""The rooms of the product, for the tests that look into each: those over which the import contracts stand."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _of_the_contracts() -> tuple[str, ...]:
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    return tuple(contracts["importlinter"]["root_packages"].split())


ROOMS = _of_the_contracts()
EXECUTED = (*ROOMS, "benchmarks")
"""With what measures them."""
