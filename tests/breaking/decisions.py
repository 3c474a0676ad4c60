"""What decisions on objections do, as one reads it in the regulations of the cities and the choices beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Does(NamedTuple):
    """What a decision does: to the data (`served` lifts), to the `whole` of it or what is named; and how it ends."""

    data: str | None = None
    whole: bool = False
    upheld: bool | None = None
    """How the case ends with it; None: it goes on."""
    verified: bool = False
    """The facts are verified with it: from then on no evidence holds anything back."""


REVIEW = {("suspension", "suspend"): Does("suspension"), ("suspension", "keep_open"): Does("served")}
PROCESSING = {
    ("verification", "withdraw"): Does("withdrawal", upheld=True),
    ("verification", "restore"): Does("served", upheld=False),
    ("verification", "process"): Does("suspension", verified=True),
    ("processing", "reopen"): Does("served", upheld=True),
    ("processing", "withdraw"): Does("withdrawal", upheld=True),
}
DOES: Mapping[str, Mapping[tuple[str, str], Does]] = {
    "nanning": {**REVIEW, **PROCESSING},
    "yulin": {**REVIEW, **PROCESSING},
    "guangzhou": {
        **REVIEW,
        ("suspension", "leak_found"): Does("suspension"),
        ("leak_remedy", "remedied"): Does("suspension"),
        ("leak_remedy_found", "remedied"): Does("suspension"),
        ("verification", "withdraw"): Does("withdrawal", upheld=True),
        ("verification", "process_and_reopen"): Does("served", upheld=True),
        ("verification", "keep_open"): Does("served", upheld=False),
        ("verification", "other_measure"): Does("served", upheld=True),
        ("verification", "withdraw_until_processed"): Does("withdrawal_until_processed", verified=True),
        ("reopening", "reopen"): Does("served", upheld=True),
        ("reopening", "stay_withdrawn"): Does("withdrawal", upheld=True),
    },
    "lianyungang": {
        **REVIEW,
        ("forwarding", "forward"): Does(),
        ("forwarding", "leak_found"): Does(),
        ("handling", "leak_found"): Does(),
        ("handling", "correct"): Does("served", upheld=True),
        ("handling", "not_correct"): Does("served", upheld=False),
        ("handling", "withdraw"): Does("withdrawal", upheld=True),
        ("provider_withdrawal", "withdraw"): Does("suspension", whole=True),
        ("provider_withdrawal", "no_leak"): Does(),
        ("authority_withdrawal", "withdraw"): Does("suspension", whole=True),
        ("authority_withdrawal", "no_leak"): Does(),
        ("telling", "tell"): Does("served", upheld=False),
        ("joint_assessment", "withdraw"): Does("withdrawal", whole=True),
        ("joint_assessment", "no_leak"): Does("served", upheld=False),
        ("tracing", "traced"): Does(),
        ("authority_tracing", "traced"): Does(),
        ("assessment", "reopen"): Does(),
        ("assessment", "stay_withdrawn"): Does("withdrawal", whole=True, upheld=True),
        ("agreement", "agree"): Does("served", upheld=True),
        ("agreement", "disagree"): Does("withdrawal", whole=True, upheld=True),
    },
    "nanjing": {
        **REVIEW,
        ("marking", "mark"): Does(),
        ("forwarding", "forward"): Does(),
        ("forwarding", "own_scope"): Does(),
        ("own_decision", "forward"): Does(),
        ("own_decision", "correct"): Does(verified=True),
        ("own_correction", "correct"): Does("served", upheld=True),
        ("own_decision", "not_correct"): Does("served", upheld=False),
        ("own_decision", "withdraw"): Does("withdrawal", upheld=True),
        ("department_review", "correct"): Does(verified=True),
        ("department_review", "not_correct"): Does("served", verified=True),
        ("department_review", "withdraw"): Does("withdrawal", verified=True),
        ("telling_correction", "tell"): Does(),
        ("correction", "correct"): Does("served", upheld=True),
        ("telling_refusal", "tell"): Does("served", upheld=False),
        ("telling_withdrawal", "tell"): Does("withdrawal", upheld=True),
    },
}
"""City to what each decision on an objection does, as one reads it in the regulations and the choices beside them."""
TOGETHER = {"provider_withdrawal", "authority_withdrawal"}
"""When both have spoken, the facts are verified; have both withdrawn, the dataset is withdrawn as a whole (Lianyungang
26)."""
PROCESSED = {
    ("processing", "reopen"),
    ("verification", "process_and_reopen"),
    ("reopening", "reopen"),
    ("assessment", "reopen"),
    ("own_correction", "correct"),
    ("correction", "correct"),
}
"""Decisions that record on which day the data was processed."""
MAY_CHANGE_THE_ENTRY = (PROCESSED - {("assessment", "reopen")}) | {("handling", "correct"), ("agreement", "agree")}
"""Decisions that may order a catalogue update."""
