"""What stops the clocks of a procedure, in words: of which stages, from when until when, for how long at most."""

from __future__ import annotations

from collections.abc import Mapping

from reading.rules.words import COMMA, Words
from rules.pinned import Label
from rules.pinned_stages import StopBegins, StopRule

STOP = Label(zh="停止计时：{what}", en="Stop of a clock: {what}")
RUNS_ON = Label(zh="“{stages}”的期限照常计算", en="the clock of “{stages}” runs on")
STANDS_STILL = Label(zh="“{stages}”的期限{since}停止计算", en="the clock of “{stages}” stands still {since}")
SINCE: Mapping[StopBegins, Label] = {
    StopBegins.SUPPLEMENT_ASKED: Label(zh="自要求补正起", en="from when a supplement is asked for"),
    StopBegins.OPINION_ASKED: Label(zh="自征求意见起", en="from when an opinion is asked for"),
    StopBegins.STAGE_OPENED: Label(zh="自“{stage}”开始起", en="from when “{stage}” begins"),
    StopBegins.BY_DECISION: Label(zh="自承办机构决定起", en="from a decision of its body"),
}
UNTIL: Mapping[StopBegins, Label] = {
    StopBegins.SUPPLEMENT_ASKED: Label(zh="至收到补正", en=" until it has come"),
    StopBegins.OPINION_ASKED: Label(zh="至收到意见", en=" until it has come"),
    StopBegins.STAGE_OPENED: Label(zh="至其办结", en=" until that is done"),
    StopBegins.BY_DECISION: Label(zh="至其决定恢复", en=" until it decides that it runs again"),
}
AT_MOST = Label(zh="，累计至多{most}", en=", for {most} at most altogether")


def stop_named(words: Words, rule: StopRule) -> str:
    return words.say(STOP, what=words.say(rule.label))


def stop_in_words(words: Words, rule: StopRule) -> str:
    """What the rule does to which clocks."""
    stages = words.join(COMMA, (_called(words, stage) for stage in rule.clocks))
    if not rule.stops:
        return words.say(RUNS_ON, stages=stages)
    since = words.say(SINCE[rule.begins], stage=_called(words, rule.stage) if rule.stage else "")
    until = words.say(UNTIL[rule.begins]) if rule.until_done else ""
    most = words.say(AT_MOST, most=words.length(rule.at_most)) if rule.at_most else ""
    return words.say(STANDS_STILL, stages=stages, since=since + until) + most


def _called(words: Words, stage: str) -> str:
    known = words.rules.stage(stage)
    return words.say(known.label) if known else stage
