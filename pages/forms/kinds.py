"""As what a field is asked for on a page, by its name: the vocabulary of all cities, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """How a field is filled in."""

    PROSE = "prose"
    LINE = "line"
    CHOICE = "choice"
    ITEMS = "items"
    FILES = "files"
    DAY = "day"
    TIME = "time"
    WORKING_DAYS = "working_days"
    COUNT = "count"
    YES = "yes"


KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("reference", "tender_reference", "elsewhere"), Kind.LINE),
    "data_items": Kind.ITEMS,
    "left_items": Kind.ITEMS,
    **dict.fromkeys(("misused_grant", "left_mode", "account_user", "contact", "reached_at"), Kind.LINE),
    "evidence": Kind.FILES,
    **dict.fromkeys(
        (
            *("processed_on", "held_from", "held_until", "last_day", "occurred_on", "discovered_on", "obtained_on"),
            "opens_on",
        ),
        Kind.DAY,
    ),
    "time_limit": Kind.WORKING_DAYS,
    **dict.fromkeys(("valid_days", "daily_calls", "report_days"), Kind.COUNT),
    **dict.fromkeys(
        (
            *("urgency", "access_mode", "use", "ground", "leak", "trigger", "breach", "openness", "named_class"),
            *("misuse", "account_action", "sharing_class"),
            *("origin", "law_in_question", "specialised", "secrets_or_privacy", "group_interests", "masked"),
            *("subjects_consent", "closed_case", "conditional_case", "priority", "readability"),
            *("state_secrets", "security_or_stability", "statutory_ban", "work_secrets"),
            *("internal_affairs", "agreement_or_rights"),
            *("outcome", "provider", "body"),
        ),
        Kind.CHOICE,
    ),
    "entry_changes": Kind.YES,
}


def kind_of(field: str) -> Kind:
    """How a field is asked for; a field that the table does not name is prose."""
    return KINDS.get(field, Kind.PROSE)
