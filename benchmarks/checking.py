"""Time a check of 500 bidders on the server, against the bare driver's look-up of the same codes at once."""

from functools import partial
from itertools import count

from benchmarks.bed import CENTRE, UNTIL, Bed
from benchmarks.figures import median_seconds, milliseconds, tell
from benchmarks.servers import Driver
from registry import runtime
from registry.queries.checks import candidates
from registry.queries.publication import ledger_state
from registry.services.checks import award_check
from registry.services.checks.request import Inquiry, Party
from tools.synthetic import Firm, firms

BIDDERS = 500
RUNS = 15
_tenders = count(1)
SEED_KNOWN, SEED_UNKNOWN = 1, 3_000
LOOK_UP = "SELECT uscc, body FROM publications WHERE uscc IN ({}) AND until_entry IS NULL"


def bidders(known: int) -> list[Firm]:
    """Build 500 bidders, ``known`` of them with a published record."""
    return [*firms(known, SEED_KNOWN), *firms(BIDDERS - known, SEED_UNKNOWN)]


def measure(bed: Bed, records: int) -> None:
    """Print the times for a list with one bidder in ten on record and for one with all on record."""
    for known in (BIDDERS // 10, BIDDERS):
        bidder_firms = bidders(known)
        bare = median_seconds(partial(_look_up_codes, bidder_firms), RUNS)
        candidates_alone = median_seconds(partial(_find_candidates, bidder_firms), RUNS)
        act = median_seconds(partial(_check_bidders, bed, bidder_firms), RUNS)
        door = median_seconds(partial(_post_check, bed, bidder_firms), RUNS)
        what = f"{BIDDERS} bidders, {known} on record:"
        tell(f"{what} their records looked up at once, bare driver", milliseconds(bare))
        tell(f"{what} the question by code alone", milliseconds(candidates_alone), share(bare, candidates_alone))
        tell(f"{what} the act, signed and stored ({BIDDERS / act:,.0f} parties/s)", milliseconds(act), share(bare, act))
        tell(f"{what} through the HTTP door", milliseconds(door), share(bare, door))
    tell("records in the store", f"{records:,}")


def share(bare: float, ours: float) -> str:
    """Our speed as a share of the bare driver's."""
    return f"{bare / ours:.0%} of the bare look-up's speed"


def _look_up_codes(bidder_firms: list[Firm]) -> None:
    driver = Driver()
    cursor = driver.cursor()
    cursor.execute(LOOK_UP.format(", ".join([driver.mark] * len(bidder_firms))), [firm.uscc for firm in bidder_firms])
    cursor.fetchall()
    driver.close()


def _find_candidates(bidder_firms: list[Firm]) -> None:
    with runtime.reading() as session:
        keys = candidates.Keys([firm.uscc for firm in bidder_firms], [], [])
        candidates.candidates(session, keys, ledger_state.head(session))


def _check_bidders(bed: Bed, bidder_firms: list[Firm]) -> None:
    parties = [Party(str(place), "bidder", firm.name, firm.uscc) for place, firm in enumerate(bidder_firms, 1)]
    inquiry = Inquiry({"code": f"A-{next(_tenders)}"}, "procurement", True, "320902", UNTIL, parties)
    runtime.perform(bed.people[CENTRE], lambda work: award_check.check(work, inquiry).receipt)


def body(bidder_firms: list[Firm], tender: str) -> dict[str, object]:
    """The request body of a check. Of another tender each time: a second check of one is compared with the first."""
    return {
        "tender": {"code": tender, "sector": "procurement", "district": "320902", "must_tender": True},
        "on": UNTIL.isoformat(),
        "parties": [
            {"ref": str(place), "role": "bidder", "name": firm.name, "uscc": firm.uscc}
            for place, firm in enumerate(bidder_firms, 1)
        ],
    }


def _post_check(bed: Bed, bidder_firms: list[Firm]) -> None:
    answer = bed.app.test_client().post(
        "/api/v1/checks", json=body(bidder_firms, f"D-{next(_tenders)}"), headers=bed.headers
    )
    assert answer.status_code == 201, answer.status_code
