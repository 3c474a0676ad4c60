"""`kaifang codec-server`: what the engine keeps, opened for Temporal's own UI, on this machine."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("codec-server")(codec_server)


def codec_server(
    ui: Annotated[str, typer.Option(help="The origin of Temporal's UI, as a browser shows it.")],
    port: Annotated[int, typer.Option(help="Where it listens, on 127.0.0.1 alone.", min=1, max=65535)] = 8234,
) -> None:
    """Open payloads for Temporal's UI until Ctrl-C. The UI is told the address that is printed, under "Codec Server";
    whoever has it reads what the engine keeps."""
    import logging

    import uvicorn

    from activities.engine.keys import key_ring
    from activities.logs import keep_texts_out
    from activities.settings import Settings
    from api.codec import codec_app

    keys, token = key_ring(Settings.load()), secrets.token_urlsafe(32)
    typer.echo(f"codec endpoint: http://127.0.0.1:{port}/{token}")
    keep_texts_out(logging.WARNING)
    uvicorn.run(codec_app(keys, token, ui), host="127.0.0.1", port=port, access_log=False, log_config=None)
