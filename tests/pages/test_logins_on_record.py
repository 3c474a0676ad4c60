"""Who comes in at an issuer and who does not, each with its row on record."""

from __future__ import annotations

from activities.database import Pool
from tests.pages.providing import Provider
from tests.pages.test_issuer import comes_back, front, leaves, logs_in, settings
from tests.pages.visiting import Front

__all__ = ["front", "settings"]
ON_RECORD = """
select what, a.subject, by_account = r.account_id as itself, times, address
from account_record r left join accounts a using (account_id) left join account_record_addresses using (number)
order by number
"""


async def test_each_login_and_each_refused_one_is_on_record(front: Front, provider: Provider, pool: Pool) -> None:
    """What is refused is nobody's, for nobody has come in."""
    provider.knows("lin")
    await logs_in(front, provider, "lin")
    visitor = front.visitor()
    let_in = provider.lets_in(await leaves(visitor), "lin")
    stranger = await comes_back(front.visitor(), let_in)
    denied = await comes_back(visitor, f"{let_in}&error=access_denied")
    unsigned = front.visitor()
    wrong_code = provider.lets_in(await leaves(unsigned), "lin").replace("code=", "code=x")
    of_nobody = await comes_back(unsigned, wrong_code)
    assert [each.status_code for each in (stranger, denied, of_nobody)] == [403, 403, 403]
    await front.app.state.runtime.refused.write()
    assert [tuple(row) for row in await pool.fetch(ON_RECORD)] == [
        ("login", "lin", True, 1, "127.0.0.1"),
        ("login_refused", None, None, 3, "127.0.0.1"),
    ]
