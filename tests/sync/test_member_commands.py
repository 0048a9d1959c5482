"""``registry members``: from two keys to a peer that may speak."""

import pytest

from registry import runtime
from registry.queries.exchange import member_statements
from tests.sync.bodies import authority_of


@pytest.fixture
def two(typed, tmp_path):
    """The files and the public keys of two administrators."""
    files = [tmp_path / "first.pem", tmp_path / "second.pem"]
    return [(file, typed("members", "key", file)[1].strip()) for file in files]


def signed_by(typed, draft, *keys):
    for file, _ in keys:
        assert typed("members", "sign", draft, "--key", file)[0] == 0


def test_two_administrators_let_a_node_speak(app, typed, two, tmp_path):
    people, county = tmp_path / "administrators.json", tmp_path / "county.json"
    pairs = [
        word for (_, public), name in zip(two, "甲乙", strict=True) for word in ("--administrator", f"{name}={public}")
    ]
    assert typed("members", "draft-administrators", people, "--revision", 1, *pairs)[0] == 0
    assert typed("members", "load", people) == (
        1,
        "member-refused: 成员声明不正确，或者缺少两名管理员的签名\n  须有两名管理员的签名\n",
    )
    signed_by(typed, people, *two)
    assert typed("members", "load", people) == (0, "已登记 loaded\n")
    name, code = authority_of("county")
    words = ("--node", "county", "--revision", 1, "--authority", f"{code}={name}", "--region", "320900")
    assert typed("members", "draft", county, *words, "--source", "court=示例法院")[0] == 0
    signed_by(typed, county, two[0], two[0])
    assert typed("members", "load", county)[0] == 1
    signed_by(typed, county, two[1])
    assert typed("members", "load", county)[0] == 0
    with runtime.reading() as session:
        assert set(member_statements.newest_members(session)) == {"county"}
    told = typed("members", "list")[1]
    assert name in told
    assert "court <- 示例法院" in told


def test_a_key_is_never_overwritten(app, typed, two):
    assert typed("members", "key", two[0][0])[0] == 2


@pytest.mark.parametrize("words", [("--authority", "x"), ("--authority", "11320900=y"), ("--region", "3209")])
def test_a_draft_that_cannot_be_is_refused(app, typed, tmp_path, words):
    draft = tmp_path / "draft.json"
    assert typed("members", "draft", draft, "--node", "county", "--revision", 1, *words)[0] in (1, 2)
    assert not draft.exists()
