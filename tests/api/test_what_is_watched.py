"""What rules and dashboards ask Prometheus for is what the API exports, under these names and labels."""

from __future__ import annotations

import re

from prometheus_client.parser import text_string_to_metric_families

from tests.api.calling import Service
from tests.deploy.test_monitoring import expressions

ASKED = re.compile(r"\b(kaifang_[a-z_]+)(?:\{([^}]*)\})?")
OF_THE_SCRAPE = {"exported_job": "job"}
"""As Prometheus calls a label of ours that is one of its own."""


async def test_each_figure_that_is_watched_is_exported_with_its_labels(service: Service) -> None:
    await service.nobody().http.post("/v1/access-requests")  # so that there is a duration
    exported: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(await service.figures()):
        exported.setdefault(family.name, set())
        for sample in family.samples:
            exported.setdefault(sample.name, set()).update(sample.labels)
    asked = {(name, labels) for each in expressions() for name, labels in ASKED.findall(each)}
    assert {name for name, _ in asked} <= exported.keys()
    for name, matched in asked:
        labels = {OF_THE_SCRAPE.get(label, label) for label in re.findall(r"(\w+)(?:=|!=|=~|!~)\"", matched)}
        assert labels <= exported[name], name
