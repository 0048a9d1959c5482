"""After the run: nothing lost, doubled, early or late, the newest versions byte-equal at both, the ledger clean."""

import json
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from registry import runtime
from registry.domain.filing.parse import document_key
from registry.models import Check, Penalty, Publication, WatchEvent
from tests.stories.chaos.whole.client import Acknowledgements
from tests.stories.chaos.whole.nodes import ChaosNode
from tests.stories.chaos.whole.run import ask_public, is_shown

Bodies = dict[tuple[str, int], tuple[str, str]]


def judge(nodes: Sequence[ChaosNode], acknowledgements: Acknowledgements) -> tuple[list[str], Counter[str]]:
    """Everything that is not as acknowledged, and how much was examined."""
    found: list[str] = []
    examined: Counter[str] = Counter()
    bodies = {node.code: {owner.code: _bodies(node, owner.code) for owner in nodes} for node in nodes}
    for node in nodes:
        found += _judge_records(node, acknowledgements, examined)
        found += _judge_checks(node, acknowledgements, examined)
        found += _judge_publications(node, _bodies(node, node.code, "public", "authorised"), acknowledgements, examined)
        found += _judge_events(node, examined)
        found += _judge_ledger(node)
    for owner in nodes:
        for node in nodes:
            found += _compare(node.code, bodies[node.code][owner.code], bodies[owner.code][owner.code])
        examined["versions compared at peers"] += len(bodies[owner.code][owner.code])
    return found, examined


def _compare(code: str, copy: Bodies, own: Bodies) -> list[str]:
    """The newest version of every record is there, and every version there is the owner's, byte for byte.

    One that came after its successor is stale and not kept.
    """
    found = [f"different: {version} at {code}" for version, body in copy.items() if own.get(version) != body]
    newest: dict[str, int] = {}
    for record, revision in own:
        newest[record] = max(newest.get(record, 0), revision)
    return found + [f"missing: {version} at {code}" for version in newest.items() if version not in copy]


def _judge_records(node: ChaosNode, acknowledgements: Acknowledgements, examined: Counter[str]) -> list[str]:
    with node.node.opened(), runtime.reading() as session:
        rows = session.execute(select(Penalty.record, Penalty.document_number, Penalty.state)).all()
    states = {record: state for record, _, state in rows}
    documents = Counter(document for _, document, _ in rows)
    found = [f"doubled: {document} × {count} at {node.code}" for document, count in documents.items() if count > 1]
    filed = acknowledgements.of("filed", node.code) + acknowledgements.of("imported", node.code)
    found += [f"lost filing: {line}" for line in filed if document_key(line["document"]) not in documents]
    verified = {line["record"] for line in acknowledgements.of("verified", node.code)}
    withdrawn = {line["record"] for line in acknowledgements.of("withdrawn", node.code)}
    waiting = {line["record"] for line in acknowledgements.of("waiting", node.code)}
    found += [f"lost verification: {one}" for one in verified if states.get(one) not in ("published", "withdrawn")]
    found += [f"lost withdrawal: {one}" for one in withdrawn if states.get(one) != "withdrawn"]
    found += [f"early: {one} is {states.get(one)}" for one in waiting if states.get(one) != "filed"]
    examined.update(filings=len(filed), verifications=len(verified), withdrawals=len(withdrawn))
    return found


def _judge_checks(node: ChaosNode, acknowledgements: Acknowledgements, examined: Counter[str]) -> list[str]:
    with node.node.opened(), runtime.reading() as session:
        rows = session.execute(select(Check.id, Check.number, Check.tender_index)).all()
    acknowledged = [line["check"] for line in acknowledgements.of("checked", node.code)]
    numbers = sorted(number for _, number, _ in rows)
    found = [f"lost check: {one}" for one in set(acknowledged) - {check for check, _, _ in rows}]
    tenders = Counter(tender for _, _, tender in rows if tender)
    found += [f"doubled check of one tender at {node.code}: {count}" for count in tenders.values() if count > 1]
    if numbers != list(range(1, len(numbers) + 1)):
        found.append(f"gap in the numbers of checks at {node.code}")
    examined["checks"] += len(acknowledged)
    return found


def _judge_publications(
    node: ChaosNode, own: Bodies, acknowledgements: Acknowledgements, examined: Counter[str]
) -> list[str]:
    """Published is exactly what was verified; each version has the revision after the one before; the ended is told."""
    newest: dict[str, tuple[int, str]] = {}
    versions = Counter(record for record, _ in own)
    for (record, revision), (body, _) in own.items():
        newest[record] = max(newest.get(record, (0, "")), (revision, json.loads(body)["state"]))
    found = [f"lost revision of {one}" for one, (revision, _) in newest.items() if versions[one] != revision]
    begun = {line["record"] for line in acknowledgements.of("verifying", node.code)}
    found += [f"early: {one} was never verified" for one in newest.keys() - begun]
    found += [f"lost publication: {line}" for line in acknowledgements.of("verified", node.code)
              if line["record"] not in newest]  # fmt: skip
    for line in acknowledgements.of("withdrawn", node.code):
        if newest.get(line["record"], (0, ""))[1] != "withdrawn":
            found.append(f"lost withdrawal: {line} is {newest.get(line['record'])}")
    ending = acknowledgements.of("ending", node.code)
    for line in ending:
        if newest.get(line["record"], (0, ""))[1] != "expired":
            found.append(f"late: {line} is {newest.get(line['record'])}")
        elif is_shown(ask_public(node, line["record"])):
            found.append(f"late: {line} is shown")
    examined.update(publications=len(newest), expiries=len(ending))
    return found


def _judge_events(node: ChaosNode, examined: Counter[str]) -> list[str]:
    with node.node.opened(), runtime.reading() as session:
        rows = session.execute(select(WatchEvent.watch_id, WatchEvent.sequence).order_by(WatchEvent.sequence)).all()
    numbers: dict[str, list[int]] = {}
    for watch, sequence in rows:
        numbers.setdefault(watch, []).append(sequence)
    examined["events of watches"] += len(rows)
    has_gap = any(events != list(range(1, len(events) + 1)) for events in numbers.values())
    return [f"gap in the events of a watch at {node.code}"] if has_gap else []


def _judge_ledger(node: ChaosNode) -> list[str]:
    told = node.command("ledger", "verify")
    return [] if "entries verified" in told and "Traceback" not in told else [f"ledger of {node.code}: {told[-600:]}"]


def _bodies(node: ChaosNode, owner: str, *audiences: str) -> Bodies:
    columns = (Publication.record, Publication.revision, Publication.body, Publication.content_hash)
    with node.node.opened(), runtime.reading() as session:
        is_theirs = (Publication.origin == owner) & Publication.audience.in_(audiences or ("public",))
        rows = session.execute(select(*columns).where(is_theirs)).all()
    return {(record, revision): (body, content) for record, revision, body, content in rows}
