"""The configuration under deploy/nginx with the real nginx, the real API and the real PostgreSQL."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from activities.database import Pool
from stack.ports import free_port
from stack.postgres import Postgres
from stack.programs import Api
from tests.api.gate import CONDITIONAL, UNCONDITIONAL, lift, put_grant, restrict
from tests.owning import owner_of
from tests.serving import serving_api
from tests.stack.running import ROOT, until

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)")

CONFIGURATION = ROOT / "deploy" / "nginx" / "kaifang-gate.conf"
SAMPLES = ROOT / "deploy" / "nginx" / "sample-data"
POSITIONS, LINES = f"/data/{CONDITIONAL}", f"/data/{UNCONDITIONAL}"
LARGE = "line_code,vehicle_code"
SIZE = 4_000_000
"""Bytes of a large file: more than the sockets between nginx and a reader hold."""
AT_MOST = "1m"
"""Bytes a second of one download."""
ORDINARY = "nobody"

MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  limit_rate {rate};
  include {folder}/site.conf;
}}
"""


def filled(gate: str, port: int, files: Path) -> str:
    """The configuration with its three places filled."""
    text = CONFIGURATION.read_text()
    for place, value in (
        ("server 127.0.0.1:8000;", f"server {gate};"),
        ("listen 127.0.0.1:8080;", f"listen 127.0.0.1:{port};"),
        ("/srv/kaifang/data/", f"{files}/"),
    ):
        assert text.count(place) == 1, place
        text = text.replace(place, value)
    return text


@contextmanager
def serving_files(gate: str, account: str | None) -> Iterator[httpx.Client]:
    """The gate's configuration before files of a folder of their own, and somebody who reads from it."""
    files = Path(tempfile.mkdtemp(prefix="kaifang-files-"))
    files.chmod(0o755)
    shutil.copytree(SAMPLES, files, dirs_exist_ok=True)
    (files / CONDITIONAL / f"{LARGE}.csv").write_bytes(os.urandom(SIZE))
    port = free_port()
    try:
        with running_nginx(filled(gate, port, files), port, account) as reader:
            yield reader
    finally:
        shutil.rmtree(files)


@contextmanager
def running_nginx(configuration: str, port: int, account: str | None = None) -> Iterator[httpx.Client]:
    """nginx in the foreground with all that it writes in a folder of its own, and somebody who reads from it."""
    folder = Path(tempfile.mkdtemp(prefix="kaifang-nginx-"))
    folder.chmod(0o755)
    (folder / "site.conf").write_text(configuration)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, rate=AT_MOST))
    if account:
        entry = pwd.getpwnam(account)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    assert NGINX
    process = subprocess.Popen(
        [NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"],
        stdin=subprocess.DEVNULL,
        user=account,
        extra_groups=[] if account else None,
    )

    def is_listening() -> bool:
        assert process.poll() is None, "nginx ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(is_listening)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as reader:
            yield reader
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder)


@dataclass
class Site:
    reader: httpx.Client
    api: Api

    def get(self, path: str, key: str | None = None, **headers: str) -> httpx.Response:
        return self.reader.get(path, headers=headers | ({"X-Access-Key": key} if key else {}))


@contextmanager
def a_site(home: Path, database_url: str, **settings: str) -> Iterator[Site]:
    with (
        serving_api(home, database_url, home / "api.log", **settings) as api,
        serving_files(api.url.removeprefix("http://"), None) as reader,
    ):
        yield Site(reader, api)


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    with a_site(tmp_path, database_url) as running:
        yield running


def is_refused(answer: httpx.Response, reason: str) -> bool:
    """Refused with that reason, in header and body alike, and nothing of the file is served."""
    assert answer.status_code == 403, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {"type": "urn:kaifang:problem:access-refused", "status": 403, "reason": reason}
    return bool(answer.headers["x-kaifang-reason"] == reason)


def sample(dataset_id: str, name: str = "all") -> bytes:
    return (SAMPLES / dataset_id / f"{name}.csv").read_bytes()


async def test_a_file_is_served_with_a_key_and_refused_without(site: Site, pool: Pool) -> None:
    _, key = await put_grant(pool)
    _, narrow = await put_grant(pool, data_items=["line_code", "position"])
    served = site.get(f"{POSITIONS}/all.csv", key)
    assert (served.status_code, served.content) == (200, sample(CONDITIONAL))
    assert (served.headers["content-type"], served.headers["cache-control"]) == ("text/csv; charset=utf-8", "no-store")
    assert site.get(f"{LINES}/all.csv").content == sample(UNCONDITIONAL)
    assert site.get(f"{POSITIONS}/line_code,position.csv", narrow).content == sample(CONDITIONAL, "line_code,position")

    assert is_refused(site.get(f"{POSITIONS}/all.csv"), "key_missing")
    assert is_refused(site.get(f"{POSITIONS}/all.csv", "kf_" + "x" * 43), "key_unknown")
    assert is_refused(site.get(f"{POSITIONS}/all.csv", "guess"), "malformed_key")
    assert is_refused(site.get(f"{POSITIONS}/all.csv", narrow), "item_not_granted")
    assert is_refused(site.get("/data/nanning-transport-unheard-of/all.csv", key), "unknown_dataset")
    assert site.get(f"{POSITIONS}/position,line_code.csv", key).status_code == 404
    assert site.reader.post(f"{LINES}/all.csv").status_code == 405


async def test_a_reader_who_guesses_keys_is_told_to_wait(tmp_path: Path, database_url: str) -> None:
    with a_site(tmp_path, database_url, rate_keys="2/600", trusted_proxies="127.0.0.1") as site:
        answers = [site.get(f"{POSITIONS}/all.csv", f"kf_{number:043d}") for number in range(3)]
        assert site.get(f"{LINES}/all.csv").status_code == 200
    assert [answer.status_code for answer in answers] == [403, 403, 429]
    assert answers[2].json() == {"type": "urn:kaifang:problem:too-many-calls", "status": 429}
    assert int(answers[2].headers["retry-after"]) > 1


async def test_a_running_download_may_end_and_the_next_request_is_refused(site: Site, pool: Pool) -> None:
    _, key = await put_grant(pool)
    with site.reader.stream("GET", f"{POSITIONS}/{LARGE}.csv", headers={"X-Access-Key": key}) as download:
        parts = download.iter_raw()
        arrived = len(next(parts))
        case_id = await restrict(pool, "hold", "vehicle_code")
        refused = site.get(f"{POSITIONS}/{LARGE}.csv", key)
        range_refused = site.get(f"{POSITIONS}/{LARGE}.csv", key, Range="bytes=100-199")
        still_served = site.get(f"{POSITIONS}/line_code,position.csv", key)
        before_the_end = arrived
        arrived += sum(len(part) for part in parts)
    assert is_refused(refused, "held")
    assert is_refused(range_refused, "held")
    assert still_served.status_code == 200
    assert before_the_end < SIZE == arrived
    await lift(pool, case_id)
    assert site.get(f"{POSITIONS}/line_code,position.csv", key).status_code == 200


async def test_a_part_of_a_file_is_served_as_the_whole_is(site: Site, pool: Pool) -> None:
    _, key = await put_grant(pool)
    part = site.get(f"{POSITIONS}/all.csv", key, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, sample(CONDITIONAL)[10:20])
    assert is_refused(site.get(f"{POSITIONS}/all.csv", Range="bytes=10-19"), "key_missing")
    known = site.get(f"{POSITIONS}/all.csv", key).headers["etag"]
    await restrict(pool, "withdrawal")
    assert is_refused(site.get(f"{POSITIONS}/all.csv", key, **{"If-None-Match": known}), "withdrawn")


async def test_when_the_gate_is_gone_nothing_is_served_and_one_is_told_to_come_back(site: Site, pool: Pool) -> None:
    _, key = await put_grant(pool)
    assert site.get(f"{POSITIONS}/all.csv", key).status_code == 200
    site.api.stop()
    for path in (f"{POSITIONS}/all.csv", f"{LINES}/all.csv"):
        answer = site.get(path, key)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json() == {"type": "urn:kaifang:problem:gate-cannot-know", "status": 503}
    site.api.start()
    assert site.get(f"{POSITIONS}/all.csv", key).status_code == 200


async def test_when_the_gate_cannot_know_nothing_is_served(site: Site, pool: Pool) -> None:
    assert site.get(f"{LINES}/all.csv").status_code == 200
    async with owner_of(pool) as connection, connection.transaction():
        await connection.execute("lock table restrictions in access exclusive mode")
        assert site.get(f"{LINES}/all.csv").status_code == 503


async def test_nothing_that_a_reader_sends_speaks_for_the_gateway(site: Site, pool: Pool) -> None:
    _, narrow = await put_grant(pool, data_items=["line_code"])
    spoken = {
        "X-Dataset-Id": UNCONDITIONAL,
        "X-Data-Items": "line_code",
        "X-Access-Mode": "api",
        "X-Original-Uri": f"{LINES}/all.csv",
    }
    assert is_refused(site.get(f"{POSITIONS}/all.csv", narrow, **spoken), "item_not_granted")
    assert is_refused(
        site.get(f"{POSITIONS}/all.csv?items=line_code&dataset_id={UNCONDITIONAL}", narrow), "item_not_granted"
    )
    assert site.get(f"{LINES}/all.csv?dataset_id={CONDITIONAL}", **spoken).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v1/gate",
        "/v1/gate?dataset_id=" + UNCONDITIONAL,
        "/v1/datasets",
        "/kaifang-gate",
        "/data/",
        f"{LINES}/",
        f"{LINES}/../{CONDITIONAL}/all.csv",
        f"{LINES}/%2e%2e/{CONDITIONAL}/all.csv",
        f"{LINES}/..%2f{CONDITIONAL}%2fall.csv",
        f"{LINES}/%2e%2e%2f{CONDITIONAL}/all.csv",
        f"{LINES}//../{CONDITIONAL}/all.csv",
        f"{LINES}/all.csv/../../{CONDITIONAL}/all.csv",
        f"{LINES}/..%5c{CONDITIONAL}%5call.csv",
        f"{LINES}/%252e%252e/{CONDITIONAL}/all.csv",
        f"{LINES}/all.csv%00",
        f"{LINES}/all%26dataset_id={UNCONDITIONAL}.csv",
        f"{POSITIONS}/all.csv%3fdataset_id={UNCONDITIONAL}",
        f"{POSITIONS}&dataset_id={UNCONDITIONAL}/all.csv",
        "/data/../nginx.conf",
        "/data/%2e%2e/nginx.conf",
        "/data/..%2f..%2f..%2fetc%2fpasswd",
        "/../../../../etc/passwd",
    ],
)
def test_no_path_leads_around_the_gate(bystander: Site, path: str) -> None:
    answer = sent_as_it_is(bystander, path)
    assert answer.split(maxsplit=2)[1] in (b"400", b"403", b"404"), answer
    for secret in (sample(CONDITIONAL), b"root:", b"worker_processes"):
        assert secret not in answer


@pytest.fixture(scope="module")
async def bystander(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres, migrated_template: str
) -> AsyncIterator[Site]:
    """A site that nobody changes, for all the paths together."""
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    try:
        await server.execute(f"create database bystander template {migrated_template}")
        with a_site(tmp_path_factory.mktemp("bystander"), postgres_server.dsn("bystander")) as running:
            yield running
        await server.execute("drop database bystander with (force)")
    finally:
        await server.close()


def sent_as_it_is(site: Site, path: str) -> bytes:
    """The answer to a path that no client would leave as it is."""
    url = site.reader.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=20) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run it as somebody else; all other tests run it as it is")
def test_an_ordinary_user_can_run_it(bystander: Site) -> None:
    with serving_files(bystander.api.url.removeprefix("http://"), ORDINARY) as reader:
        assert reader.get(f"{LINES}/all.csv").content == sample(UNCONDITIONAL)
        assert is_refused(reader.get(f"{POSITIONS}/all.csv"), "key_missing")
