"""registry doctor: a sound installation has nothing wrong; each fault that is planted is named, in words."""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, text, update

from registry import head_record, runtime
from registry.commands.node import prepare
from registry.domain.permissions import SYSTEM
from registry.keys.signing import Keys, Signer
from registry.maintenance import backup, doctor, machine_checks
from registry.maintenance.installation import examine
from registry.models import (
    AuditEvent,
    CatalogRow,
    Counter,
    InboxBatch,
    InboxItem,
    JobRun,
    MailMessage,
    Peer,
    Publication,
)
from registry.services.exchange import peers
from registry.services.node import audit
from registry.services.publication import ledger
from registry.settings import Settings
from tests.maintenance.conftest import Place
from tests.support.desk import Desk
from tests.support.filings import filing
from tests.support.membership import entitle

JOBS = ("imports", "lists", "watch", "notify", "mail", "tidy", "push", "pull", "seal")
TEST_SERVER = {"role", "role-rewrites", "durability"}
"""What is wrong with the server of the tests: they are its superuser and the owner, and it does not flush."""
LONG_AGO = dt.timedelta(days=3)


class Node:
    """A sound installation, and ways to spoil it."""

    def __init__(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings, self.monkeypatch = settings, monkeypatch

    @property
    def keys(self) -> Path:
        """Its keys."""
        return self.settings.keys_path

    def set(self, **changed: Any) -> None:
        """Change settings."""
        self.settings = replace(self.settings, **changed)

    def act(self, *statements: Any) -> None:
        """Execute statements and commit them."""
        runtime.perform(SYSTEM, lambda work: [work.session.execute(statement) for statement in statements])

    def do(self, act: Callable[..., Any]) -> None:
        """An act of the house."""
        runtime.perform(SYSTEM, act)

    def wrong(self) -> dict[str, tuple[str, ...]]:
        """What the doctor finds wrong, but for what is wrong with the server of the tests."""
        with examine(self.settings, runtime.clock()) as installation:
            findings = doctor.examine(installation)
        return {
            finding.check.name: finding.seen
            for finding in findings
            if finding.state == doctor.WRONG and finding.check.name not in TEST_SERVER
        }


@pytest.fixture
def node(app: Flask, settings: Settings, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Node:
    """An installation with a record, a worker that runs, a backup and a peer."""
    prepare()
    desk.published(filing())

    def furnish(work: Any) -> None:
        ledger.seal(work)
        audit.note(work, backup.ACT, "city", "1 entries")
        peers.add(work, "platform", "示例平台", "https://peer.example", Signer.generate().public.hex(), ())
        entitle(work, "platform", {"11320900MA0T000096": ["盐城市示例交通运输局"]})
        work.session.execute(update(Peer).values(pulled_at=work.now))
        row = {"slot": 1, "worker": "test", "started_at": work.now, "finished_at": work.now, "outcome": "done"}
        work.session.execute(insert(JobRun), [{**row, "job": job} for job in JOBS])

    runtime.perform(SYSTEM, furnish)
    return Node(settings, monkeypatch)


def _mail(now: dt.datetime) -> Any:
    return insert(MailMessage).values(
        purpose="confirmation", state="pending", sealed=b"", attempts=0, created_at=now - LONG_AGO
    )


def _quarantined(work: Any) -> None:
    batch = InboxBatch(peer_id=1, digest="0" * 64, raw=b"", received_at=work.now, receipt=None)
    work.session.add(batch)
    work.session.flush()
    row = {"batch_id": batch.id, "position": 0, "envelope": "", "state": "quarantined", "outcome": "rejected"}
    work.session.execute(insert(InboxItem).values(**row))


def _replace_signing_key(node: Node) -> None:
    (node.keys / "signing.pem").unlink()
    Signer.generate().save(node.keys / "signing.pem")


def _read_only(node: Node) -> None:
    """The session of the doctor may only read."""
    statement = (
        "PRAGMA query_only = ON" if node.settings.url.startswith("sqlite") else "SET default_transaction_read_only = on"
    )
    plain = doctor.CHECKS[0].find

    def find(installation: Any) -> Any:
        installation.session.execute(text(statement))
        installation.session.commit()
        return plain(installation)

    first = replace(doctor.CHECKS[0], find=find)
    node.monkeypatch.setattr(doctor, "CHECKS", (first, *doctor.CHECKS[1:]))


def _hide_zones(node: Node) -> None:
    def hidden(_: str) -> None:
        raise machine_checks.zoneinfo.ZoneInfoNotFoundError

    node.monkeypatch.setattr(machine_checks.zoneinfo, "ZoneInfo", hidden)


FAULTS: dict[str, Callable[[Node], object]] = {
    "settings-unknown": lambda node: node.monkeypatch.setenv("REGISTRY_HOEM", "/srv"),
    "home-unusable": lambda node: node.set(home=f"{node.settings.home}/gone"),
    "keys-missing": lambda node: (node.keys / "exchange.pem").unlink(),
    "keys-open": lambda node: (node.keys / "vault.key").chmod(0o640),
    "keys-damaged": lambda node: (node.keys / "vault.key").write_bytes(b"short"),
    "keys-node": lambda node: node.set(node="county"),
    "keys-retired": lambda node: shutil.copy(node.keys / "signing.pem", node.keys / "signing.retired-0.pem"),
    "disk-full": lambda node: node.monkeypatch.setattr(machine_checks, "DISK_BYTES_MIN", 1 << 60),
    "timezone": _hide_zones,
    "printing": lambda node: node.set(pdf_font="/nowhere/font.ttc"),
    "mail": lambda node: node.set(smtp_host="mail.example"),
    "proxy": lambda node: node.set(base_url="http://registry.example"),
    "backup-programs": lambda node: (
        node.set(database_url="postgresql://nobody@127.0.0.1:9/none"),
        node.monkeypatch.setattr("registry.maintenance.store_copy.find_program", lambda _: None),
    ),
    "store-unreachable": lambda node: node.set(database_url="postgresql://nobody@127.0.0.1:9/none"),
    "schema": lambda node: node.act(text("UPDATE alembic_version SET version_num = '0001'")),
    "store-read-only": _read_only,
    "clock": lambda node: node.act(update(JobRun).values(started_at=runtime.clock() + LONG_AGO)),
    "keys-foreign": _replace_signing_key,
    "ledger": lambda node: node.act(update(Counter).where(Counter.name == "ledger").values(value=99)),
    "ledger-set-back": lambda node: (Path(node.settings.home) / head_record.FILE).write_text("{}"),
    "unsealed": lambda node: node.act(
        text("DELETE FROM checkpoints"), update(Publication).values(recorded_at=runtime.clock() - LONG_AGO)
    ),
    "worker": lambda node: node.act(delete(JobRun).where(JobRun.job == "seal")),
    "job-failed": lambda node: node.act(
        update(JobRun).where(JobRun.job == "seal").values(outcome="failed: LedgerBroken")
    ),
    "mail-waiting": lambda node: node.act(_mail(runtime.clock())),
    "backup": lambda node: node.act(delete(AuditEvent).where(AuditEvent.act == backup.ACT)),
    "peers-silent": lambda node: node.act(update(Peer).values(pulled_at=runtime.clock() - LONG_AGO)),
    "peers-paused": lambda node: node.act(update(Peer).values(paused_because="removal-share")),
    "members": lambda node: node.act(text("DELETE FROM member_statements")),
    "quarantine": lambda node: node.do(_quarantined),
    "calendar": lambda node: node.act(delete(CatalogRow).where(CatalogRow.kind == "calendar")),
    "law": lambda node: node.act(delete(CatalogRow).where(CatalogRow.kind == "thresholds")),
}
"""A fault for every check; the settings of a server are in ``TestServer``."""


class TestDoctor:
    def test_finds_nothing_wrong_with_a_sound_installation(self, node: Node) -> None:
        assert node.wrong() == {}

    @pytest.mark.parametrize("name", FAULTS)
    def test_names_the_fault(self, node: Node, name: str) -> None:
        FAULTS[name](node)
        assert name in node.wrong()

    def test_has_a_fault_for_every_check(self) -> None:
        names = [check.name for check in doctor.CHECKS]
        assert len(names) == len(set(names))
        assert set(names) - set(FAULTS) == TEST_SERVER | {"replication"}

    def test_makes_and_changes_nothing(self, tmp_path: Path) -> None:
        home = tmp_path / "none"
        with examine(Settings(home=str(home)), runtime.clock()) as installation:
            findings = doctor.examine(installation)
        assert not home.exists()
        assert {finding.state for finding in findings} == {doctor.RIGHT, doctor.WRONG, doctor.UNCHECKED}

    def test_says_nothing_of_passwords(self, node: Node) -> None:
        node.set(
            database_url="postgresql://nobody:geheim@127.0.0.1:9/none", smtp_host="mail.example", smtp_password="geheim"
        )
        assert "geheim" not in str(node.wrong())

    def test_keeps_keys_apart_from_a_store_without_them(self, node: Node) -> None:
        Keys.load(node.keys)
        shutil.rmtree(node.keys)
        assert set(node.wrong()) == {"keys-missing"}


class TestServer:
    def test_is_asked_for_its_role_and_its_durability(self, app: Flask, settings: Settings) -> None:
        prepare()
        with examine(settings, runtime.clock()) as installation:
            states = {finding.check.name: finding.state for finding in doctor.examine(installation)}
        expected = doctor.WRONG if settings.database_url.startswith("postgresql") else doctor.RIGHT
        assert {states[name] for name in TEST_SERVER} == {expected}
        assert states["replication"] == doctor.RIGHT


class TestCommand:
    def test_exits_1_with_the_fault_and_the_remedy_in_words(self, node: Node, place: Place) -> None:
        code, said = place.type("doctor", home=node.settings.home, database_url="sqlite:////nowhere/registry.db")
        assert code == 1
        assert "store-unreachable: 连不上数据库（/nowhere/registry.db）\n  检查 REGISTRY_DATABASE_URL" in said

    def test_answers_programs(self, node: Node, place: Place) -> None:
        node.act(text("DELETE FROM member_statements"))
        code, said = place.type("doctor", "--json", home=node.settings.home, database_url=node.settings.database_url)
        answers = {answer["name"]: answer for answer in json.loads(said)}
        assert code == 1
        assert set(answers) == {check.name for check in doctor.CHECKS}
        assert answers["schema"] == {"name": "schema", "question": "数据库结构是否与本版本一致？", "state": "right"}
        assert answers["members"]["seen"] == ["administrators", "platform"]
