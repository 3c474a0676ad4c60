"""What a verification finds, each as a fact with what it speaks of; the command says it in words."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Fault(StrEnum):
    """What is not as it was written."""

    EVENT_CHANGED = "event_changed"
    EVENT_MISSING = "event_missing"
    EVENT_UNCHAINED = "event_unchained"
    EVENT_BEYOND = "event_beyond"
    EVENT_ROW = "event_row"
    TAIL_CUT = "tail_cut"
    ACT_CHANGED = "act_changed"
    ACT_MISSING = "act_missing"
    ACT_UNCHAINED = "act_unchained"
    ACT_OF_EVENT = "act_of_event"
    TEXT_CHANGED = "text_changed"
    TEXT_GONE = "text_gone"
    FILE_CHANGED = "file_changed"
    FILE_GONE = "file_gone"
    FILE_OTHERWISE = "file_otherwise"
    CASE_NUMBERS = "case_numbers"
    CASE_GONE = "case_gone"
    LOG_REWRITTEN = "log_rewritten"
    INBOX_REWRITTEN = "inbox_rewritten"
    LOG_SHORTER = "log_shorter"
    INBOX_SHORTER = "inbox_shorter"
    HEAD_OF_DAY = "head_of_day"
    ROOT_OF_DAY = "root_of_day"
    DAY_CHANGED = "day_changed"
    DAY_OF_OTHER_KEY = "day_of_other_key"
    DAY_OF_UNKNOWN_KIND = "day_of_unknown_kind"
    DAY_MISSING = "day_missing"
    DAY_REWRITTEN = "day_rewritten"
    FILE_OF_DAY = "file_of_day"
    STAMP_CHANGED = "stamp_changed"
    STAMP_GONE = "stamp_gone"


class Finding(NamedTuple):
    """One thing that is not as it was written: of which case, or of none, and what the words need."""

    fault: Fault
    case_id: str = ""
    what: str = ""
    """The number of an event or an act, the id of an act or a file, or a day."""
    other: str = ""
