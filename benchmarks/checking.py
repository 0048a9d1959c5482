"""How long a check of 500 bidders takes on the server, against one bare indexed look-up per bidder."""

from functools import partial

from benchmarks.bed import CENTRE, UNTIL, Bed
from benchmarks.figures import median_seconds, milliseconds, tell, times
from benchmarks.servers import Driver
from benchmarks.synthetic import Firm, firms
from registry import db
from registry.queries import ledger
from registry.queries import screening as questions
from registry.services import screening

BIDDERS = 500
RUNS = 15
SEED_KNOWN, SEED_UNKNOWN = 1, 3_000
LOOK_UP = "SELECT uscc, body FROM publications WHERE uscc = {} AND until_entry IS NULL"


def bidders(known: int) -> list[Firm]:
    """500 bidders, ``known`` of them with a published record."""
    return [*firms(known, SEED_KNOWN), *firms(BIDDERS - known, SEED_UNKNOWN)]


def measure(bed: Bed, records: int) -> None:
    """Print the times for a list with one bidder in ten on record and for one with all on record."""
    for known in (BIDDERS // 10, BIDDERS):
        asked = bidders(known)
        bare = median_seconds(partial(_bare, asked), RUNS)
        act = median_seconds(partial(_act, bed, asked), RUNS)
        door = median_seconds(partial(_door, bed, asked), RUNS)
        question = median_seconds(partial(_question, asked), RUNS)
        what = f"{BIDDERS} bidders, {known} on record:"
        whom = "bare look-ups"
        tell(f"{what} one indexed look-up each, bare driver", milliseconds(bare))
        tell(f"{what} the question alone", milliseconds(question), times(question, bare, whom))
        tell(f"{what} the act, signed and stored ({BIDDERS / act:,.0f} parties/s)", milliseconds(act),
             times(act, bare, whom))  # fmt: skip
        tell(f"{what} through the HTTP door", milliseconds(door), times(door, bare, whom))
    tell("records in the store", f"{records:,}")


def _bare(asked: list[Firm]) -> None:
    driver = Driver()
    statement = LOOK_UP.format(driver.mark)
    cursor = driver.cursor()
    for one in asked:
        cursor.execute(statement, (one.uscc,))
        cursor.fetchall()
    driver.close()


def _question(asked: list[Firm]) -> None:
    with db.reading() as session:
        keys = questions.Keys([one.uscc for one in asked], [], [])
        questions.candidates(session, keys, ledger.head(session))


def _act(bed: Bed, asked: list[Firm]) -> None:
    parties = [
        screening.Party(str(place), "bidder", one.name, one.uscc) for place, one in enumerate(asked, 1)
    ]
    inquiry = screening.Inquiry({"code": "BENCH-1"}, "procurement", True, "320902", UNTIL, parties)
    db.perform(bed.people[CENTRE], lambda work: screening.check(work, inquiry).receipt)


def body(asked: list[Firm]) -> dict[str, object]:
    """The request of a check."""
    return {
        "tender": {"code": "BENCH-1", "sector": "procurement", "district": "320902", "must_tender": True},
        "on": UNTIL.isoformat(),
        "parties": [
            {"ref": str(place), "role": "bidder", "name": one.name, "uscc": one.uscc}
            for place, one in enumerate(asked, 1)
        ],
    }


def _door(bed: Bed, asked: list[Firm]) -> None:
    answer = bed.app.test_client().post("/api/v1/checks", json=body(asked), headers=bed.headers)
    assert answer.status_code == 201, answer.status_code
