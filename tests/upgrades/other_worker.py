"""`python -m tests.upgrades.other_worker`: the worker of the other release, a process as the worker is."""

from __future__ import annotations

from activities.engine.leaving import leave
from tests.upgrades.releases import OTHER_RELEASE
from worker import main

if __name__ == "__main__":
    main(OTHER_RELEASE)
    leave()
