"""Growing and rewriting the history of a node in tests."""

from registry.queries import integrity
from registry.runtime import keys
from registry.services.publication import ledger
from tests.support.rewriting import rewrite
from tests.sync.bodies import body
from tests.sync.planting import published

FACTS = "并无其事。"


def grow(node, count=1):
    """Publish and seal."""
    published(node.app, *(body() for _ in range(count)))
    node.do(ledger.seal)


def findings(node):
    """What `ledger verify` finds; bodies made by hand have no penalty behind them, and nothing else is wrong."""
    return node.ask(lambda session: list(integrity.findings(session, keys(), node.code, lambda _: None)))


def rewritten(node):
    """Change what was published, consistently."""
    before = findings(node)
    with node:
        rewrite(1, facts=FACTS)
    assert findings(node) == before
    assert all("penalty is missing" in line for line in before)
