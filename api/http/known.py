"""What is asked for by its id exists, or the call gets the problem that it does not."""

from __future__ import annotations

from typing import TypeVar

from api.http.problems import Problem

T = TypeVar("T")


def known(found: T | None) -> T:
    """What was found. Raises a Problem where nothing was."""
    if found is None:
        raise Problem("NotFound")
    return found
