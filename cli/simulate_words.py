"""What `kaifang simulate` says, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from cli.languages import Language


@dataclass(frozen=True)
class Words:
    """The texts of a report."""

    title: str
    guessed: str
    requests: str
    ended: str
    base: str
    stages: tuple[str, ...]
    bodies: tuple[str, ...]
    compared: str
    no_number: str
    service: str
    load: str
    open: str
    took: str
    days: str
    late_plot: str
    load_plot: str
    open_plot: str
    day_plot: str
    drawn: str
    no_font: str


WORDS = {
    Language.EN: Words(
        title="{city}: {procedure}, {days} days from {since} ({working} working days), {requests} filed, seed {seed}",
        guessed="No notice names the days off of the whole span yet: those of the last year that has one are repeated "
        "52 weeks on.",
        requests="{filed} requests filed: {endings}; {open} still open",
        ended="{outcome} {number}",
        base="as it is",
        stages=("stage", "period", "article", "tasks", "open", "late", "half / nine in ten within"),
        bodies=("body", "officer", "tasks", "load", "longest queue"),
        compared="late; nine in ten within",
        no_number="no number",
        service="service rule",
        load="load: {body}",
        open="requests still open",
        took="{acts} filings and decisions on the real procedures in {seconds:.0f} s",
        days="{scenario}, days",
        late_plot="Tasks decided late, or open after their clock has passed",
        load_plot="Working time taken up by tasks",
        open_plot="Requests open at the end of the day",
        day_plot="day of the span",
        drawn="plot: {file}",
        no_font="No Chinese font is installed: the plot is labelled in English.",
    ),
    Language.ZH: Words(
        title="{city}：{procedure}，自{since}起{days}日（工作日{working}日），申请{requests}件，种子{seed}",
        guessed="这段时间尚未全部有放假通知：按最近一年已有的通知顺延52周估计。",
        requests="收到申请{filed}件：{endings}；未办结{open}件",
        ended="{outcome}{number}件",
        base="现状",
        stages=("环节", "期限", "条款", "任务", "未办", "逾期", "半数/九成用时不超过"),
        bodies=("机构", "经办人", "任务", "占工作时间", "最长队列"),
        compared="逾期率；九成用时不超过",
        no_number="未规定",
        service="服务规则",
        load="负荷：{body}",
        open="未办结申请",
        took="在真实流程上完成{acts}次申请和决定，用时{seconds:.0f}秒",
        days="{scenario}，日",
        late_plot="逾期作出决定或者期限已过仍未办结的任务",
        load_plot="任务占工作时间的比例",
        open_plot="每日终了未办结的申请",
        day_plot="第几日",
        drawn="图：{file}",
        no_font="没有安装中文字体，图中文字用英文。",
    ),
}
