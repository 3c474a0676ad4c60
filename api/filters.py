"""What lists are narrowed by: bodies and datasets that exist, or a problem."""

from __future__ import annotations

from api.problems import invalid
from api.reading import Reader


async def named_body(reader: Reader, field: str, body: str | None) -> None:
    """The directory has the body that a filter names. Raises a Problem on the field."""
    if body is not None and await reader.body(body) is None:
        raise invalid(field, "body_not_known", given=body)


async def named_dataset(reader: Reader, dataset_id: str | None) -> None:
    """The catalogue has the dataset that a filter names. Raises a Problem on `dataset_id`."""
    if dataset_id is not None and await reader.dataset(dataset_id) is None:
        raise invalid("dataset_id", "dataset_not_known", given=dataset_id)
