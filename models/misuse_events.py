"""What happened to a grant because of how data was used, and to the public record of it."""

from __future__ import annotations

from typing import Literal

from models.recorded import Recorded
from rules.pinned import Basis
from rules.pinned_stages import GrantEffect


class GrantCurtailed(Recorded):
    """A decision closed a grant, or left it these items and this mode alone; none named: as granted.

    It names all that is published of it: which misuse was found, by which body, in which way and under which article.
    """

    type: Literal["GrantCurtailed"] = "GrantCurtailed"
    by: str
    body: str
    grant: str
    """The id of the access case."""
    effect: GrantEffect
    data_items: tuple[str, ...] = ()
    access_mode: str | None = None
    misuse: str | None = None
    stage: str
    outcome: str
    source: str
    article: str
    basis: Basis


class MisuseFound(Recorded):
    """A decision found use unlawful where no grant is left of which something could be taken.

    It names all that is published of it: which misuse was found, by which body and under which article.
    """

    type: Literal["MisuseFound"] = "MisuseFound"
    by: str
    body: str
    grant: str | None = None
    """The id of the access case under which the data was used, and which is over; None where none was named."""
    grantee: str | None = None
    """The account that had it, which is told; None where no person had it, and in older logs."""
    misuse: str | None = None
    stage: str
    outcome: str
    source: str
    article: str
    basis: Basis


class GrantRestored(Recorded):
    """What this case had taken of the grant was given back by another, an appeal."""

    type: Literal["GrantRestored"] = "GrantRestored"
    by_case: str


class MisusePublished(Recorded):
    """The act that was found and the measure taken are public from here on, in the codes of `GrantCurtailed` or
    `MisuseFound`."""

    type: Literal["MisusePublished"] = "MisusePublished"


class PublicationCorrected(Recorded):
    """What was published is marked as no longer true, by that case, an appeal."""

    type: Literal["PublicationCorrected"] = "PublicationCorrected"
    by_case: str


class RestorationOrdered(Recorded):
    """An appeal was upheld: what `of_case` has taken of the grant is given back; where it `corrects`, the public record
    says so."""

    type: Literal["RestorationOrdered"] = "RestorationOrdered"
    by: str
    of_case: str
    corrects: bool = False


class CurtailmentMet(Recorded):
    """Another case has taken something of this grant: all, or all but these items and this mode."""

    type: Literal["CurtailmentMet"] = "CurtailmentMet"
    by_case: str
    effect: GrantEffect
    data_items: tuple[str, ...] = ()
    access_mode: str | None = None


class CurtailmentLifted(Recorded):
    """The other case has given it back."""

    type: Literal["CurtailmentLifted"] = "CurtailmentLifted"
    by_case: str
