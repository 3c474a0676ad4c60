"""What a token that is believed says of whoever brings it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Bearer:
    """An account by its id, or by what its issuer calls it (`issuer`, `subject`); when the token was issued, and its
    name, where it has one."""

    subject: str
    issuer: str | None
    issued_at: datetime
    jti: str | None
