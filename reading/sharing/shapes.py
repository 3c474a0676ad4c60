"""Requests for sharing, as they are shown."""

from __future__ import annotations

from reading.shape import Shape
from reading.stated import shows
from rules.procedure_names import SHARING_REQUEST


@shows(SHARING_REQUEST)
class SharingShown(Shape):
    """Data that a department asks for (`asked_by` is `department`, and `body` which it is), or another unit. No items
    named: all. `sharing_class` is that of the entry at the receipt."""

    asked_by: str
    asked_by_label: str
    body: str | None
    body_name: str | None
    sharing_class: str
    sharing_class_label: str
    data_items: list[str]
