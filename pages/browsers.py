"""Which browser it is, by the name that people know it by."""

from __future__ import annotations

PROGRAMS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
"""By what stands in how a browser names itself; the first that is found."""


def browser_in_words(named_itself: str) -> str:
    """Program and system, such as `Firefox · Windows`; what is not known, as it named itself."""
    known = [next((name for mark, name in names if mark in named_itself), None) for names in (PROGRAMS, SYSTEMS)]
    return " · ".join(name for name in known if name) or named_itself
