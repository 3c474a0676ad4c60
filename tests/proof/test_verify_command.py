"""`kaifang verify` says in one sentence each what is not as it was written, and verifies a proof without any record."""

from __future__ import annotations

import asyncio
import json
import re
import string
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from activities.proof.erasing import Erasure, erase_texts
from activities.proof.findings import Fault, Finding
from activities.proof.statements import named_key
from activities.settings import HEADS_KEY
from cli.languages import Language
from cli.verify_words import SENTENCES, erased, sentence
from tests.erasing.test_erasing_commands import OF_AN_ABSENT_S3
from tests.owning import owner_of
from tests.proof.test_days import Signer, request_of, rewrite, signer

__all__ = ["signer"]
DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs" / "verifying.md"
KAIFANG = str(Path(sys.executable).with_name("kaifang"))


class Told(NamedTuple):
    status: int
    lines: list[str]
    errors: str


async def verify(home: Path, database_url: str | None, *arguments: str, **more: str) -> Told:
    named = {"KAIFANG_DATABASE_URL": database_url} if database_url else {}
    process = await asyncio.create_subprocess_exec(
        *(KAIFANG, "verify", *arguments),
        env={"KAIFANG_HOME": str(home), "PATH": "", "COLUMNS": "200", **named, **more},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    return Told(process.returncode or 0, out.decode().splitlines(), errors.decode())


async def act_with_text(signer: Signer) -> str:
    act: str = await signer.driver.pool.fetchval(
        "select act_id from acts where kind = 'decide' and content is not null"
    )
    return act


def keep_key(signer: Signer, home: Path) -> Path:
    pem = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (home / HEADS_KEY).write_bytes(pem)
    public = home / "public.pem"
    public.write_bytes(signer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return public


@pytest.mark.parametrize("fault", Fault)
def test_each_fault_has_a_sentence_in_both_languages_that_says_of_what(fault: Fault) -> None:
    for language in Language:
        said = sentence(Finding(fault, "c1", "THIS", "THAT"), language)
        assert said[-1] in ".。"
        assert ("c1" in said) and ("THIS" in said or "{what}" not in "".join(SENTENCES[fault]))
    named = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in SENTENCES[fault]]
    assert named[0] == named[1]


def test_an_erasure_is_said_with_day_person_and_rule_whatever_was_erased() -> None:
    at = datetime(2026, 11, 29, 17, tzinfo=UTC)
    for what, named in (("evidence", "The file of evidence"), ("person", "person")):
        said = erased(Erasure(what, "x1", at, "acc_admin", "PIPL 47"), Language.EN)
        assert said == f"{named} x1 was erased on 2026-11-30 by acc_admin under PIPL 47."
    assert erased(Erasure("evidence", "x1", at, "acc_admin", "PIPL 47"), Language.ZH).startswith(
        "证据文件x1已于2026-11-30"
    )


async def test_a_record_as_it_was_written_is_told_as_that_and_any_other_by_sentences(
    signer: Signer, tmp_path: Path, database_url: str
) -> None:
    keep_key(signer, tmp_path)
    await signer.after(signer.today)
    told = await verify(tmp_path, database_url)
    assert (told.status, told.errors) == (0, "")
    assert told.lines[-1].endswith("1 signed days (0 stamped): 0 findings")

    async with owner_of(signer.driver.pool) as connection:
        act = await act_with_text(signer)
        assert await erase_texts(connection, [act], account="acc_admin", basis="PIPL 47")
    said = await verify(tmp_path, database_url)
    assert said.status == 0
    assert said.lines[-2].startswith(f"The text of act {act} was erased on ")
    assert said.lines[-2].endswith(" by acc_admin under PIPL 47.")

    await rewrite(signer)
    request = await request_of(signer)
    told = await verify(tmp_path, database_url, "--no-files")
    assert told.status == 1
    assert told.lines[0].startswith(f"Case {request}: Event ")
    told = await verify(tmp_path, database_url, "--language", "zh-CN")
    assert any(line.startswith(f"文字{act}已于") for line in told.lines)
    assert told.lines[0].startswith(f"案件{request}：第")
    assert told.lines[-1].endswith("发现1处不符。")


async def test_verify_says_that_signed_days_were_compared_with_no_folder_and_no_key(
    signer: Signer, tmp_path: Path, database_url: str
) -> None:
    keep_key(signer, tmp_path)
    assert "compared with" not in "".join((await verify(tmp_path, database_url)).lines), "no day is signed yet"
    await signer.after(signer.today)
    elsewhere = tmp_path / "elsewhere"
    told = await verify(elsewhere, database_url, "--no-files")
    assert (told.status, told.errors) == (0, "")
    assert told.lines[0] == (
        "Signed days were compared with no folder apart and no key: that somebody signed them anew would not show."
    )
    told = await verify(elsewhere, database_url, "--no-files", "--language", "zh-CN")
    assert told.lines[0] == "核对各日的签名时没有另行保存的文件夹、公布的密钥：有人重新签名的，无从发现。"
    (elsewhere / "heads").mkdir(parents=True)
    (elsewhere / "heads" / f"{signer.today}.json").write_bytes((signer.folder / f"{signer.today}.json").read_bytes())
    told = await verify(elsewhere, database_url, "--no-files")
    assert told.lines[0].startswith("Signed days were compared with no key:")


async def test_days_signed_by_the_key_of_before_are_right_where_a_setting_names_it(
    signer: Signer, tmp_path: Path, database_url: str
) -> None:
    await signer.after(signer.today)
    before = keep_key(signer, tmp_path).read_bytes()
    keep_key(replace(signer, key=Ed25519PrivateKey.generate()), tmp_path)
    known = tmp_path / "heads-public-keys.pem"
    known.write_bytes(before + (tmp_path / "public.pem").read_bytes())

    told = await verify(tmp_path, database_url, "--no-files")
    assert (told.status, str(signer.today) in told.lines[0]) == (1, True)
    named = {"KAIFANG_HEADS_PUBLIC_KEYS": str(known)}
    assert (await verify(tmp_path, database_url, "--no-files", **named)).status == 0
    (tmp_path / HEADS_KEY).unlink()
    assert (await verify(tmp_path, database_url, "--no-files", **named)).status == 0, "no key that signs is needed"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"KAIFANG_DATABASE_URL": ""}, "KAIFANG_DATABASE_URL"),
        ({"KAIFANG_DATABASE_URL": "postgresql://127.0.0.1:1/kaifang"}, "PostgreSQL does not answer"),
        ({"KAIFANG_EVIDENCE_URL": "s3://bucket/prefix", **OF_AN_ABSENT_S3}, "the store of evidence does not answer"),
        ({"KAIFANG_HEADS_PUBLIC_KEYS": "/dev/null"}, "/dev/null holds no public key"),
        ({"KAIFANG_STAMP_ROOTS": "/nowhere"}, "/nowhere"),
        ({"KAIFANG_KEYS_FOLDER": "/dev/null/keys"}, "/dev/null/keys"),
    ],
    ids=["no setting", "PostgreSQL", "store", "keys", "roots", "ring"],
)
async def test_verify_that_cannot_look_ends_with_2_in_one_line_and_never_with_1(
    signer: Signer, tmp_path: Path, database_url: str, more: dict[str, str], why: str
) -> None:
    assert await signer.driver.pool.fetchval("select count(*) from evidence") == 1
    told = await verify(tmp_path, None, **{"KAIFANG_DATABASE_URL": database_url, **more})
    assert (told.status, told.lines) == (2, [])
    (line,) = told.errors.splitlines()
    assert line.startswith("error: ")
    assert why in line


async def test_what_was_found_before_the_store_was_away_is_said_and_ends_with_1(
    signer: Signer, tmp_path: Path, database_url: str
) -> None:
    await signer.after(signer.today)
    await rewrite(signer)
    named = {"KAIFANG_EVIDENCE_URL": "s3://bucket/prefix", **OF_AN_ABSENT_S3}
    told = await verify(tmp_path, database_url, **named)
    assert (told.status, len(told.lines)) == (1, 1)
    assert told.errors.startswith("error: the store of evidence")


async def test_the_program_of_the_documentation_verifies_a_proof_and_nothing_else(
    signer: Signer, tmp_path: Path
) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", DOCUMENTATION.read_text("utf-8"), re.DOTALL)
    await signer.after(signer.today)
    document = (await signer.proof(await request_of(signer))).document()
    key, held = named_key(signer.key.public_key()), tmp_path / "held.json"
    for changed, is_proof in (({}, True), ({"place": document["place"] + 1}, False), ({"path": []}, False)):
        held.write_text(json.dumps({"proof": {**document, **changed}}))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, str(held), key), stderr=asyncio.subprocess.DEVNULL
        )
        assert (await process.wait() == 0) is is_proof


async def test_a_proof_is_verified_without_record_by_the_key_that_was_published(signer: Signer, tmp_path: Path) -> None:
    public = keep_key(signer, tmp_path)
    await signer.after(signer.today)
    document = (await signer.proof(await request_of(signer))).document()
    held, elsewhere = tmp_path / "receipt.json", tmp_path / "a stranger"
    held.write_text(json.dumps({"case_number": "NN-AR-2026-000002", "proof": document}, ensure_ascii=False))
    told = await verify(elsewhere, None, "--proof", str(held), "--key", str(public))
    assert (told.status, told.errors, len(told.lines)) == (0, "", 1)
    assert f"signed on {signer.today}" in told.lines[0]
    told = await verify(elsewhere, None, "--proof", str(held))
    assert (told.status, len(told.lines)) == (0, 2), "whose key it is, the reader is told to find out"

    held.write_text(json.dumps({**document, "place": 7}))
    told = await verify(elsewhere, None, "--proof", str(held), "--key", str(public), "--language", "zh-CN")
    assert (told.status, told.lines, told.errors.strip()) == (1, [], "路径不能通向签名的树根。")
    for text, status in (('{"proof": null}', 1), ("[]", 2), ("nonsense", 2)):
        held.write_text(text)
        told = await verify(elsewhere, None, "--proof", str(held))
        assert told.status == status
        assert "Traceback" not in told.errors
    assert not elsewhere.exists()
