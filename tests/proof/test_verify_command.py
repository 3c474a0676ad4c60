"""`kaifang verify` says in one sentence each what is not as it was written, and verifies a proof without any record."""

from __future__ import annotations

import asyncio
import json
import re
import string
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from activities.proof.erasing import Erasure, erase_texts
from activities.proof.findings import Fault, Finding
from activities.proof.statements import named_key
from activities.settings import HEADS_KEY
from cli.languages import Language
from cli.verify_words import SENTENCES, erased, sentence
from tests.owning import owner_of
from tests.proof.test_days import Signer, request_of, rewrite, signer

__all__ = ["signer"]
DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs" / "verifying.md"
KAIFANG = str(Path(sys.executable).with_name("kaifang"))


class Told(NamedTuple):
    status: int
    lines: list[str]
    errors: str


async def verify(home: Path, database_url: str | None, *arguments: str) -> Told:
    named = {"KAIFANG_DATABASE_URL": database_url} if database_url else {}
    process = await asyncio.create_subprocess_exec(
        *(KAIFANG, "verify", *arguments),
        env={"KAIFANG_HOME": str(home), "PATH": "", "COLUMNS": "200", **named},
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
