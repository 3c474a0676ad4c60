"""The Helm chart, rendered as Helm does and read strictly as Kubernetes would (`make chart` builds what does both)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from activities.settings import Settings
from api.gate import EXCHANGE, PATH, is_for_the_gate
from stack.programs import API, MIGRATION, PAGES, WORKER
from tests.stack.running import ROOT

CHECK = shutil.which("chart-check", path=str(Path(sys.executable).parent))
CHART = ROOT / "deploy" / "helm" / "kaifang"
EVERYTHING = CHART / "everything.yaml"
OURS = ("api", "pages", "worker", "migrate")
OF_THE_VERSION = {"KAIFANG_BUILD_ID", "KAIFANG_UPGRADES"}
"""Which version a worker is of, and that nothing but `kaifang upgrade` says what goes where."""

RECEIPTS = Settings(home=Path("/var/lib/kaifang"), database_url="postgresql://nowhere").receipts_apart

needs_the_check = pytest.mark.skipif(CHECK is None, reason="`make chart` was not run, or Go 1.26 is not installed")


def rendered(*values: Path) -> subprocess.CompletedProcess[str]:
    assert CHECK is not None
    return subprocess.run([CHECK, CHART, *values], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def objects() -> list[dict[str, Any]]:
    done = rendered(EVERYTHING)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def pods(objects: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The pods of each program, by the name of what makes them."""
    return {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]
        for each in objects
        if each["kind"] in ("Deployment", "Job")
    }


@needs_the_check
def test_the_chart_renders_to_objects_that_kubernetes_knows(objects: list[dict[str, Any]]) -> None:
    assert {each["kind"] for each in objects} == {
        *("Deployment", "Service", "Job", "PodDisruptionBudget", "NetworkPolicy", "Ingress", "ServiceMonitor")
    }
    assert len({(each["kind"], each["metadata"]["name"]) for each in objects}) == len(objects)


@needs_the_check
def test_a_field_that_kubernetes_does_not_know_is_found(tmp_path: Path) -> None:
    broken = tmp_path / "kaifang"
    shutil.copytree(CHART, broken)
    api = broken / "templates" / "api.yaml"
    api.write_text(api.read_text().replace("terminationGracePeriodSeconds", "terminationGracePeriod"))
    assert CHECK is not None
    done = subprocess.run([CHECK, broken, EVERYTHING], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (
        'kaifang/templates/api.yaml: strict decoding error: unknown field "spec.template.spec.termination'
        in done.stderr
    )


@needs_the_check
@pytest.mark.parametrize(
    ("values", "why"),
    [
        ("settings: {KAIFANG_NO_SUCH: yes}", "KAIFANG_NO_SUCH"),
        ("settings: {KAIFANG_LOGIN: demo}", "KAIFANG_LOGIN"),
        ("database: {url: postgresql://…}", "url"),
        ("settings: {}", "files of evidence need a place that outlasts every pod"),
        ("api: {replicas: 1}", "files of evidence need a place that outlasts every pod"),
        ("heads: {existingSecret: a}\nevidence: {existingClaim: b}", "signed days need a volume"),
    ],
)
def test_values_that_would_not_do_are_refused(tmp_path: Path, values: str, why: str) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(values)
    done = rendered(file)
    assert done.returncode == 1
    assert why in done.stderr


@needs_the_check
@pytest.mark.parametrize("tags", [("", ""), ("0.2.0", ""), ("0.2.0", "0.1.0", "")])
def test_two_versions_of_which_none_names_its_image_are_refused(tmp_path: Path, tags: tuple[str, ...]) -> None:
    """Nor is one of before that names none: it would start anew, under its name, with the image of the newest."""
    file = tmp_path / "values.yaml"
    workers = [{"buildId": f"v{place}", "tag": tag, "replicas": 1} for place, tag in enumerate(tags)]
    file.write_text(json.dumps({"evidence": {"existingClaim": "a"}, "workers": workers}))
    done = rendered(file)
    assert done.returncode == 1
    assert f"the image of version v{len(tags) - 1} is not named" in done.stderr
    workers[-1]["tag"] = "0.0.1"
    file.write_text(json.dumps({"evidence": {"existingClaim": "a"}, "workers": workers}))
    assert rendered(file).returncode == 0


@needs_the_check
def test_every_pod_gets_what_the_store_of_evidence_needs(objects: list[dict[str, Any]], tmp_path: Path) -> None:
    for name, pod in pods(objects).items():
        assert pod["containers"][0]["envFrom"] == [{"secretRef": {"name": "kaifang-s3"}}], name
    file = tmp_path / "values.yaml"
    file.write_text("evidence: {existingClaim: files}\nmigrate: {command: [kaifang, retention, --erase]}")
    made = pods([json.loads(line) for line in rendered(file).stdout.splitlines()])
    for name, pod in made.items():
        mounted = {each["name"]: each["mountPath"] for each in pod["containers"][0]["volumeMounts"]}
        assert mounted["evidence"] == "/var/lib/kaifang/evidence", name
    assert made["kaifang-migrate"]["containers"][0]["command"] == ["kaifang", "retention", "--erase"]


@needs_the_check
def test_what_callers_were_answered_outlasts_the_pod_that_answered(
    objects: list[dict[str, Any]], tmp_path: Path
) -> None:
    for name, pod in pods(objects).items():
        mounted = [each for each in pod["containers"][0]["volumeMounts"] if each["name"] == "receipts"]
        claimed = [each["persistentVolumeClaim"] for each in pod["volumes"] if each["name"] == "receipts"]
        if name.startswith("kaifang-worker"):
            assert (mounted, claimed) == ([], []), name
            continue
        if name == "kaifang-migrate":
            assert mounted == [{"name": "receipts", "mountPath": str(RECEIPTS), "readOnly": True}], "those of all pods"
            continue
        of_the_pod = {"name": "receipts", "mountPath": str(RECEIPTS), "subPathExpr": "$(POD_NAME)"}
        assert (mounted, claimed) == ([of_the_pod], [{"claimName": "kaifang-receipts"}]), name
        variables = {each["name"]: each for each in pod["containers"][0]["env"]}
        assert variables["POD_NAME"]["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}, name
    file = tmp_path / "values.yaml"
    file.write_text("evidence: {existingClaim: files}")
    for name, pod in pods([json.loads(line) for line in rendered(file).stdout.splitlines()]).items():
        assert "receipts" not in {each["name"] for each in pod["volumes"]}, name


@needs_the_check
def test_the_pods_run_the_programs_of_the_embedded_stack(objects: list[dict[str, Any]]) -> None:
    def listens(port: str) -> list[str]:
        return ["--host", "0.0.0.0", "--port", port]  # noqa: S104  inside a container

    commands = {name: pod["containers"][0]["command"] for name, pod in pods(objects).items()}
    assert commands == {
        "kaifang-api": ["python", *API, *listens("8000")],
        "kaifang-pages": ["python", *PAGES, *listens("8080")],
        "kaifang-worker-0-2-0": ["python", *WORKER],
        "kaifang-worker-0-1-0": ["python", *WORKER],
        "kaifang-migrate": ["python", *MIGRATION],
    }


@needs_the_check
def test_the_pods_get_only_variables_that_are_read_and_no_secret_as_text(objects: list[dict[str, Any]]) -> None:
    read = {f"KAIFANG_{field.upper()}" for field in Settings.model_fields} | OF_THE_VERSION
    for name, pod in pods(objects).items():
        variables = {each["name"]: each for each in pod["containers"][0]["env"]}
        assert {each for each in variables if each.startswith("KAIFANG_")} <= read, name
        secret = {each for each in variables if re.search(r"_URL$|_KEY$", each)} - {"KAIFANG_PUBLIC_URL"}
        secret -= {"KAIFANG_EVIDENCE_URL", "KAIFANG_HEADS_KEY", "KAIFANG_TRACES_URL"}
        assert all("secretKeyRef" in variables[each]["valueFrom"] for each in secret), name
        owner = {each for each in variables if each.startswith("KAIFANG_DATABASE_OWNER")}
        assert bool(owner) is (name == "kaifang-migrate")
        assert ("KAIFANG_HEADS_KEY" in variables) is name.startswith("kaifang-worker")


@needs_the_check
def test_no_pod_is_root_writes_its_image_or_knows_the_cluster(objects: list[dict[str, Any]]) -> None:
    for name, pod in pods(objects).items():
        (container,) = pod["containers"]
        confined = container["securityContext"]
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["automountServiceAccountToken"] is False
        assert confined["readOnlyRootFilesystem"]
        assert confined["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]
        mounted = {each["name"] for each in container["volumeMounts"]}
        assert mounted == {each["name"] for each in pod["volumes"]}


@needs_the_check
def test_each_selector_finds_pods_of_ours_and_of_one_program(objects: list[dict[str, Any]]) -> None:
    labels = [
        each["spec"]["template"]["metadata"]["labels"] for each in objects if each["kind"] in ("Deployment", "Job")
    ]
    for each in objects:
        spec = each["spec"]
        selector = spec.get("podSelector") or spec.get("selector")
        if each["kind"] == "ServiceMonitor" or not selector:
            continue
        wanted = selector.get("matchLabels", selector)
        found = {of_pod["app.kubernetes.io/component"] for of_pod in labels if wanted.items() <= of_pod.items()}
        assert len(found) == 1, each["metadata"]["name"]


@needs_the_check
def test_through_the_ingress_no_path_below_either_gate_leads_to_the_api(
    objects: list[dict[str, Any]],
) -> None:
    for door in (PATH, EXCHANGE):
        for below in ("", "/", "//", "/nanning", "/a/b/c", "/../gate", "/v1/datasets"):
            assert is_for_the_gate({"path": door + below})
            assert leads_to(objects, door + below) == "kaifang-pages", door + below
    for inside in ("/metrics", "/readyz", "/readyz/"):
        assert leads_to(objects, inside) == "kaifang-pages"
    for path in ("/v1/datasets", "/v1/gateways", "/healthz", "/docs/assets/a.js", "/openapi.json"):
        assert leads_to(objects, path) == "kaifang-api", path
    assert leads_to(objects, "/datasets") == "kaifang-pages"


def leads_to(objects: list[dict[str, Any]], path: str) -> str:
    """The service of a path as Kubernetes finds it: element by element, the longest that fits, and a whole one before
    the beginning of one."""
    (ingress,) = (each for each in objects if each["kind"] == "Ingress")
    (rule,) = ingress["spec"]["rules"]
    called = [element for element in path.split("/") if element]
    fitting = []
    for each in rule["http"]["paths"]:
        wanted, is_whole = [element for element in each["path"].split("/") if element], each["pathType"] == "Exact"
        if path == each["path"] if is_whole else called[: len(wanted)] == wanted:
            fitting.append((len(each["path"]), is_whole, each["backend"]["service"]["name"]))
    return str(max(fitting)[2])


@needs_the_check
def test_what_leads_to_the_api_through_the_ingress_is_what_leads_there_through_nginx(
    objects: list[dict[str, Any]],
) -> None:
    (ingress,) = (each for each in objects if each["kind"] == "Ingress")
    (rule,) = ingress["spec"]["rules"]
    leads = {each["path"]: each["backend"]["service"]["name"] for each in rule["http"]["paths"]}
    to_the_api = {path for path, service in leads.items() if service == "kaifang-api"}
    nginx = (ROOT / "deploy" / "nginx" / "kaifang.conf").read_text()
    through_nginx = set(re.findall(r"location (?:= )?(\S+) \{ proxy_pass http://kaifang_api;", nginx))
    assert to_the_api | {"/docs/"} == through_nginx


def test_each_setting_is_the_charts_own_or_can_be_given() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    can_be_given = set(schema["properties"]["settings"]["propertyNames"]["enum"])
    written = "".join(file.read_text() for file in (CHART / "templates").iterdir())
    asked_for = {"KAIFANG_EVIDENCE_URL", "KAIFANG_PUBLIC_URL"}  # the templates ask whether they were given
    of_the_chart = set(re.findall(r"KAIFANG_[A-Z_]+", written)) - OF_THE_VERSION - asked_for
    never = {"KAIFANG_LOGIN", "KAIFANG_SAMPLES", "KAIFANG_ENGINE_KEYS"}  # a demonstration; a file in place of a secret
    settings = {f"KAIFANG_{field.upper()}" for field in Settings.model_fields} - OF_THE_VERSION
    assert can_be_given == settings - of_the_chart - never


def test_the_chart_has_the_version_of_the_project() -> None:
    chart = YAML(typ="safe").load(CHART / "Chart.yaml")
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    assert {chart["version"], chart["appVersion"]} == {version[1]}
