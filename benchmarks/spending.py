"""Where the time goes: what a granted request costs each process beside the bare alternative on the same servers, in
milliseconds of a core and in counts that no other work on the machine changes. `python -m benchmarks.spending` prints
the first table of docs/where-the-time-goes.md; `--statements` what PostgreSQL is asked, too.
"""

from __future__ import annotations

import argparse
from typing import Any

import asyncpg
import uvloop

from activities.database import open_pool
from benchmarks.cases import BARE_WORKER, create_table
from benchmarks.compare import figures, rows
from benchmarks.parties import Bare, Kaifang
from benchmarks.servers import servers
from benchmarks.turns import COUNTS, TASK_QUEUE, Order, Turn, counting, turn
from stack import postgres
from stack.programs import WORKER

ASKED = """
select calls, plans, total_plan_time, total_exec_time, left(regexp_replace(query, '\\s+', ' ', 'g'), 100) as query
from pg_stat_statements where query !~ 'pg_stat' order by total_plan_time + total_exec_time desc limit 40
"""


async def spend(order: Order, pairs: int) -> tuple[list[tuple[Turn, Turn]], list[Any]]:
    """So many pairs of turns, the bare one first in each other; and the statements of ours, the dearest first, of one
    case."""
    async with servers() as running:
        dsn = running.postgres.dsn()
        await create_table(dsn)
        ours, other = running.run("worker", WORKER), running.run("bare-worker", BARE_WORKER)
        temporal = await running.client()
        connection = await asyncpg.connect(dsn)
        await connection.execute(COUNTS)
        async with await open_pool(dsn) as pool:
            bare, kaifang = Bare(temporal), Kaifang(pool, temporal, TASK_QUEUE)
            few = Order(cases=4, at_once=2, claims=order["claims"])
            for worker, side in ((other, bare), (ours, kaifang)):
                await turn(running, worker, temporal, side, few)
            await connection.execute("select pg_stat_statements_reset()")
            taken = []
            for n in range(pairs):
                turns = {}
                for worker, side in ((other, bare), (ours, kaifang))[:: 1 if n % 2 == 0 else -1]:
                    turns[side] = await turn(running, worker, temporal, side, order)
                taken.append((turns[bare], turns[kaifang]))
        asked = await connection.fetch(ASKED)
        await connection.close()
    cases = pairs * order["cases"]
    return taken, [(*(row[n] / cases for n in range(4)), row["query"]) for row in asked]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spending", description="Where the time goes.")
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--cases", type=int, default=10, help="of one turn")
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--claims", action="store_true", help="each task is claimed first")
    parser.add_argument("--statements", action="store_true", help="print what PostgreSQL is asked, too")
    chosen = parser.parse_args()
    postgres.SETTINGS = counting(postgres.SETTINGS)
    order = Order(cases=chosen.cases, at_once=chosen.at_once, claims=chosen.claims)
    taken, asked = uvloop.run(spend(order, chosen.pairs))
    of_both = figures(bare for bare, _ in taken), figures(ours for _, ours in taken)
    print("\n".join(rows(*of_both, ("bare", "ours"))))
    if chosen.statements:
        print("\n| calls | plans | ms of planning | ms of doing | statement |\n| ---: | ---: | ---: | ---: | --- |")
        for calls, plans, planning, doing, query in asked:
            print(f"| {calls:.2f} | {plans:.2f} | {planning:.3f} | {doing:.3f} | `{query}` |")


if __name__ == "__main__":
    main()
