"""`kaifang token`: a bearer token for a demo account of the stack that runs."""

from __future__ import annotations

import fcntl
import os
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from rules.sample_accounts import account_id_of, logins

VALID_FOR = timedelta(days=30)
KEY = "signing-key.pem"
"""In the data folder; the same as `Settings.signing_key_file`, which takes longer to load."""


def register(app: typer.Typer) -> None:
    """Adds `token` to the command line."""
    app.command()(token)


def token(account: Annotated[str, typer.Argument(help="The login of a demo account, such as applicant@demo.")]) -> None:
    """Print a bearer token for a demo account, valid for 30 days, or for as long as any may live.

    It is for the stack that runs with the data folder (KAIFANG_HOME, else ./var), or for the service that
    KAIFANG_DATABASE_URL names; where none does, no token is printed and no key is made.
    """
    known = logins()
    if account not in known:
        nearest = get_close_matches(account, known, n=3, cutoff=0)
        refuse(f"there is no demo account {account}; the nearest are {', '.join(nearest)}")
    home = Path(os.environ.get("KAIFANG_HOME") or "var")
    if not os.environ.get("KAIFANG_DATABASE_URL") and not runs(home):
        refuse(
            f"no stack runs with the data folder {home.resolve()}: "
            "start one with `make up`, or set KAIFANG_HOME to the data folder of the one that runs"
        )
    if not (home / KEY).is_file():
        refuse(f"the data folder {home.resolve()} holds no key: its API has not started yet")
    # Not at the top: what is refused needs no cryptography.
    from api.http.tokens import KeyUnusable, issue, signing_key

    try:
        key = signing_key(home / KEY)
    except (KeyUnusable, OSError) as error:
        refuse(str(error))
    typer.echo(issue(key, account_id_of(account), min(VALID_FOR, longest())))


def longest() -> timedelta:
    """How long the service lets a token live; it says itself what is wrong with a setting."""
    said = os.environ.get("KAIFANG_TOKEN_LIFE", "")
    return timedelta(seconds=int(said)) if said.isdecimal() else VALID_FOR


def runs(home: Path) -> bool:
    """Whether a stack has that data folder: it holds the lock as long as it lives, however it ends."""
    try:
        with (home / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def refuse(reason: str) -> NoReturn:
    typer.echo(f"error: {reason}", err=True)
    raise typer.Exit(1)
