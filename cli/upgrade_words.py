"""What `kaifang upgrade` says, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.languages import Language
from rules.deadlines import to_shanghai

if TYPE_CHECKING:
    from activities.engine.draining import Round
    from activities.engine.versions import Version

WORDS: dict[str, tuple[str, str]] = {
    "build": ("版本", "version"),
    "since": ("首次运行", "first seen"),
    "state": ("状态", "state"),
    "workers": ("工作进程", "workers"),
    "cases": ("在办案件", "cases"),
    "current": ("当前版本", "current"),
    "ramps": ("试行，占案件的{percent:g}%", "gets {percent:g} % of the cases"),
    "drained": ("已排空，可以停止其工作进程", "drained: its workers may be stopped"),
    "draining": ("正在排空", "draining"),
    "waiting": ("尚未启用", "gets no cases yet"),
    "running": ("运行中", "running"),
    "none": ("无", "none"),
    "unversioned": ("（未标版本）", "(without a version)"),
    "no_versions": (
        "还没有任何带版本的工作进程。",
        "No worker with a version has come yet.",
    ),
    "is_current": ("{build}已是当前版本。", "{build} is current."),
    "ramping": ("{build}试行，占案件的{percent:g}%。", "{build} gets {percent:g} % of the cases."),
    "no_ramp": ("试行已停止。", "No version ramps any longer."),
    "refused": ("引擎不接受：{why}", "the engine does not take it: {why}"),
    "away": ("引擎没有应答：{why}", "the engine does not answer: {why}"),
    "unknown": ("没有版本{build}（见 kaifang upgrade status）", "there is no version {build} (kaifang upgrade status)"),
    "still_routed": (
        "{build}是当前版本或者正在试行，案件仍会分给它；先让另一版本成为当前版本",
        "{build} is current or ramps, and cases go to it: make another version current first",
    ),
    "round": (
        "{build}上还有{cases}个案件：唤醒{woken}个，按日志重新启动{over}个，失败{failed}个。",
        "{cases} cases are on {build}: {woken} woken, {over} started over from their logs, {failed} failed.",
    ),
    "is_empty": (
        "{build}上已没有案件，等待引擎确认。",
        "No case is on {build} any longer; the engine has yet to confirm it.",
    ),
    "is_drained": ("{build}已排空，可以停止其工作进程。", "{build} is drained: its workers may be stopped."),
}
"""Chinese and English."""


def said(name: str, language: Language, **about: object) -> str:
    """A word or a sentence, with what it is about filled in."""
    chinese, english = WORDS[name]
    text = chinese if language is Language.ZH else english
    return text.format_map(about)


def state_of(version: Version, language: Language) -> str:
    """How a version stands."""
    if version.is_current:
        return said("current", language)
    if version.ramps:
        return said("ramps", language, percent=version.ramps)
    if version.is_empty and version.was_routed_to:
        return said("drained", language)
    return said("draining" if version.was_routed_to else "waiting", language)


def line_of(version: Version, language: Language) -> tuple[str, ...]:
    """A version as a line of the table; its instant in Shanghai."""
    return (
        version.build,
        f"{to_shanghai(version.since):%F %R}",
        state_of(version, language),
        said("running" if version.polled else "none", language),
        str(version.cases),
    )


def round_of(version: Version, done: Round, language: Language) -> str:
    """What a round of draining did."""
    if not version.cases:
        return said("is_drained" if version.is_empty else "is_empty", language, build=version.build)
    return said(
        "round",
        language,
        build=version.build,
        cases=version.cases,
        woken=done.woken,
        over=done.started_over,
        failed=done.failed,
    )
