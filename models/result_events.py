"""What a case makes known of its result: to everybody, or to the bodies of its city."""

from __future__ import annotations

from typing import Literal

from models.pinned_figures import PinnedFigures
from models.recorded import Recorded
from rules.pinned import Basis
from rules.pinned_stages import Audience


class ResultPublished(Recorded):
    """The words that came with that decision are known to everybody, or to the bodies of the city, from here on: the
    decision of `stage` that is event `decided_by_event`."""

    type: Literal["ResultPublished"] = "ResultPublished"
    stage: str
    decided_by_event: int
    audience: Audience
    source: str
    article: str
    basis: Basis


class FiguresPinned(Recorded):
    """A decision of that stage goes by these figures, whatever is counted later."""

    type: Literal["FiguresPinned"] = "FiguresPinned"
    stage: str
    figures: PinnedFigures
    digest: str
