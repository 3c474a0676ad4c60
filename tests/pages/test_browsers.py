"""Which browser somebody sees in the list of sessions."""

from __future__ import annotations

import pytest

from pages.browsers import browser_in_words

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
NAMED = [
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/156.0.0.0 Safari/537.36", "Chrome · Windows"),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/156.0 Safari/537.36 Edg/156.0", "Edge · Windows"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox · Linux"),
    (f"Mozilla/5.0 (Linux; Android 16) {WEBKIT} Chrome/140 Mobile Safari/537.36 MicroMessenger/8", "WeChat · Android"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari · iOS"),
    ("a program of my own", "a program of my own"),
    ("", ""),
]


@pytest.mark.parametrize(("named_itself", "said"), NAMED)
def test_a_browser_is_called_as_people_call_it(named_itself: str, said: str) -> None:
    assert browser_in_words(named_itself) == said
