"""What the service answers of rectifications (责令改正)."""

from __future__ import annotations

from reading.shape import Shape
from reading.stated import shows
from rules.procedure_names import RECTIFICATION


@shows(RECTIFICATION)
class RectificationShown(Shape):
    """Which body is to put right what. `task_id` is of the task that gave cause for it, and `caused_by` of the case is
    that task's case, or the one that was named instead; null where none was."""

    body: str
    body_name: str
    breach: str
    breach_label: str
    statement: str | None
    task_id: str | None
