"""Filing what nobody files: what a city owes waits until its directory has every body that could act on it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from activities.record.receipt_facts import BodyMissing

if TYPE_CHECKING:
    from activities.record.filings import Filing
    from activities.record.inbox import Inbox

LOG = logging.getLogger("kaifang.recurring")

SYSTEM = "system"
"""The party of a case that nobody filed."""


async def file_by_itself(inbox: Inbox, case_id: str, filing: Filing) -> None:
    """Receives the filing, unless no body could act on it: that holds up nothing else that is owed."""
    try:
        await inbox.receive_filing(case_id, filing.rules.procedure, {}, lambda _: filing)
    except BodyMissing as fact:
        LOG.warning("%s waits: %s", filing.rules.procedure, fact)
