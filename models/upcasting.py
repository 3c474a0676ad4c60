"""Events that an earlier version wrote, in today's shape: one function for each change of a shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""(type, version) to a function that returns the same event one version later. Empty while every shape is the first."""


def upcast(stored: Any) -> Any:
    """The event in today's shape, whatever version of it lies in a log, an input or a history."""
    if isinstance(stored, dict):
        while step := UPCASTERS.get((stored.get("type", ""), stored.get("version", 1))):
            stored = step(stored)
    return stored
