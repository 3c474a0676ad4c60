"""A problem as it is answered (RFC 9457)."""

from __future__ import annotations

from pydantic import Field

from reading.shape import RuleNamed, Shape


class FieldError(Shape):
    """One thing that is wrong with one field."""

    field: str | None
    code: str
    detail: str
    rule: RuleNamed | None = None


class ProblemDocument(Shape):
    """A problem as RFC 9457 describes it. `type` is stable, `title` and `detail` are for people."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] = Field(default_factory=list)
    act_id: str | None = None
