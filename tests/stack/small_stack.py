"""The stack with real servers and small programs in place of ours: `small_stack.py [CRASHING]`.

CRASHING names a program that ends at once whenever it is started.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from stack.up import Programs, up

MIGRATION = """
import asyncio, os, asyncpg

async def main():
    url = os.environ.get("KAIFANG_DATABASE_OWNER_URL") or os.environ["KAIFANG_DATABASE_URL"]
    connection = await asyncpg.connect(url)
    await connection.execute("create table if not exists starts (at timestamptz)")
    await connection.execute("grant select on starts to public")
    await connection.execute("insert into starts values (now())")
    await connection.close()

asyncio.run(main())
"""
WORKER = "import signal; signal.sigwait([signal.SIGTERM])"
API = """
import http.server, socket, sys

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()

server = http.server.HTTPServer(("", 0), Answer, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[sys.argv.index("--fd") + 1]))
server.serve_forever()
"""
FAILS = "raise SystemExit('out of order')"

if __name__ == "__main__":
    crashing = sys.argv[1:]
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # standard output is a text stream
    sys.exit(
        up(
            Path(os.environ["KAIFANG_HOME"]),
            os.environ,
            programs=Programs(
                migration=("-c", FAILS if "migration" in crashing else MIGRATION),
                worker=("-c", FAILS if "worker" in crashing else WORKER),
                api=("-c", FAILS if "api" in crashing else API),
            ),
            accounts=lambda: [("applicant@demo", "files requests")],
        )
    )
