"""Misuse of data, what was taken of grants because of it, and what is public of that, as they are shown."""

from __future__ import annotations

from reading.shape import CaseNamed, Instant, Page, RuleNamed, Shape
from reading.stated import shows
from rules.pinned_stages import GrantEffect
from rules.procedure_names import MISUSE, MISUSE_APPEAL


class UsedGrantShown(Shape):
    """A grant on the dataset, and how often the gate said yes and no under it. No items named: all. The labels say the
    modes in words. `valid_until` is exclusive; `ended` says how it ended, null while it holds; `curtailed` whether a
    case has taken something of it."""

    case_number: str
    grantee: str
    data_items: list[str]
    access_modes: list[str]
    access_mode_labels: list[str]
    use: str | None
    granted_at: Instant
    valid_until: Instant
    ended: str | None
    curtailed: bool
    allowed: int
    refused: int
    last_at: Instant | None


class TakenShown(Shape):
    """What a decision has taken of a grant: everything (`close`), or all but these items and this mode (`restrict`);
    none named: as granted. `effect` is null of a finding that took nothing, as where the grant was over, and
    `corrected_at` says since when it does not stand. `measure_id` is how an appeal names it, null where the city hears
    none, or once it was given back or corrected; `appeal` is the latest appeal against it and `case` the case that took
    it, for those who may know of them."""

    effect: GrantEffect | None
    data_items: list[str]
    access_mode: str | None
    access_mode_label: str | None
    misuse: str | None
    misuse_label: str | None
    measure: str
    body_name: str
    since: Instant
    restored_at: Instant | None
    corrected_at: Instant | None
    rule: RuleNamed
    measure_id: str | None
    appeal: CaseNamed | None
    case: CaseNamed | None


@shows(MISUSE)
class MisuseShown(Shape):
    """What is reported of the use of data, and what was taken of a grant because of it. `grants`: for officers with a
    part in the case, every grant on the dataset with its accesses."""

    misuse_label: str
    data_items: list[str]
    grants: list[UsedGrantShown]
    taken: TakenShown | None


@shows(MISUSE_APPEAL)
class MisuseAppealShown(Shape):
    """Why a user of data appeals, and against what."""

    against: TakenShown | None


class PublishedMeasure(Shape):
    """An act that was found and the measure taken, in codes alone: who reported it, what anybody wrote, and whose grant
    it was are not public. `corrected_at`: an appeal was upheld from then on, and the finding does not stand.
    `measure_id`: how whoever used the data appeals against a finding that names no grant; null for any other."""

    dataset_id: str
    title: str
    misuse_label: str
    measure: str
    data_items: list[str]
    access_mode: str | None
    body_name: str
    rule: RuleNamed
    made_public_at: Instant
    corrected_at: Instant | None
    measure_id: str | None


class PublishedMeasures(Page[PublishedMeasure]):
    """What a city has published, the latest first."""
