"""Where the time goes: what a granted request costs each process, beside the bare alternative and beside DBOS on the
same servers, in milliseconds of a core and in counts that no other work on the machine changes. `python -m
benchmarks.spending` prints two tables of docs/where-the-time-goes.md; `--statements` what PostgreSQL is asked, too.
"""

from __future__ import annotations

import argparse
from itertools import cycle, islice, permutations
from typing import Any, NamedTuple

import asyncpg
import uvloop

from activities.database import open_pool
from benchmarks.cases import BARE_WORKER, create_table
from benchmarks.compare import figures, rows
from benchmarks.parties import Bare, Kaifang
from benchmarks.peer_party import begun, calling
from benchmarks.servers import servers
from benchmarks.turns import COUNTS, TASK_QUEUE, Order, Turn, counting, spent, turn
from stack import postgres
from stack.programs import WORKER

ASKED = """
select calls, plans, total_plan_time, total_exec_time, left(regexp_replace(query, '\\s+', ' ', 'g'), 100) as query
from pg_stat_statements where query !~ 'pg_stat|dbos|peer_transitions'
order by total_plan_time + total_exec_time desc limit 40
"""


class Round(NamedTuple):
    """A turn of each."""

    ours: Turn
    bare: Turn
    peer: Turn


async def spend(order: Order, rounds: int) -> tuple[list[Round], list[Any]]:
    """So many rounds of turns in changing order; and the statements of ours, the dearest first, of one case."""
    async with servers() as running:
        dsn = running.postgres.dsn()
        await create_table(dsn)
        worker, bare_worker = running.run("worker", WORKER), running.run("bare-worker", BARE_WORKER)
        peer_worker = begun(running)
        temporal = await running.client()
        connection = await asyncpg.connect(dsn)
        await connection.execute(COUNTS)
        async with await open_pool(dsn) as pool, calling(dsn) as peer:
            ours, bare = Kaifang(pool, temporal, TASK_QUEUE), Bare(temporal)

            async def turn_of(name: str, order: Order) -> Turn:
                if name == "ours":
                    return await turn(running, worker, temporal, ours, order)
                if name == "bare":
                    return await turn(running, bare_worker, temporal, bare, order)
                await peer.begins()
                return (await spent(running, peer_worker, peer, order))[0]

            for name in Round._fields:
                await turn_of(name, Order(cases=4, at_once=2, claims=order["claims"]))
            await connection.execute("select pg_stat_statements_reset()")
            taken = [
                Round(**{name: await turn_of(name, order) for name in names})
                for names in islice(cycle(permutations(Round._fields)), rounds)
            ]
        asked = await connection.fetch(ASKED)
        await connection.close()
    cases = rounds * order["cases"]
    return taken, [(*(row[n] / cases for n in range(4)), row["query"]) for row in asked]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spending", description="Where the time goes.")
    parser.add_argument("--rounds", type=int, default=6, help="six are each order once")
    parser.add_argument("--cases", type=int, default=10, help="of one turn")
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--claims", action="store_true", help="each task is claimed first")
    parser.add_argument("--statements", action="store_true", help="print what PostgreSQL is asked, too")
    chosen = parser.parse_args()
    postgres.SETTINGS = counting(postgres.SETTINGS)
    order = Order(cases=chosen.cases, at_once=chosen.at_once, claims=chosen.claims)
    taken, asked = uvloop.run(spend(order, chosen.rounds))
    ours = figures(each.ours for each in taken)
    print("\n".join(rows(figures(each.bare for each in taken), ours, ("bare", "ours"))), end="\n\n")
    print("\n".join(rows(figures(each.peer for each in taken), ours, ("DBOS", "ours"))))
    if chosen.statements:
        print("\n| calls | plans | ms of planning | ms of doing | statement |\n| ---: | ---: | ---: | ---: | --- |")
        for calls, plans, planning, doing, query in asked:
            print(f"| {calls:.2f} | {plans:.2f} | {planning:.3f} | {doing:.3f} | `{query}` |")


if __name__ == "__main__":
    main()
