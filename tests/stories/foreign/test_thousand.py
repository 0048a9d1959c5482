"""A thousand records each way with a program of its own, written from docs/exchange.md: receipts, removals, a planted
false record, and reconciliation."""

import json
import subprocess
import sys
from pathlib import Path

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.services.publication.publishing import Version, publish
from tests.stories.foreign.program import row_hash
from tests.sync.bodies import body, removed
from tests.sync.platforms.conftest import CF, register
from tests.sync.platforms.rows import decided, firm, row

PROGRAM = Path(__file__).with_name("program.py")
COUNT = 1000


def program(folder, act, *words):
    """Run the platform's program in a process of its own, without the product on its path."""
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), str(folder), act, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_imports_nothing_of_the_product():
    lines = [line for line in PROGRAM.read_text("utf-8").splitlines() if line.startswith(("import ", "from "))]
    modules = {line.split()[1].partition(".")[0] for line in lines}
    assert modules <= sys.stdlib_module_names


def test_exchanges_a_thousand_records_each_way(app, people, tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    side = register(app, f"file://{folder}", file_type="csv", formats=list(CF), formats_in=["cf-2018"])
    ours = [body(subject=firm(number), document_number=f"盐虚罚〔2026〕{number}号") for number in range(1, COUNT + 1)]

    runtime.perform(SYSTEM, lambda work: publish(work, [Version(one, "city") for one in ours]))
    assert side.run().sent == COUNT
    assert program(folder, "take") == {"taken": COUNT, "rejected": 0, "held": COUNT}

    theirs = [row(decided(number)) for number in range(1, COUNT + 1)]
    false = (*theirs[0][:3], theirs[0][3] | {"CF_NR": "罚款人民币玖万元"})
    for name, rows in (("first.json", theirs), ("second.json", [false])):
        stated = tmp_path / name
        stated.write_text(json.dumps({"format": "cf-2018", "rows": rows}), "utf-8")
        program(folder, "send", "--rows", str(stated))
    done = side.run()
    assert (done.settled, done.received, done.failed) == (COUNT, COUNT + 1, None)
    assert program(folder, "settle") == {"outcomes": {"accepted": COUNT, "conflict:revision-equivocation": 1}}
    assert len(side.penalties()) == COUNT
    assert {message.state for message in side.messages()} == {"delivered"}

    def withdraw(work):
        publish(work, [Version(removed(one), "city") for one in ours[:10]])

    runtime.perform(SYSTEM, withdraw)
    assert side.run().sent == 10
    assert program(folder, "take")["taken"] == 10
    assert side.run().settled == 10
    program(folder, "holdings")
    report = side.reconcile()
    assert (report["checked"], report["equal"], report["different"]) == (COUNT, COUNT, [])
    first, hashes = theirs[0], {item.record: item.row_hash for item in side.items() if item.outcome == "accepted"}
    assert hashes[first[0]] == row_hash(first[0], 1, "I", "cf-2018", first[3])
