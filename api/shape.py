"""What every shape of an answer is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from rules.deadlines import to_shanghai
from rules.pinned import Basis

Instant = Annotated[datetime, AfterValidator(to_shanghai)]
"""Shown with the offset of Asia/Shanghai, by which the periods are counted."""


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class Cited(Shape):
    """Where a rule stands. `basis` tells a rule of law from a service rule, whose reason is the `note`."""

    source: str
    article: str | None
    basis: Basis
    note: str | None = None
