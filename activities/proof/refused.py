"""How often somebody tried in vain to change or delete what is on record (docs/decisions/0068)."""

from __future__ import annotations

REFUSED = "select case when is_called then last_value else 0 end from refused_rewritings"
"""Counted past every rollback. PostgreSQL keeps such counts ahead by 32 at most: after a crash it may be that much too
high, and is never too low but by what the last moments before it counted."""
