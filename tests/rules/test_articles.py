"""How articles are written for people."""

from __future__ import annotations

import pytest

from rules.articles import article_label


@pytest.mark.parametrize(
    ("article", "zh", "en"),
    [
        ("9", "第九条", "Article 9"),
        ("10", "第十条", "Article 10"),
        ("20(2)", "第二十条第（二）项", "Article 20(2)"),
        ("16.2", "第十六条第二款", "Article 16, paragraph 2"),
        ("17.3(3)", "第十七条第三款第（三）项", "Article 17, paragraph 3, item 3"),
        ("105", "第一百零五条", "Article 105"),
        ("110", "第一百一十条", "Article 110"),
        ("withdrawal", "withdrawal", "withdrawal"),
    ],
)
def test_an_article_is_written_as_statutes_are_quoted(article: str, zh: str, en: str) -> None:
    label = article_label(article)
    assert (label.zh, label.en) == (zh, en)
