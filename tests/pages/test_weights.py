"""Whoever begins procedures on the pages meets the limit that there is over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator

from starlette.routing import Route

from activities.rates.buckets import Limit
from pages.routes import ROUTES
from pages.weights import OF_PAGES

BEGIN_NO_PROCEDURE = {
    "log_in_as",
    "log_out",
    "backchannel_logout",
    "end_sessions",
    "rate",
    "answer_feedback",
    "declaration_down",
    "declaration_naming",
    "catalogue_updated",
    "announce_maintenance",
    "cancel_maintenance",
    "urge",
    "draft_notice",
    "file_holder",
    "vacate_holder",
    "file_supervised_absence",
    "end_supervised_absence",
    "make_feed",
    "revoke_feed",
    "decide_roles",
    "change_account",
    "close_account",
    "reopen_account",
    "make_account_link",
    "desk_selected",
    "desk_revoke",
    "desk_inspect",
    "task_decide",
    "task_act",
    "do_to_case",
    "supply",
    "sign",
    "do_to_grant",
    "do_to_delegations",
    "take_delegated_key",
    "report_use",
    "record_use",
    "read_messages",
    "renew_due_days",
    "open_channel",
    "end_channel",
    "forget_written",
}
"""Each goes on with a case that there is, or is about the account of whoever is there, or puts a fact on record."""


def limits() -> Iterator[tuple[str, Limit | None]]:
    for route in ROUTES:
        if isinstance(route, Route) and "POST" in (route.methods or ()):
            yield route.name, OF_PAGES.weight("POST", re.sub(r"{[^}]*}", "x", route.path)).limit


def test_what_is_sent_from_a_page_is_limited_as_a_filing_unless_it_begins_nothing() -> None:
    assert {name for name, limit in limits() if limit not in (Limit.FILINGS, Limit.UPLOADS)} == BEGIN_NO_PROCEDURE
