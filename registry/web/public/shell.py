"""Page of what the node's shell did without naming an account, by count."""

from flask import Response

from registry import runtime
from registry.domain.labels import SHELL_ACTS
from registry.queries.node.shell_acts import shell_acts
from registry.unit_of_work import day_of
from registry.web.blueprint import pages, render_page


@pages.get("/audit")
def audit_summary() -> Response:
    """Page of the acts of the node's shell without an account: how often, and on which day last."""
    with runtime.reading() as session:
        acts = shell_acts(session)
    rows = [(SHELL_ACTS.get(row.act, row.act), row.act, row.count, day_of(row.last_at)) for row in acts]
    return render_page("audit.html", rows=rows, count=sum(row.count for row in acts))
