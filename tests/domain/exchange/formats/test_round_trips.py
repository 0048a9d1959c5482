"""What a format keeps comes back the same; writing and reading are total."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import records
from registry.domain.cases.adopted_listing import ListPlace
from registry.domain.exchange.formats import known
from registry.domain.exchange.formats.known import FORMATS
from registry.domain.exchange.formats.model import ReadRow, Withdrawal, message_of
from registry.domain.exchange.formats.penalties import CF_2016, CF_2018
from registry.domain.exchange.formats.trading import BLACK_LIST, VIOLATING_LAWS_RULES_INFO, WITHDRAW_BLACK_LIST
from registry.domain.filing.model import Filing
from tests.support.exchanged import codes, listing, listings, penalties, read_context, write_context
from tests.sync.bodies import body, measure, removed

ONE_DAY = dt.timedelta(days=1)
LISTS = [fmt for fmt in FORMATS.values() if "listing" in fmt.kinds and fmt is not WITHDRAW_BLACK_LIST]
PENALTIES = [CF_2018, CF_2016, VIOLATING_LAWS_RULES_INFO]


def day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def read_attributes(content: Filing | ListPlace) -> dict[str, object]:
    """What was read, by the attributes of a body."""
    subject = {f"subject.{name}": getattr(content.subject, name) for name in ("name", "kind", "uscc")}
    common = subject | {
        "document_number": content.document_number,
        "facts": content.facts,
        "basis": content.basis,
        "decided_on": day(content.decided_on),
        "authority.name": content.authority_name,
        "authority.code": content.authority_code,
    }
    if isinstance(content, Filing):
        names = ("behaviour_text", "content", "fine_fen", "confiscated_fen", "permit", "district")
        return (
            common
            | {name: getattr(content, name) for name in names}
            | {
                "kinds": sorted(content.kinds),
                "effect_until": day(content.effect_until),
                "visible_until": day(content.publicity_until + ONE_DAY) if content.publicity_until else None,
                "source.name": content.source_name,
                "source.code": content.source_code,
            }
        )
    return common | {
        "starts_on": day(content.starts_on),
        "ends_on": day(content.ends_on),
        "list_source": content.list_source,
    }


def attribute(value: dict, name: str) -> object:
    for part in name.split("."):
        value = value[part]
    return sorted(value) if name == "kinds" else value


NOT_READ = {"record", "scheme.name", "as_of", "list_source"}
"""Kept in the row itself, or stated by the batch: no attribute of what the reader makes of a row."""


def kept_of(fmt, value: dict) -> dict[str, object]:
    return {name: attribute(value, name) for name in fmt.kept if name not in NOT_READ}


def read(fmt, value: dict) -> ReadRow:
    return fmt.read(message_of(fmt, value, write_context()).row, read_context())


class TestRoundTrip:
    @pytest.mark.parametrize("fmt", PENALTIES, ids=lambda fmt: fmt.code)
    @given(value=penalties())
    def test_brings_back_what_a_format_of_penalties_keeps(self, fmt, value):
        outcome = read(fmt, value)
        assert outcome.faults == ()
        seen = read_attributes(outcome.content)
        assert {name: seen[name] for name in kept_of(fmt, value)} == kept_of(fmt, value)

    @pytest.mark.parametrize("fmt", LISTS, ids=lambda fmt: fmt.code)
    @given(value=listings())
    def test_brings_back_what_a_format_of_lists_keeps(self, fmt, value):
        outcome = read(fmt, value)
        assert outcome.faults == ()
        seen = read_attributes(outcome.content)
        assert {name: seen[name] for name in kept_of(fmt, value)} == kept_of(fmt, value)

    @given(value=listings())
    def test_brings_back_which_listing_is_withdrawn_and_of_whom(self, value):
        ended = removed(value, act="remove", state="removed")
        content = read(WITHDRAW_BLACK_LIST, ended).content
        subject = value["subject"]
        assert isinstance(content, Withdrawal)
        assert (content.listing, content.name, content.uscc) == (value["record"], subject["name"], subject["uscc"])
        assert "复议撤销" in content.reason

    @given(value=listings())
    def test_marks_a_place_that_ended_as_off_the_list(self, value):
        fmt = FORMATS["list-front-end"]
        content = read(fmt, removed(value, act="remove", state="removed")).content
        assert isinstance(content, ListPlace)
        assert content.is_off
        assert content.off_since == dt.date(2026, 11, 20)


class TestWriting:
    @pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.code)
    @given(data=st.data())
    def test_writes_every_version_that_it_carries(self, fmt, data):
        value = data.draw(penalties() if "penalty" in fmt.kinds else listings())
        suspended = {**value, "revision": 2, "act": "suspend", "state": "suspended"}
        suspended |= {"suspended_because": "法院裁定", "suspended_until": None}
        for version in (value, removed(value), suspended, {**value, "disputed_on": "2026-11-20"}):
            if fmt.carries(version):
                message = message_of(fmt, version, write_context())
                assert set(message.row) == set(fmt.columns)
                assert all(isinstance(text, str) for text in message.row.values())
                assert message.operation == (
                    "D"
                    if version["state"] != "published"
                    else "I"
                    if version is value or "disputed_on" in version
                    else "U"
                )

    @given(value=penalties())
    def test_loses_no_ban(self, value):
        for fmt in PENALTIES:
            text = " ".join(message_of(fmt, value, write_context()).row.values())
            assert all(one["name"] in text for one in value["measures"])

    @given(value=listings())
    def test_loses_no_ban_of_a_listing_where_a_column_can_hold_it(self, value):
        for fmt in LISTS:
            if "measures" in fmt.folded:
                text = " ".join(message_of(fmt, value, write_context()).row.values())
                assert all(one["name"] in text for one in value["measures"])

    def test_states_a_fine_in_ten_thousand_yuan_exactly(self):
        cells = {fen: message_of(CF_2018, body(fine_fen=fen), write_context()).row["CF_NR_FK"] for fen in (1, 200_000)}
        assert cells == {1: "0.000001", 200_000: "0.2"}

    def test_keeps_the_misspelt_columns_of_the_standard(self):
        assert {"REVOCATIONEASONS", "ROPOSER"} <= set(WITHDRAW_BLACK_LIST.columns)

    def test_never_writes_the_name_of_a_person_or_a_number(self):
        value = body(measures=[measure()])
        row = message_of(CF_2018, value, write_context()).row
        personal = ("CF_FRDB", "CF_FR_ZJLX", "CF_FR_ZJHM", "CF_XDR_ZJLX", "CF_XDR_ZJHM")
        assert all(row[column] == "" for column in personal)

    def test_tells_two_versions_apart_by_their_hash(self):
        first = message_of(CF_2018, body(record="a" * 32), write_context())
        second = message_of(CF_2018, body(record="a" * 32, content="罚款人民币贰万元"), write_context())
        assert first.hash != second.hash
        assert first.hash == message_of(CF_2018, body(record="a" * 32), write_context()).hash
        assert re.fullmatch("[0-9a-f]{64}", first.hash)


class TestReading:
    @pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.code)
    @given(data=st.data())
    def test_reads_any_row_or_says_why_not(self, fmt, data):
        dirt = st.sampled_from(
            ["undefined", "无处罚期限", "null", "1900-01-01", "2026-13-45", "", "99", "\u202e", "＊＊"]
        )
        cells = st.text(max_size=20) | dirt
        outcome = fmt.read({column: data.draw(cells) for column in fmt.columns}, read_context())
        assert (outcome.content is None) == bool(outcome.faults)

    @pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.code)
    @given(data=st.data())
    def test_says_why_it_does_not_read_a_good_row_with_one_bad_cell(self, fmt, data):
        value = data.draw(penalties() if "penalty" in fmt.kinds else listings())
        version = value if fmt.states != "ended" else removed(value, act="remove", state="removed")
        row = message_of(fmt, version, write_context()).row
        row[data.draw(st.sampled_from(fmt.columns))] = data.draw(st.text(max_size=30))
        outcome = fmt.read(row, read_context())
        assert (outcome.content is None) == bool(outcome.faults)

    @pytest.mark.parametrize(
        ("fmt", "column", "text"),
        [
            (BLACK_LIST, "BODY_TYPE", "07"),
            (BLACK_LIST, "BODY_ROLE", "Z"),
            (BLACK_LIST, "SCOPE", "9"),
            (BLACK_LIST, "REVOCATION_STATUS", "2"),
            (BLACK_LIST, "REVOCATION_STATUS", ""),
            (WITHDRAW_BLACK_LIST, "BODY_TYPE", "x"),
            (VIOLATING_LAWS_RULES_INFO, "VIOLATING_TYPE", "1"),
            (VIOLATING_LAWS_RULES_INFO, "SCOPE", "公开吧"),
        ],
    )
    def test_quarantines_a_code_that_no_table_has(self, fmt, column, text):
        value = body() if "penalty" in fmt.kinds else listing()
        version = value if fmt.states != "ended" else removed(value, act="remove", state="removed")
        row = message_of(fmt, version, write_context()).row | {column: text}
        assert (f"/{column}", "exchange-code-unknown") in [
            (fault.pointer, fault.code) for fault in fmt.read(row, read_context()).faults
        ]

    @pytest.mark.parametrize(
        ("column", "text", "code"),
        [
            ("CF_XDR_MC", "undefined", "required"),
            ("CF_XDR_SHXYM", "undefined", "required"),
            ("CF_JDRQ", "无处罚期限", "date-malformed"),
            ("CF_JDRQ", "undefined", "required"),
            ("CF_GSJZQ", "无处罚期限x", "date-malformed"),
            ("CF_CFLB", "15", "kind-unknown"),
            ("CF_NR_FK", "约一万元", "amount-malformed"),
            ("CF_XDR_LB", "法人", None),
            ("CF_XDR_LB", "其他类", "subject-kind-unknown"),
        ],
    )
    def test_names_the_reason_of_known_dirt(self, column, text, code):
        row = message_of(CF_2018, body(), write_context()).row | {column: text}
        seen = [fault.code for fault in CF_2018.read(row, read_context()).faults]
        assert seen[:1] == ([code] if code else [])

    def test_refuses_a_column_that_the_format_does_not_have(self):
        row = message_of(CF_2018, body(), write_context()).row | {"CF_NEU": "1"}
        [fault] = CF_2018.read(row, read_context()).faults
        assert (fault.pointer, fault.code) == ("/CF_NEU", "exchange-column-unknown")

    def test_asks_which_list_a_platform_keeps(self):
        row = message_of(BLACK_LIST, listing(), write_context()).row
        [fault] = BLACK_LIST.read(row, replace(read_context(), list_state=None)).faults
        assert fault.code == "list-not-configured"


class TestTables:
    @pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.code)
    def test_speak_of_attributes_that_exist_once_each(self, fmt):
        every = {name for kind in fmt.kinds for name in known.attributes(kind)}
        assert set(fmt.kept) <= every
        assert set(fmt.folded) <= every | {"removed_on"}
        assert not set(fmt.kept) & set(fmt.folded)
        columns = {column for text in (*fmt.kept.values(), *fmt.folded.values()) for column in text.split("、")}
        assert columns <= set(fmt.columns)

    def test_write_every_kind_of_party_by_a_value(self):
        for table in ("CF_XDR_LB", "BODY_TYPE"):
            kinds = ("organisation", "sole_trader", "natural_person")
            assert all(codes().value(table, kind) for kind in kinds)

    def test_carry_every_kind_that_they_name(self):
        assert {kind for fmt in FORMATS.values() for kind in fmt.kinds} <= set(records.KINDS)
