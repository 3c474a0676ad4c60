"""`python -m tests.mechanism` prints how many worlds each exploration goes through, for `docs/mechanism.md`."""

from __future__ import annotations

import sys

from tests.mechanism.exploring import explored
from tests.mechanism.machine import Machine
from tests.mechanism.plans import LONG, PLANS, SHORT

if __name__ == "__main__":
    for bound in (*SHORT, *LONG):
        found = explored(Machine(PLANS[bound.plan](), bound.carriers), bound.crashes)
        assert not found.wrong, found.way
        counted = f"{found.worlds:,} | {found.steps:,} | {found.ends:,}"
        sys.stdout.write(f"| {bound.plan} | {bound.crashes} | {bound.carriers} | {counted} |\n")
        sys.stdout.flush()
