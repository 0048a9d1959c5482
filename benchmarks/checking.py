"""How long a check of 500 bidders takes on the server, against the bare driver's look-up of the same codes at once."""

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
    """500 bidders, ``known`` of them with a published record."""
    return [*firms(known, SEED_KNOWN), *firms(BIDDERS - known, SEED_UNKNOWN)]


def measure(bed: Bed, records: int) -> None:
    """Print the times for a list with one bidder in ten on record and for one with all on record."""
    for known in (BIDDERS // 10, BIDDERS):
        asked = bidders(known)
        bare = median_seconds(partial(_bare, asked), RUNS)
        question = median_seconds(partial(_question, asked), RUNS)
        act = median_seconds(partial(_act, bed, asked), RUNS)
        door = median_seconds(partial(_door, bed, asked), RUNS)
        what = f"{BIDDERS} bidders, {known} on record:"
        tell(f"{what} their records looked up at once, bare driver", milliseconds(bare))
        tell(f"{what} the question by code alone", milliseconds(question), share(bare, question))
        tell(f"{what} the act, signed and stored ({BIDDERS / act:,.0f} parties/s)", milliseconds(act), share(bare, act))
        tell(f"{what} through the HTTP door", milliseconds(door), share(bare, door))
    tell("records in the store", f"{records:,}")


def share(bare: float, ours: float) -> str:
    """Our speed as a share of the bare driver's."""
    return f"{bare / ours:.0%} of the bare look-up's speed"


def _bare(asked: list[Firm]) -> None:
    driver = Driver()
    cursor = driver.cursor()
    cursor.execute(LOOK_UP.format(", ".join([driver.mark] * len(asked))), [one.uscc for one in asked])
    cursor.fetchall()
    driver.close()


def _question(asked: list[Firm]) -> None:
    with runtime.reading() as session:
        keys = candidates.Keys([one.uscc for one in asked], [], [])
        candidates.candidates(session, keys, ledger_state.head(session))


def _act(bed: Bed, asked: list[Firm]) -> None:
    parties = [Party(str(place), "bidder", one.name, one.uscc) for place, one in enumerate(asked, 1)]
    inquiry = Inquiry({"code": f"A-{next(_tenders)}"}, "procurement", True, "320902", UNTIL, parties)
    runtime.perform(bed.people[CENTRE], lambda work: award_check.check(work, inquiry).receipt)


def body(asked: list[Firm], tender: str) -> dict[str, object]:
    """The request of a check. Of another tender each time: a second look at one compares it with the first, too."""
    return {
        "tender": {"code": tender, "sector": "procurement", "district": "320902", "must_tender": True},
        "on": UNTIL.isoformat(),
        "parties": [
            {"ref": str(place), "role": "bidder", "name": one.name, "uscc": one.uscc}
            for place, one in enumerate(asked, 1)
        ],
    }


def _door(bed: Bed, asked: list[Firm]) -> None:
    answer = bed.app.test_client().post("/api/v1/checks", json=body(asked, f"D-{next(_tenders)}"), headers=bed.headers)
    assert answer.status_code == 201, answer.status_code
