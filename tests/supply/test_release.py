"""What is released is made again byte by byte from the same tree, and is what was signed or is refused."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.supply.lock import ROOT, RUNS, read_lock
from deploy.supply.release import KEY, SIGNATURE, SUMS, NotReleased, build, main, release, signing_key, verify
from deploy.supply.sbom import bill_of_materials

AT = 1_790_000_000
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, key: Ed25519PrivateKey) -> Path:
    folder = tmp_path_factory.mktemp("release")
    release(folder, AT, key)
    return folder


@pytest.fixture
def got(released: Path, tmp_path: Path) -> Path:
    """The release as somebody else got it."""
    return Path(shutil.copytree(released, tmp_path / "got"))


def test_the_same_tree_makes_the_same_bytes(released: Path, tmp_path: Path) -> None:
    """In another folder, with files of other modes and dates, as another machine checks it out."""
    elsewhere, made = tmp_path / "elsewhere", tmp_path / "made"
    elsewhere.mkdir()
    for name in (
        *PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"],
        "README.md",
        ".gitignore",
        "pyproject.toml",
    ):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, elsewhere / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, elsewhere / name)
    for number, file in enumerate(sorted(path for path in elsewhere.rglob("*") if path.is_file())):
        file.chmod(0o600)
        os.utime(file, (number, number))
    build(elsewhere, made, AT)
    (wheel,) = released.glob("*.whl")
    assert (made / wheel.name).read_bytes() == wheel.read_bytes()


def test_a_release_holds_wheel_source_bill_and_their_signed_checksums(released: Path) -> None:
    named = f"kaifang-{PROJECT['project']['version']}"
    assert {each.name for each in released.iterdir()} == {
        f"{named}-py3-none-any.whl",
        f"{named}.tar.gz",
        f"{named}.cdx.json",
        SUMS,
        SIGNATURE,
    }
    with zipfile.ZipFile(released / f"{named}-py3-none-any.whl") as wheel:
        assert {"worker.py", "rules/packs/nanning.yaml"} <= set(wheel.namelist())
        assert not any(name.startswith(("tests/", "var/", ".venv/")) for name in wheel.namelist())
    with tarfile.open(released / f"{named}.tar.gz") as source:
        names = source.getnames()
    assert f"{named}/requirements.lock" in names
    assert not any("/var/" in name or name.endswith((".pem", ".env")) for name in names)


def test_what_was_signed_is_verified_and_anything_else_refused(got: Path, key: Ed25519PrivateKey) -> None:
    public = key.public_key()
    verify(got, public)
    with pytest.raises(NotReleased, match="not signed by this key"):
        verify(got, Ed25519PrivateKey.generate().public_key())
    (wheel,) = got.glob("*.whl")
    held = wheel.read_bytes()
    for tampered in (lambda: wheel.write_bytes(held + b"\0"), wheel.unlink, (got / "another.whl").touch):
        tampered()
        with pytest.raises(NotReleased, match="not those of"):
            verify(got, public)
        wheel.write_bytes(held)
    (got / "another.whl").unlink()
    verify(got, public)
    (got / SUMS).write_text((got / SUMS).read_text().replace("whl", "egg"))
    with pytest.raises(NotReleased, match="not signed by this key"):
        verify(got, public)


def test_whoever_got_a_release_verifies_it_by_the_documented_command(
    got: Path, key: Ed25519PrivateKey, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    public = tmp_path / "public.pem"
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert main(["verify", str(got), str(public)]) == 0
    assert capsys.readouterr().out == "as it was signed\n"
    assert "python -m deploy.supply.release verify" in (ROOT / "docs" / "releasing.md").read_text()


def test_nothing_is_released_without_a_key_or_over_another_release(
    released: Path, key: Ed25519PrivateKey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(NotReleased, match="not empty"):
        release(released, AT, key)
    monkeypatch.delenv(KEY, raising=False)
    with pytest.raises(NotReleased, match=KEY):
        signing_key()
    file = tmp_path / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    monkeypatch.setenv(KEY, str(file))
    assert signing_key().public_key() == key.public_key()


def test_the_bill_of_materials_names_each_package_of_the_lock() -> None:
    text = bill_of_materials("1.2.3", AT)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert bill_of_materials("1.2.3", AT) == text
    bill, pinned = json.loads(text), read_lock(RUNS)
    assert bill["metadata"]["component"]["purl"] == "pkg:pypi/kaifang@1.2.3"
    assert {(each["name"], each["version"]) for each in bill["components"]} == {
        (each.name, each.version) for each in pinned
    }
    assert all(each["licenses"] and each["externalReferences"][0]["hashes"] for each in bill["components"])
    wanted = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    direct = {each.name for each in pinned if "kaifang" in each.asked_by}
    assert {each.partition("/")[2].partition("@")[0] for each in wanted["pkg:pypi/kaifang@1.2.3"]} == direct
