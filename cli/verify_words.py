"""What `kaifang verify` says, in both languages: a sentence for each thing that is not as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities.proof.erasing import Erasure
from activities.proof.findings import Fault, Finding
from cli.languages import Language
from rules.deadlines import to_shanghai

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from activities.proof.verifying import Seen

SENTENCES: dict[Fault, tuple[str, str]] = {
    Fault.EVENT_CHANGED: (
        "第{what}号事件的内容或者次序与其哈希不符，已被改动。",
        "Event {what} does not match its hash: it, or its place, was changed.",
    ),
    Fault.EVENT_MISSING: ("第{what}号事件已被删除。", "Event {what} was deleted."),
    Fault.EVENT_UNCHAINED: (
        "第{what}号事件没有哈希，不是由系统写入的。",
        "Event {what} has no hash: the writer did not write it.",
    ),
    Fault.EVENT_BEYOND: (
        "日志在第{what}号事件处超出案件登记的长度，后面的事件是插入的。",
        "The log goes beyond what the case says of it: from event {what} on, events were inserted.",
    ),
    Fault.EVENT_ROW: (
        "第{what}号事件的类型、序号或者时间栏与事件本身不一致。",
        "Type, number or instant beside event {what} are not those of the event.",
    ),
    Fault.TAIL_CUT: (
        "日志应有{what}个事件，现在的结尾（第{other}号）不是案件登记的结尾，尾部已被截断或者改写。",
        "The log should end with event {what} as the case has it, and ends with event {other}: its tail was cut or "
        "written anew.",
    ),
    Fault.ACT_CHANGED: (
        "操作{what}与其哈希不符：操作人、内容或者次序已被改动。",
        "Act {what} does not match its hash: who acted, what was done, or its place was changed.",
    ),
    Fault.ACT_MISSING: ("收件簿第{what}号操作已被删除。", "Act {what} of the inbox was deleted."),
    Fault.ACT_UNCHAINED: (
        "操作{what}没有哈希，不是由系统收件的。",
        "Act {what} has no hash: the inbox did not receive it.",
    ),
    Fault.ACT_OF_EVENT: (
        "日志所依据的操作{what}不在收件簿中。",
        "The log rests on act {what}, which is not in the inbox.",
    ),
    Fault.TEXT_CHANGED: ("操作{what}的文字已被改动。", "The text of act {what} was changed."),
    Fault.TEXT_GONE: (
        "操作{what}的文字不见了，又没有依法删除的记录。",
        "The text of act {what} is gone, and no erasure is on record.",
    ),
    Fault.FILE_CHANGED: ("证据文件{what}的内容已被改动。", "The file of evidence {what} was changed."),
    Fault.FILE_GONE: (
        "证据文件{what}不见了，又没有依法删除的记录。",
        "The file of evidence {what} is gone, and no erasure is on record.",
    ),
    Fault.FILE_OTHERWISE: (
        "证据{what}登记的文件不是收件时的文件。",
        "Evidence {what} names another file than the one that was received.",
    ),
    Fault.CASE_NUMBERS: (
        "{what}的案件编号只剩{other}，有案件被整个删除。",
        "Of the case numbers {what} there are {other}: whole cases were deleted.",
    ),
    Fault.CASE_GONE: (
        "案件曾列入每日签名，现已不存在。",
        "The case was in the tree of a signed day, and is gone.",
    ),
    Fault.LOG_REWRITTEN: (
        "第{what}号事件与当日签名的哈希不同，日志已被改写。",
        "Event {what} has another hash than the one that was signed: the log was written anew.",
    ),
    Fault.INBOX_REWRITTEN: (
        "收件簿第{what}号操作与当日签名的哈希不同，收件簿已被改写。",
        "Act {what} of the inbox has another hash than the one that was signed: the inbox was written anew.",
    ),
    Fault.LOG_SHORTER: (
        "签名时日志有{what}个事件，现在只有{other}个，尾部已被截断。",
        "The log had {what} events when it was signed, and has {other}: its tail was cut.",
    ),
    Fault.INBOX_SHORTER: (
        "签名时收件簿有{what}项操作，现在只有{other}项，尾部已被截断。",
        "The inbox had {what} acts when it was signed, and has {other}: its tail was cut.",
    ),
    Fault.HEAD_OF_DAY: (
        "案件在{what}的登记不在当日签名的树中，已被改动。",
        "What is kept of the case for {what} is not in the tree that was signed.",
    ),
    Fault.ROOT_OF_DAY: (
        "{what}的全部案件不能得出当日签名的树根，有登记被增删。",
        "The heads that are kept for {what} do not make the root that was signed: some were taken out or put in.",
    ),
    Fault.DAY_CHANGED: (
        "{what}的声明与其签名不符，已被改动。",
        "The statement of {what} does not match its signature.",
    ),
    Fault.DAY_OF_OTHER_KEY: (
        "{what}是用另一个密钥签名的（{other}）。",
        "{what} was signed by another key ({other}).",
    ),
    Fault.DAY_OF_UNKNOWN_KIND: (
        "{what}的签名所用的算法（{other}）本程序不认识，无从核对。",
        "{what} was signed by an algorithm ({other}) that this program does not know: whether it matches stays open.",
    ),
    Fault.DAY_MISSING: ("{what}的签名已被删除。", "The signed statement of {what} is missing."),
    Fault.DAY_REWRITTEN: (
        "{other}的声明所依据的前一份声明（{what}）已被改写。",
        "The statement of {other} follows on another statement than the one that is kept ({what}): that day was "
        "written anew.",
    ),
    Fault.FILE_OF_DAY: (
        "{what}另行保存的文件不见了，或者与数据库不一致。",
        "The file apart of {what} is gone, or is not what the database has.",
    ),
    Fault.STAMP_CHANGED: (
        "{what}的时间戳不是时间戳机构对该日声明加盖的（{other}）。",
        "The time stamp of {what} is none of the authority over its statement ({other}).",
    ),
    Fault.STAMP_GONE: (
        "{what}的时间戳只在另行保存的文件夹中，数据库中的已被删除。",
        "The time stamp of {what} lies in the folder apart and is gone from the database.",
    ),
}
ERASED = {"content": ("文字", "The text of act"), "evidence": ("证据文件", "The file of evidence")}
LACKING = {
    "folder": ("另行保存的文件夹", "no folder apart"),
    "key": ("公布的密钥", "no key"),
    "roots": ("时间戳证书", "no certificates of stamps"),
}
PROOF_FAULTS = {
    "statement": (
        "文件中的声明不是本格式的声明。",
        "What the file has as a statement is none of this format.",
    ),
    "key": ("声明不是用给定的密钥签名的。", "The statement was not signed by the key that was given."),
    "kind": (
        "签名所用的算法本程序不认识，无从核对。",
        "The signature is by an algorithm that this program does not know: whether it matches stays open.",
    ),
    "signature": ("签名不符。", "The signature does not match."),
    "path": ("路径不能通向签名的树根。", "The path does not lead to the root that was signed."),
    "stamp": (
        "时间戳不是所给证书下的机构对该声明加盖的。",
        "The time stamp is none over this statement under the certificates that were given.",
    ),
    "format": ("文件不是收录证明。", "The file is no inclusion proof."),
    "unsigned": (
        "文件还没有证明：案件所在的一天结束后才签名。",
        "The document has no proof yet: its day is signed when it is over.",
    ),
}


def sentence(finding: Finding, language: Language) -> str:
    """A finding in words, with the case that it concerns."""
    words = spoken(SENTENCES[finding.fault], language).format(what=finding.what, other=finding.other)
    if not finding.case_id:
        return words
    return f"案件{finding.case_id}：{words}" if language is Language.ZH else f"Case {finding.case_id}: {words}"


def erased(it: Erasure, language: Language) -> str:
    """An erasure that is on record in words: what is gone is no finding, and whoever reads sees by whom it went."""
    on = f"{to_shanghai(it.erased_at):%Y-%m-%d}"
    what = spoken(ERASED.get(it.what, (it.what, it.what)), language)
    if language is Language.ZH:
        return f"{what}{it.id}已于{on}由{it.account}依法删除（依据：{it.basis}）。"
    return f"{what} {it.id} was erased on {on} by {it.account} under {it.basis}."


def compared_without(
    seen: Seen, apart: Path | None, keys: Collection[str], roots: Collection[object], language: Language
) -> str:
    """What signed days and their stamps were not compared with, in one sentence; empty where all was there."""
    lacking = [
        spoken(LACKING[what], language)
        for what, is_lacking in (
            ("folder", seen.days and apart is None),
            ("key", seen.days and not keys),
            ("roots", seen.stamped and not roots),
        )
        if is_lacking
    ]
    if not lacking:
        return ""
    if language is Language.ZH:
        return f"核对各日的签名时没有{'、'.join(lacking)}：有人重新签名的，无从发现。"
    return f"Signed days were compared with {' and '.join(lacking)}: that somebody signed them anew would not show."


def spoken(texts: tuple[str, str], language: Language) -> str:
    """The text in that language, of Chinese and English."""
    return texts[0] if language is Language.ZH else texts[1]
