"""Filing what nobody files: what a city owes waits until its directory has every body that could act on it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.record.receipt_facts import BodyMissing

if TYPE_CHECKING:
    from activities.record.filings import Filing
    from activities.record.inbox import Inbox

LOG = logging.getLogger("kaifang.recurring")

SYSTEM = "system"
"""The party of a case that nobody filed."""


@dataclass(frozen=True)
class CaseOwed:
    """One case that is owed of a provider."""

    case_id: str
    provider: str
    filing: Filing


Look = Callable[[Sequence[str], int], Awaitable[list[CaseOwed]]]
"""Finds at most so many cases that are owed, but for those of the providers named."""


async def file_owed(inbox: Inbox, look: Look, most: int) -> int:
    """Files at most that many of what is owed; returns how many it filed, fewer only where nothing else can be filed.

    Which bodies a case has follows from its provider: where one of a provider waits for a body, all of them do, and are
    not looked at again in this round, so that those behind them are reached.
    """
    filed, tried, waiting = 0, set[str](), set[str]()
    while filed < most:
        owed = [each for each in await look(sorted(waiting), most - filed) if each.case_id not in tried]
        if not owed:
            break
        for each in owed:
            if each.provider in waiting:
                continue
            tried.add(each.case_id)
            if await file_by_itself(inbox, each.case_id, each.filing):
                filed += 1
            else:
                waiting.add(each.provider)
    return filed


async def file_by_itself(inbox: Inbox, case_id: str, filing: Filing) -> bool:
    """Receives the filing, unless no body could act on it: that holds up nothing else that is owed. Whether it did."""
    try:
        await inbox.receive_filing(case_id, filing.rules.procedure, {}, lambda _: filing)
    except BodyMissing as fact:
        LOG.warning("%s waits: %s", filing.rules.procedure, fact)
        return False
    return True
