"""What a draft changes in an entry."""

from __future__ import annotations

from collections.abc import Mapping


def changes(draft: Mapping[str, object], before: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    """Field to what the entry says and what the draft would have it say, where they differ."""
    return {name: (before.get(name), value) for name, value in draft.items() if before.get(name) != value}
