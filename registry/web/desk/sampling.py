"""The page of the sampling list: decisions to be compared with the department's own file, and numbers left out."""

import datetime as dt

from flask import Response, request

from registry import runtime
from registry.domain import literals
from registry.domain.cases import sample
from registry.domain.permissions import Permission
from registry.queries.cases import sampling
from registry.serving import access_trail
from registry.web.blueprint import today
from registry.web.desk import case_views
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private

COUNT_DEFAULT, COUNT_MAX = 20, 200
DECISIONS_MAX = 100_000
SEED_MAX = 40
GAPS_SHOWN = 200


@private.get("/desk/sampling")
@desk_page(Permission.PENALTY_READ)
def sampling_list() -> Response:
    """A sample of the decisions of a period, drawn by a seed that anybody can use again, and the numbers left out."""
    account = current_account()
    until = _day("until", today() + dt.timedelta(days=1))
    since = _day("since", dt.date(today().year, 1, 1))
    count = min(literals.row_number(request.args.get("count", "")) or COUNT_DEFAULT, COUNT_MAX)
    seed = request.args.get("seed", "").strip()[:SEED_MAX] or today().isoformat()
    with runtime.reading() as session:
        found = sampling.decisions(session, account, since, until, DECISIONS_MAX)
        drawn = sample.draw([number for number, _ in found], count, seed)
        cases = sampling.penalties_of(session, drawn)
        gaps = sample.gaps(document_number for _, document_number in found)
        lines = [(case_views.line(case), case.decided_on) for case in cases]
    access_trail.note_reading(account, "penalty.read", "sampling")
    return render_private(
        "desk/sampling.html",
        lines=lines,
        total=len(found),
        gaps=gaps[:GAPS_SHOWN],
        since=since,
        until=until,
        count=count,
        seed=seed,
    )


def _day(name: str, default: dt.date) -> dt.date:
    try:
        return literals.iso_day(request.args.get(name, "").strip())
    except ValueError:
        return default
