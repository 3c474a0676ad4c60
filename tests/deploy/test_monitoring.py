"""Rules and dashboards: each alert is tried, has a runbook, and speaks of what the services really export."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from ruamel.yaml import YAML

from activities.engine.keeping import JOBS
from activities.record.failing import Why
from activities.record.inbox_figures import AGES
from api.app import ROUTERS, methods_by_path
from api.metrics import BUCKETS
from reading.cases.shapes import CaseShown
from tests.stack.running import ROOT

MONITORING = ROOT / "deploy" / "monitoring"
RULES = MONITORING / "kaifang.rules.yml"
TRIED = MONITORING / "kaifang.rules.test.yml"
PROMTOOL = shutil.which("promtool")
RECORDED = re.compile(r"\bkaifang:[a-z_0-9:]+")

needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")


def rules() -> list[dict[str, Any]]:
    return [rule for group in YAML(typ="safe").load(RULES)["groups"] for rule in group["rules"]]


def alerts() -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def expressions() -> Iterator[str]:
    """What rules and dashboards ask Prometheus."""
    yield from (rule["expr"] for rule in rules())
    for file in sorted((MONITORING / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            yield from (target["expr"] for target in panel["targets"])


@needs_promtool
def test_each_alert_is_raised_by_what_it_is_for_and_by_nothing_else() -> None:
    assert PROMTOOL is not None
    done = subprocess.run([PROMTOOL, "test", "rules", TRIED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried_both_ways() -> None:
    raised: set[str] = set()
    silent: set[str] = set()
    for test in YAML(typ="safe").load(TRIED)["tests"]:
        for tried in test["alert_rule_test"]:
            (raised if tried.get("exp_alerts") else silent).add(tried["alertname"])
        for tried in test.get("promql_expr_test", []):
            raised |= set(re.findall(r'alertname="(\w+)"', tried["expr"]))
    assert raised == silent == alerts().keys()


def test_every_alert_names_a_runbook_that_there_is() -> None:
    headings = set(re.findall(r"^## (.+)$", (ROOT / "docs" / "runbooks.md").read_text(), re.MULTILINE))
    assert {rule["annotations"]["runbook"] for rule in alerts().values()} <= headings
    assert {rule["labels"]["severity"] for rule in alerts().values()} == {"page", "ticket"}


def test_each_recorded_figure_that_is_asked_for_is_recorded() -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    assert {name for asked in expressions() for name in RECORDED.findall(asked)} == recorded


def test_labels_have_values_that_the_services_give() -> None:
    asked = "\n".join(expressions())
    values = {
        name: set(re.findall(rf'\b{name}="([^"]+)"', asked))
        for name in ("seconds", "why", "exported_job", "answer", "le")
    }
    assert values["seconds"] <= {str(age) for age in AGES}
    assert values["why"] <= {each.value for each in Why}
    assert values["exported_job"] <= set(JOBS)
    assert values["answer"] <= {"yes", "no", "unknown"}
    assert values["le"] <= {str(float(each)) for each in BUCKETS}
    routes = {path for found in re.findall(r'route=~?"([^"]+)"', asked) for path in spelled_out(found)}
    assert routes <= {path for path, _, methods in methods_by_path() if "POST" in methods}


def test_each_route_that_files_is_in_the_promise_of_receipts() -> None:
    filing = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.status_code == 201 and is_a_case(route.response_model)
    }
    assert {"/v1/access-requests", "/v1/sharing-requests", "/v1/grants/{case_id}/use-reports"} < filing
    asked = [each for each in expressions() if "access-requests" in each]
    assert len(asked) == 3, "the promise, and how long half and the slowest of a hundred take"
    for each in asked:
        for route in re.findall(r'route=~"([^"]+)"', each):
            assert set(spelled_out(route)) == filing


def is_a_case(answer: Any) -> bool:
    return isinstance(answer, type) and issubclass(answer, CaseShown)


def spelled_out(route: str) -> list[str]:
    found = re.fullmatch(r"(.*)\((.+)\)", route)
    return [f"{found[1]}{each}" for each in found[2].split("|")] if found else [route]
