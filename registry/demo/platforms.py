"""Two platforms beside the demo's city node: a trading platform by files, a credit platform by a front-end database.

Nobody sits at the other side: what is sent lies there as sent and not answered, for everybody to look at.
"""

from functools import partial
from pathlib import Path

from registry import runtime
from registry.queries.exchange import peer_messages
from registry.queries.node import account_lookup
from registry.services import proposed_acts
from registry.services.exchange.peers import Intake
from registry.services.node import proposals
from registry.settings import Settings
from registry.unit_of_work import UnitOfWork, day_of
from sync.front_end import FrontEnd

INTAKE = Intake("finance-clerk", "procurement-serious")


def furnish(settings: Settings) -> None:
    """Register both on a first start, as two administrators do; nothing on a later one."""
    home = Path(settings.home).resolve()
    folder = home / "exchange" / "municipal-trading"
    folder.mkdir(parents=True, exist_ok=True)
    database = home / "exchange" / "municipal-credit.db"
    wanted = {
        "municipal-trading": ("演示市公共资源交易平台", folder.as_uri()),
        "municipal-credit": ("演示市公共信用信息平台", f"sqlite:///{database}"),
    }
    with runtime.reading() as session:
        known = {peer.code for peer in peer_messages.ever_known(session)}
        today = day_of(runtime.clock())
        operator = account_lookup.by_name(session, "operator", today)
        security = account_lookup.by_name(session, "security-1", today)
    for code, (name, url) in wanted.items():
        if code in known:
            continue

        def propose(work: UnitOfWork, code: str = code, name: str = name, url: str = url) -> int:
            return proposed_acts.propose_platform(work, code, name, url, code, INTAKE).id

        number: int = runtime.perform(operator, propose)
        runtime.perform(security, partial(_confirm, number=number))
    with runtime.reading() as session:
        peer = peer_messages.peer(session, "municipal-credit")
    FrontEnd(peer.url, settings.node, peer.code).create(peer.formats, peer.formats_in)


def _confirm(work: UnitOfWork, number: int) -> None:
    proposals.confirm(work, proposed_acts.ACTS, number)
