import datetime as dt
import json

from registry.domain.cases import penalty, revision
from registry.domain.cases.penalty import PenaltyVersion
from tests.domain.filing.filing_rows import ORGANISATION, PERSON, accepted

NUMBER = PERSON["id_number"]
DAY = dt.date(2026, 11, 22)
RELEASE = PenaltyVersion(
    record="r",
    revision=1,
    act="publish",
    audience="public",
    visible_until=DAY,
    repairable_from=DAY,
    policy="general",
    severity="general",
    visible_from=DAY,
    publish_by=DAY,
    is_grave=False,
    measures=[],
    source={
        "node": "city",
        "name": "示例局",
        "code": "",
        "department": "示例局",
        "channel": "api",
        "filed_on": "2026-11-20",
        "verified_on": "2026-11-22",
    },
    filing="00",
)


class TestContent:
    def test_comes_back_as_it_was_without_the_identity_number(self):
        stated = {"confined_action": "B1", "confined_start": "2026/11/10", "confined_end": "2027/11/09"}
        filing, _ = accepted(ORGANISATION | stated)
        text = json.dumps(penalty.content(filing, "n"))
        assert penalty.filing_of(json.loads(text)) == filing

    def test_holds_no_identity_number(self):
        """个人信息保护法 28."""
        filing, _ = accepted(PERSON)
        assert NUMBER not in json.dumps(penalty.content(filing, "n"))
        assert NUMBER not in repr(filing)


class TestSubjectKey:
    def test_is_the_code_else_the_index_else_the_name(self):
        assert penalty.subject_key("3209", "ab", "name") == "uscc:3209"
        assert penalty.subject_key(None, "ab", "name") == "id:ab"
        assert penalty.subject_key(None, None, "name") == "name:name"


class TestPublicBody:
    def test_leaves_people_and_remarks_out(self):
        """政府信息公开条例 15; 个人信息保护法 34."""
        special = {"remark": "内部备注", "facts": f"经办人{NUMBER}。"}
        filing, _ = accepted(ORGANISATION | special)
        text = json.dumps(penalty.public_body(filing, RELEASE), ensure_ascii=False)
        assert NUMBER not in text
        assert "卞知远" not in text
        assert "内部备注" not in text

    def test_keeps_the_facts_when_removed(self):
        filing, _ = accepted(ORGANISATION)
        body = penalty.public_body(filing, RELEASE)
        removal = revision.Removal("withdraw", "withdrawn", f"当事人{NUMBER}申诉", DAY, DAY)
        removed = revision.removed_body(body, removal, DAY)
        assert (removed["revision"], removed["state"], removed["facts"]) == (2, "withdrawn", body["facts"])
        assert NUMBER not in removed["removed_because"]
        assert body["state"] == "published"

    def test_binds_content_identity_and_both_officers(self):
        digests = {
            penalty.filing_digest(*bound)
            for bound in (
                ("a", None, 1, 2),
                ("b", None, 1, 2),
                ("a", "x", 1, 2),
                ("a", None, 3, 2),
                ("a", None, 1, 3),
            )
        }
        assert len(digests) == 5
