"""Within what time a step of a workflow has to yield: two seconds in production, and in tests so long that a machine
which has much else to do is taken for no deadlock.

The SDK takes a step for one that hangs by the clock on the wall, and has no setting for it but the one for debuggers,
which runs steps in another way.
"""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.worker import _workflow

OF_THE_SDK = 2
"""Seconds, in production."""
IN_TESTS = 60
AS_IT_IS = _workflow._WorkflowWorker.__init__


def patiently(patch: pytest.MonkeyPatch) -> None:
    """The workers of this process from now on; those of programs that tests start keep the bound of production."""

    def made_patient(self: Any, *given: Any, **named: Any) -> None:
        AS_IT_IS(self, *given, **named)
        assert self._deadlock_timeout_seconds == OF_THE_SDK, "the SDK has another bound, or another name for it"
        self._deadlock_timeout_seconds = IN_TESTS

    patch.setattr(_workflow._WorkflowWorker, "__init__", made_patient)


def as_it_is(patch: pytest.MonkeyPatch) -> None:
    """The workers of this process from now on have the bound of production."""
    patch.setattr(_workflow._WorkflowWorker, "__init__", AS_IT_IS)
