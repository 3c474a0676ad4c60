"""How hard sequences are tried: the same examples in every run; KAIFANG_LONG=1 tries many more, new ones each time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

LONG = bool(os.environ.get("KAIFANG_LONG"))
PROFILE = settings(
    max_examples=1500 if LONG else 60,
    stateful_step_count=60 if LONG else 25,
    derandomize=not LONG,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),  # a machine whose case closed early filters much; the profile bounds time
)
