"""What somebody wrote in a session that had ended when it was sent: kept encrypted for half an hour, for the same
account.

Only a cookie of the browser has the key: whoever reads the table reads nothing, and neither does another account in the
same browser.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from starlette.datastructures import FormData, UploadFile

from activities.database import Pool
from activities.directory import sessions
from pages import forgery

COOKIE = "written"
LONGEST = 1_000_000
"""Characters: no form of ours is longer, files aside."""
SAYS_NOTHING = frozenset({forgery.FIELD, "key"})


@dataclass(frozen=True)
class Written:
    """A form as it was sent: to which address, without the prefix of its language; `files` are the names of those that
    came with it and are not kept."""

    path: str
    values: Sequence[tuple[str, str]]
    files: Sequence[str]

    @property
    def says_something(self) -> bool:
        """Whether anything was written besides what every form carries."""
        return bool(self.files) or any(text.strip() for name, text in self.values if name not in SAYS_NOTHING)


def written(path: str, form: FormData) -> Written:
    """The fields of a form, without the key of its session."""
    pairs = form.multi_items()
    return Written(
        path,
        [(name, value) for name, value in pairs if isinstance(value, str) and name != forgery.FIELD],
        [value.filename for _, value in pairs if isinstance(value, UploadFile) and value.filename],
    )


async def keep(pool: Pool, account_id: str, it: Written, now: datetime) -> str | None:
    """The key of what is kept now; None where it is too long to be kept."""
    content = json.dumps(asdict(it), ensure_ascii=False)
    if len(content) > LONGEST:
        return None
    key = Fernet.generate_key()
    await sessions.keep_form(pool, account_id, key, Fernet(key).encrypt(content.encode()), now)
    return key.decode()


async def find(pool: Pool, account_id: str, key: str, now: datetime) -> Written | None:
    """What that account wrote, as long as it is kept."""
    content = await sessions.kept_form(pool, account_id, key.encode(), now)
    if content is None:
        return None
    try:
        said = json.loads(Fernet(key.encode()).decrypt(content))
    except (InvalidToken, ValueError):
        return None
    return Written(said["path"], [(name, value) for name, value in said["values"]], said["files"])
