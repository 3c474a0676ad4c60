"""The logins of the demo accounts and their ids, for who needs nothing else of the sample catalogue.

They are looked up in the text of the files: reading these strictly takes longer than all that `kaifang token` does.
"""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

LOGIN = re.compile(r"\blogin: ([a-z]+[0-9]?@[a-z]+(?:\.[a-z][a-z_]*)?)(?=[\s,}])")


def account_id_of(login: str) -> str:
    """Says nothing about the person: `acc_` and the first 16 hex digits of the SHA-256 of the login."""
    return "acc_" + hashlib.sha256(login.encode()).hexdigest()[:16]


def logins() -> list[str]:
    """Every demo account's, sorted; some stand in a file twice, where they have a post."""
    texts = (f.read_text(encoding="utf-8") for f in files("rules.samples").iterdir() if f.name.endswith(".yaml"))
    return sorted({login for text in texts for login in LOGIN.findall(text)})
