"""How an applicant answers what lies before it, in every city; whatever else does is a choice of its own (复核)."""

from __future__ import annotations

from rules.agreement import SIGN
from rules.vocabulary import REPORT, REPORT_RESULTS

RESUBMIT = "resubmit"
"""The outcome by which a request that was returned is sent again."""
REPORTS = frozenset({REPORT, REPORT_RESULTS})
"""The outcomes by which a user of data reports on its use."""
APPLICANT_ANSWERS = frozenset({SIGN, RESUBMIT}) | REPORTS
"""The outcomes that an applicant can send where nothing is left to its choice."""
