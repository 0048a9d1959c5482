"""The result of a file of parties, read back from its receipts."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from registry.models import CheckFile
from registry.queries.checks import batch_checks
from registry.refusals.award import FileRunning
from registry.services.checks import award_check
from registry.signing import Keys
from registry.tabular import answers as workbook


def answers(session: Session, keys: Keys, file_id: str) -> Iterator[dict[str, Any]]:
    """Every answered row in the order of the file: a receipt's line with its ``row``, and the ``check`` it is in."""
    for part, check in batch_checks.parts(session, file_id):
        receipt = award_check.unseal(keys, check).receipt if check else b'{"statement":{"lines":[]}}'
        lines = iter(json.loads(receipt)["statement"]["lines"])
        for told in json.loads(keys.vault.open(part.rows_sealed)):
            is_asked = "verdict" not in told
            yield (next(lines) | told if is_asked else told) | {"check": check.number if check and is_asked else None}


def write(session: Session, keys: Keys, held: CheckFile, out: BinaryIO) -> None:
    """Write the workbook of a file that is answered no further; refuses ``FileRunning``."""
    if held.state == "running":
        raise FileRunning()
    checks = batch_checks.checks(session, held.id)
    about = (
        ("成批核查", held.id),
        ("状态", held.state),
        ("名单行数", str(held.total)),
        ("已答复行数", str(held.next_row)),
        ("未能核查", str(held.unchecked)),
        ("登记号", str(held.entry)),
        ("法律效力日", held.on_day.isoformat()),
        *(("核查编号与回执", f"{check.number}  {check.id}") for check in checks),
    )
    workbook.write(out, answers(session, keys, held.id), about)
