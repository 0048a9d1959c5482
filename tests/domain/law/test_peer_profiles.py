"""Profiles of receiving systems: what no agreement confirms stands in their rows, marked so, and not in the program."""

import tomllib

from registry.domain.law.reference_kinds import PeerProfile, parse_reference_row
from registry.services.law.reference_loading import FOLDER


def test_state_the_days_of_an_answer_as_unconfirmed():
    rows = tomllib.loads((FOLDER / "peers.toml").read_text())["rows"]
    stated = [(row["code"], row["status"]) for row in rows if "answer_days" in row]
    assert stated == [(row["code"], "unconfirmed") for row in rows]
    unstated = {name: value for name, value in rows[0].items() if name != "answer_days"}
    profile = parse_reference_row("peers", unstated)
    assert isinstance(profile, PeerProfile)
    assert profile.answer_days is None
