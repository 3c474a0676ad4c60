"""Objections (异议) and reports of leaks, as they are shown."""

from __future__ import annotations

from datetime import date

from activities.evidence.kinds import Caution
from activities.evidence.scanner import NOT_SCANNED, Scan
from models.restrictions import RestrictionKind
from reading.shape import Instant, Shape
from reading.stated import shows
from rules.procedure_names import LEAK, OBJECTION, QUALITY_CHECK


class EvidenceShown(Shape):
    """An uploaded file; `name` and `media_type` are as its content makes them. `cautions`: what whoever opens it should
    know. `scan`: whether a scanner has looked into it, and found something."""

    evidence_id: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: Instant
    cautions: tuple[Caution, ...] = ()
    scan: Scan = NOT_SCANNED


class EvidenceListed(Shape):
    """A file of a case; `GET /v1/evidence/{evidence_id}` has its bytes for those who have a part in the case."""

    evidence_id: str
    name: str
    media_type: str
    size: int
    uploaded_at: Instant
    cautions: tuple[Caution, ...] = ()
    scan: Scan = NOT_SCANNED


@shows(OBJECTION)
class ObjectionShown(Shape):
    """What somebody objects to, and why. No items named: the whole dataset."""

    ground: str
    ground_label: str
    statement: str | None
    data_items: list[str]
    evidence: list[EvidenceListed]
    leak: str | None


@shows(LEAK)
class ReportShown(Shape):
    """What is reported to have leaked, or to be at risk."""

    statement: str | None
    data_items: list[str]


@shows(QUALITY_CHECK)
class QualityCheckShown(Shape):
    """What is doubted of data, or wrong in it. No items named: the whole dataset. `wanted_until` is the end, exclusive,
    of the time within which the law wants it raised; what is raised later is `late` and checked all the same."""

    statement: str | None
    data_items: list[str]
    discovered_on: date | None
    wanted_until: Instant | None
    late: bool


class OfBodyShown(Shape):
    """What a body has filed of itself: an account of the platform (`account_action`, `account_user`), or a contact
    (`contact`, `reached_at`), who changed on that day. `wanted_until` is the end, exclusive, of the time within which
    the law wants that passed on; what comes later is `late` and taken on file all the same."""

    body: str
    account_action: str | None = None
    account_user: str | None = None
    statement: str | None = None
    contact: str | None = None
    reached_at: str | None = None
    changed_on: date | None = None
    wanted_until: Instant | None = None
    late: bool = False


class KeptBackShown(Shape):
    """What a case keeps back in one way. No items named: the whole dataset, but `except_items`."""

    restriction: RestrictionKind
    data_items: list[str]
    except_items: list[str]
    since: Instant


class UndecidedShown(Shape):
    """What of the data lies before a task still. No items named: the whole dataset, but `except_items`."""

    task_id: str
    data_items: list[str]
    except_items: list[str]


class DataShown(Shape):
    """What a case does to the data: `restriction` is the strongest way in which it keeps any back, with the items, null
    where it keeps nothing back, any more or so far. `kept_back` is all of it. What it kept back last, since when and
    until when, stays told. `undecided` is what lies before the open tasks that were decided in part."""

    restriction: RestrictionKind | None
    data_items: list[str]
    except_items: list[str]
    since: Instant | None
    lifted_at: Instant | None
    kept_back: list[KeptBackShown]
    undecided: list[UndecidedShown]


class HoldWithheldShown(Shape):
    """Why data is not held at receipt on a ground on which it could be."""

    code: str
    text: str


class AnswerShown(Shape):
    """What the objector was told, the latest time."""

    text: str | None
    at: Instant


class EarlierObjection(Shape):
    """An objection of the same person against the same dataset."""

    case_number: str
    ground: str
    outcome: str | None
    upheld: bool | None


class ObjectorHistoryShown(Shape):
    """What the objector filed before; `same_dataset` are the latest against this one."""

    upheld: int
    not_upheld: int
    open: int
    same_dataset: list[EarlierObjection]


class RestrictedBy(Shape):
    """What another case keeps back of the data now; the number of that case is for officers. No items named: the whole
    dataset, but `except_items`."""

    case_number: str | None
    restriction: RestrictionKind
    data_items: list[str]
    except_items: list[str]
