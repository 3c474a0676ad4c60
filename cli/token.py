"""`kaifang token`: a bearer token for a demo account."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from activities.settings import Settings
from api.issuer import issue, signing_key
from rules.sample_catalogue import accounts

VALID_FOR = timedelta(days=30)


def register(app: typer.Typer) -> None:
    """Adds `token` to the command line."""
    app.command()(token)


def token(account: Annotated[str, typer.Argument(help="The login of a demo account, such as applicant@demo.")]) -> None:
    """Print a bearer token for a demo account, valid for 30 days.

    Needs no running stack: the token is signed with the key in the data folder (KAIFANG_HOME, else ./var).
    """
    known = {each.login: each.account_id for each in accounts()}
    if account not in known:
        print(f"error: there is no demo account {account}; there are {', '.join(sorted(known))}", file=sys.stderr)
        raise typer.Exit(1)
    home = Path(os.environ.get("KAIFANG_HOME") or "var")
    # Only the place of the key is asked for, and that needs no database.
    key = signing_key(Settings.model_construct(home=home).signing_key_file)
    print(issue(key, known[account], VALID_FOR))
