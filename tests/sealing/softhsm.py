"""An HSM of a test's own: SoftHSM, whose token is a folder, and is away when the folder is."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pkcs11
import pytest

from activities.sealing import hsm
from activities.sealing.hsm import HsmKeys

TOOL = shutil.which("softhsm2-util")
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so")
MODULE = next((Path(each) for each in MODULES if Path(each).is_file()), None)
NEEDED = pytest.mark.skipif(
    (TOOL is None or MODULE is None) and not os.environ.get("CI"),
    reason="SoftHSM is not installed (Debian: apt-get install softhsm2)",
)
"""Where continuous integration lacks it, the tests fail."""
LABEL, PIN, ANOTHER_PIN, OFFICERS_PIN = "kaifang", "271828", "314159", "161803"
CONFIGURATION = """
directories.tokendir = {tokens}
objectstore.backend = file
log.level = ERROR
"""


@dataclass
class SoftHsm:
    """A token, and the file with its PIN."""

    module: Path
    tokens: Path
    pin_file: Path

    def keys(self) -> HsmKeys:
        return HsmKeys(self.module, LABEL, self.pin_file)

    def put_pin(self, pin: str) -> None:
        self.pin_file.touch(mode=0o600)
        self.pin_file.write_text(f"{pin}\n")

    def change_pin(self, before: str, after: str) -> None:
        """As whoever keeps the HSM changes it, in a process that has no login yet."""
        self._forget()
        token = pkcs11.lib(str(self.module)).get_token(token_label=LABEL)
        with token.open(rw=True, user_pin=before) as session:
            session.set_pin(before, after)
        self._forget()

    @contextmanager
    def away(self) -> Iterator[None]:
        elsewhere = self.tokens.with_name("elsewhere")
        self.tokens.rename(elsewhere)
        try:
            yield
        finally:
            elsewhere.rename(self.tokens)

    def _forget(self) -> None:
        pkcs11.lib(str(self.module)).finalize()


@pytest.fixture
def softhsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftHsm]:
    assert TOOL, "softhsm2-util"
    assert MODULE, "libsofthsm2.so"
    tokens, configuration = tmp_path / "tokens", tmp_path / "softhsm2.conf"
    tokens.mkdir()
    configuration.write_text(CONFIGURATION.format(tokens=tokens))
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    monkeypatch.setattr(hsm, "PAUSE", 0.0)
    made = [TOOL, "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", OFFICERS_PIN]
    subprocess.run(made, check=True, capture_output=True)
    there = SoftHsm(MODULE, tokens, tmp_path / "pin")
    there.put_pin(PIN)
    yield there
    # The module belongs to the process, and the next test has a token of its own.
    there._forget()
