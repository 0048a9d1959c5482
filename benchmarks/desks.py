"""Time every private page through HTTP, as each role of the node: its links are followed, and each page of the URL map
that was reached is timed by processor time, which other work on the machine changes less."""

import html
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule

from benchmarks import bed as beds
from benchmarks.bed import Bed
from benchmarks.figures import milliseconds, tell, timed
from registry import runtime
from registry.domain.permissions import Actor
from registry.services.cases import import_review
from registry.services.cases.penalty_import import Options, Upload
from registry.services.node import sign_in
from registry.services.node.sign_in import Visitor
from sync import schedule
from tests.support.bureau import Bureau
from tests.support.centre import Centre, party
from tests.web.furnished import furnish, private_visits
from tools.synthetic import penalty_rows, write_xlsx

LIMIT_SECONDS = 0.2
RUNS = 3
ADDRESSES_OF_A_PAGE = 3
"""Of the addresses of one page so many are timed, those that come first on the pages that lead to them."""
ROWS_CHECKED, ROWS_WAITING, CASES = 10_000, 2_000, 12
WORST_SHOWN = 10
SEEDS = (71, 72)
_LINK = re.compile(r'(?:href|action)="(/[^"#]*)')


def measure(bed: Bed, records: int) -> None:
    """Print how long the private pages take: 95 of 100 of them, the slowest ones, and those nobody could open; files
    that are made for a download stand apart."""
    examples = _plant(bed)
    seconds: dict[str, float] = {}
    slowest_of: dict[str, str] = {}
    files: set[str] = set()
    rules = _rules(bed)
    for name, actor in bed.people.items():
        client = _sign_in(bed, actor)
        for rule, path, is_page in _crawl(bed, client, rules, examples):
            if not is_page:
                files.add(rule.rule)
            spent = _time(client, path)
            if spent >= seconds.get(rule.rule, 0.0):
                seconds[rule.rule], slowest_of[rule.rule] = spent, name
    ordered = sorted(seconds, key=seconds.__getitem__, reverse=True)
    pages = [rule for rule in ordered if rule not in files]
    cut = statistics.quantiles((seconds[rule] for rule in pages), n=20)[-1]
    tell(f"{len(pages)} private pages, 95 of 100 within, {records:,} records", milliseconds(cut))
    for rule in (*pages[:WORST_SHOWN], *(rule for rule in ordered if rule in files)):
        is_over = "a file" if rule in files else "over the limit" if seconds[rule] > LIMIT_SECONDS else ""
        tell(f"{rule} ({slowest_of[rule]})", milliseconds(seconds[rule]), is_over)
    unseen = sorted({rule.rule for rule in rules.values()} - seconds.keys())
    tell("addresses that nobody could open", str(len(unseen)), " ".join(unseen))


def _rules(bed: Bed) -> dict[str, Rule]:
    """The private pages that are read, by endpoint and address."""
    views = bed.app.view_functions
    return {
        f"{rule.endpoint} {rule.rule}": rule
        for rule in bed.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and hasattr(views[rule.endpoint], "permissions")
    }


def _crawl(
    bed: Bed, client: FlaskClient, rules: dict[str, Rule], examples: list[str]
) -> Iterator[tuple[Rule, str, bool]]:
    """The pages that open to a signed-in browser, a few addresses of each, and whether it is a page and no file;
    links are followed as they come, and what no link has led to by then is opened at its example."""
    adapter = bed.app.url_map.bind("")
    waiting = [rule.rule for rule in rules.values() if not rule.arguments]
    taken: dict[str, set[str]] = defaultdict(set)
    unopened = list(examples)
    while waiting or unopened:
        path = waiting.pop(0) if waiting else unopened.pop(0)
        try:
            rule, _ = adapter.match(urlsplit(path).path, method="GET", return_rule=True)
        except (HTTPException, RequestRedirect):  # the address of a form
            continue
        seen = taken[rule.rule]
        if f"{rule.endpoint} {rule.rule}" not in rules or path in seen or len(seen) >= ADDRESSES_OF_A_PAGE:
            continue
        answer = client.get(path)
        if answer.status_code != 200:
            continue
        seen.add(path)
        is_page = answer.mimetype == "text/html"
        if is_page:
            waiting += [html.unescape(link) for link in _LINK.findall(answer.text)]
        yield rule, path, is_page


def _time(client: FlaskClient, path: str) -> float:
    """The median processor seconds of a page; it was opened once before."""
    spans = []
    for _ in range(RUNS):
        with timed() as span:
            client.get(path)
        spans.append(span.processor)
    return statistics.median(spans)


def _sign_in(bed: Bed, actor: Actor) -> FlaskClient:
    client = bed.app.test_client()
    visitor = Visitor("bench", "127.0.0.0/24", "bench")
    token = runtime.perform(actor, lambda work: sign_in.open_session(work, visitor, is_complete=True))
    with client.session_transaction() as cookie:
        cookie["token"] = token
    return client


def _plant(bed: Bed) -> list[str]:
    """Give everybody work: a file with errors to mend, one to verify, cases in every state, checks, and what every page
    shows in the tests; an address of each page there."""
    folder = Path(bed.settings.home)
    _stage(bed, folder / "checked.xlsx")
    waiting = folder / "waiting.xlsx"
    write_xlsx(waiting, penalty_rows(ROWS_WAITING, SEEDS[1], beds.UNTIL))
    beds.file(bed, waiting)
    with pytest.MonkeyPatch.context() as patch:
        bureau = Bureau(bed.staff, patch)
        for _ in range(CASES):
            ground = bureau.published_penalty()
            bureau.drafted(ground)
            bureau.noticed()
            bureau.applied("dispute", ground)
            bureau.confirmed("dispute", bureau.published_penalty())
        filings = list(bureau.names.values())
        values = furnish(bed.app, bureau)
    centre = Centre(bed.staff)
    for count in (1, 12, len(filings)):
        centre.receipt(*(party(filing, str(ref)) for ref, filing in enumerate(filings[:count], 1)))
    schedule._file_imports()
    beds.seal()
    beds.settle()
    return [visit.path for visit in private_visits(bed.app, values)]


def _stage(bed: Bed, path: Path) -> None:
    """A file whose tenth rows cannot be filed as they stand, checked as the page does."""
    rows = list(penalty_rows(ROWS_CHECKED, SEEDS[0], beds.UNTIL))
    write_xlsx(path, [row | ({"CF_JDRQ": "某日"} if place % 10 == 0 else {}) for place, row in enumerate(rows)])
    clerk = bed.people["clerk"]
    upload = Upload(path.read_bytes(), path.name, Options())
    number = runtime.perform(clerk, lambda work: import_review.stage(work, upload).id)
    import_review.check(lambda act: runtime.perform(clerk, act), clerk, number)
