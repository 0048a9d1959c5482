"""Rewrite a node's history as somebody who holds its database and its key: consistent in every part."""

import json

from sqlalchemy import delete, insert, select, update

from registry import head_record, runtime
from registry.domain.permissions import SYSTEM
from registry.domain.publication import canonical, merkle, signed_notes
from registry.domain.publication.publication import Leaf, commitment, content_hash, leaf_hash
from registry.models import Checkpoint, Cosignature, LedgerEntry, LedgerNode, Publication
from registry.queries.publication import ledger_state, log_identity


def rewrite(entry: int, **changed: object) -> None:
    """Change the body that entry ``entry`` published, and with it every hash, node, checkpoint and signature.

    Also the record that the node keeps outside its database is made anew, as whoever holds its disk can.
    """
    with runtime.begin(SYSTEM) as work:
        session = work.session
        publication = session.scalars(select(Publication).where(Publication.from_entry == entry)).one()
        body = json.loads(publication.body) | changed
        sealed = commitment(body, publication.previous, publication.salt)
        session.execute(
            update(Publication)
            .where(Publication.from_entry == entry)
            .values(body=canonical.dumps(body).decode(), content_hash=content_hash(body, publication.previous))
        )
        row = session.scalars(select(LedgerEntry).where(LedgerEntry.number == entry)).one()
        leaf = leaf_hash(entry, Leaf(row.record, row.revision, row.act, sealed), row.day)
        session.execute(update(LedgerEntry).where(LedgerEntry.number == entry).values(commitment=sealed, leaf=leaf))
        session.expire_all()
        _sign_everything_again(work)
    with runtime.reading() as session:
        head = log_identity.head(session, runtime.settings().node)
    head_record.keep(runtime.settings().home, head, is_new_log=True)


def _sign_everything_again(work) -> None:
    session, signer = work.session, work.keys.signer
    leaves = ledger_state.leaves(session, ledger_state.head(session))
    sealed = ledger_state.sealed_size(session)
    session.execute(delete(LedgerNode))
    nodes = merkle.grow(_none, 0, leaves[:sealed])
    if nodes:
        rows = [{"level": level, "position": position, "hash": value} for level, position, value in nodes]
        session.execute(insert(LedgerNode), rows)
    for checkpoint in ledger_state.checkpoints(session):
        root = merkle.root(leaves[: checkpoint.size])
        text = signed_notes.checkpoint_text(checkpoint.origin, checkpoint.size, root)
        note = signed_notes.sign_note(text, checkpoint.origin, signer)
        statement = update(Checkpoint).where(Checkpoint.size == checkpoint.size)
        session.execute(statement.values(root=root.hex(), note=note))
    session.execute(delete(Cosignature))  # those of the former history would not verify


def _none(level: int, position: int) -> bytes:
    raise KeyError((level, position))
