"""`make cluster`: a production of several hosts on this machine, in the foreground, until Ctrl-C."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from deploy.cluster.cluster import FIRST_API, Cluster
from deploy.cluster.network import network
from deploy.cluster.programs import built, version
from stack.home import announced, exclusive
from stack.service import ServiceError
from stack.supervisor import StopRequestedError, StopSignals, Supervisor

AS_MAKE_UP_HAS_IT = {"KAIFANG_LOGIN": "demo"}


def main() -> int:
    """Runs a cluster with the samples until somebody stops it, and then removes its data; a failure leaves them."""
    signals = StopSignals()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a text stream, also when redirected
    try:
        print(f"Temporal {version()}: building it takes minutes the first time, and is done once")
        programs = built()
        home = Path(tempfile.mkdtemp(prefix="kaifang-cluster-"))
        home.chmod(0o711)
    except ServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"data folder {home}")
    try:
        with signals.caught(), network() as addresses:
            cluster = Cluster(home, addresses, programs, extra=AS_MAKE_UP_HAS_IT)
            supervisor = Supervisor(home, signals.pause, print)
            try:
                cluster.start(supervisor)
                cluster.seed_samples()
                with exclusive(cluster.data_folder), announced(cluster.data_folder, for_commands(cluster)):
                    for line in lines(cluster):
                        print(line)
                    supervisor.watch()
            finally:
                supervisor.stop()
    except StopRequestedError:
        shutil.rmtree(home)
        print("stopped")
        return 0
    except ServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def for_commands(cluster: Cluster) -> dict[str, str]:
    """The variables by which commands in other terminals reach the cluster."""
    found = {**cluster.environment("migrate"), **cluster.environment("worker"), **cluster.environment("api", FIRST_API)}
    return {**found, "KAIFANG_HOME": str(cluster.data_folder)}


def lines(cluster: Cluster) -> list[str]:
    """What runs where, for a person; the last line begins with `ready`."""
    hosts = {
        "API": " ".join(cluster.api_urls),
        "pages": cluster.pages_url,
        "Temporal": f"{cluster.temporal.address}:7233 → {' '.join(host.address for host in cluster.temporal_hosts)}",
        "PostgreSQL": f"{cluster.postgres.address}:5432 → {cluster.primary.address}, standby {cluster.standby.address}",
        "logs": str(cluster.home / "logs"),
    }
    commands = f"KAIFANG_HOME={cluster.data_folder} {Path(sys.executable).with_name('kaifang')} demo"
    places = [f"  {name:<11}{place}" for name, place in hosts.items()]
    return [*places, f"in another terminal: {commands}", f"ready {cluster.api_urls[0]}"]


if __name__ == "__main__":
    sys.exit(main())
