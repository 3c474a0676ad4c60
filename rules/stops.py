"""What stops a clock, as a pack states it (停止计时): by what it begins and ends, for which stages, for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import StrictBool, StringConstraints

from rules.authored import Authored, Name, OneOrMore, Version, Wording

Most = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}(h|wd|d)$")]
"""In hours, working days or calendar days: several stops together have no number of months."""

ENDS: Mapping[str, str] = {
    "supplement_asked": "supplement_received",
    "opinion_asked": "opinion_given",
    "stage_opened": "stage_done",
    "by_decision": "by_decision",
}
"""What begins a stop to what is sure to end it."""


class StopTerms(Authored):
    """From what on the clock of each stage in `clocks` stands still, and until what; without `ends`, until `at_most` is
    used up. With `stops: false` the rule says that it runs on all the same."""

    clocks: OneOrMore[Name]
    begins: Literal["supplement_asked", "opinion_asked", "stage_opened", "by_decision"]
    ends: Literal["supplement_received", "opinion_given", "stage_done", "by_decision"] | None = None
    stage: Name | None = None
    """The stage of which it is, where it begins with one."""
    at_most: Most | None = None
    """The most for which it stops one clock, all stops of this name together."""
    stops: StrictBool = True


class StopEntry(Authored):
    label: Wording
    versions: OneOrMore[Version[StopTerms]]
