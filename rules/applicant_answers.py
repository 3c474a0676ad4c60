"""How an applicant answers what lies before it, in every city; whatever else does is a choice of its own (复核)."""

from __future__ import annotations

from rules.agreement import SIGN

RESUBMIT = "resubmit"
"""The outcome by which a request that was returned is sent again."""
APPLICANT_ANSWERS = frozenset({SIGN, RESUBMIT})
"""The outcomes that an applicant can send where nothing is left to its choice."""
