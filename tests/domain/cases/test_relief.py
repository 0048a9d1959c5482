"""What an application for relief must state, and what it must come with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.cases import relief
from registry.domain.cases.case_file import StepDocument
from registry.refusals.procedure import ReliefRefused

ID_TYPES = {"111": "居民身份证", "414": "普通护照"}
STATED = {"name": "盐城示例有限公司", "contact": "13900000000", "statement": "有误。", "consent": "1"}
PDF = b"%PDF-1.7"


def read(noun="dispute", papers=None, **special):
    given_papers = [StepDocument("evidence", content=PDF)] if papers is None else papers
    return relief.parse_application(noun, "0" * 32, STATED | special, given_papers, ID_TYPES)


def faults(**special) -> set[tuple[str, str]]:
    with pytest.raises(ReliefRefused) as refused:
        read(**special)
    return {(fault.pointer, fault.code) for fault in refused.value.faults}


class TestRead:
    def test_folds_code_and_number(self):
        made = read(uscc=" 91320902ma0tr0027t ", id_type="普通护照", id_number="g12345678")
        assert (made.uscc, made.id_type, made.id_number) == ("91320902MA0TR0027T", "414", "G12345678")

    def test_takes_what_is_empty_for_not_given(self):
        made = read(uscc="", id_type="111", id_number="", agent=" ")
        assert (made.uscc, made.id_type, made.id_number, made.agent) == (None, None, None, None)

    def test_names_every_fault_at_once(self):
        found = faults(name="", consent="", uscc="1", papers=[])
        assert found == {
            ("/name", "required"),
            ("/consent", "consent-missing"),
            ("/uscc", "uscc-malformed"),
            ("/documents/evidence", "document-missing"),
        }

    def test_needs_proof_and_promise_for_a_repair(self):
        assert faults(noun="repair") == {
            ("/documents/performance_proof", "document-missing"),
            ("/documents/public_promise", "document-missing"),
            ("/documents", "document-kind-unknown"),
        }

    def test_needs_an_authorisation_of_an_agent(self):
        assert faults(agent="卞代理") == {("/documents/authorisation", "document-missing")}
        both = [StepDocument("evidence", content=PDF), StepDocument("authorisation", content=PDF)]
        assert read(agent="卞代理", papers=both).agent == "卞代理"

    @given(st.text(min_size=1, max_size=60))
    def test_repeats_nothing_that_was_stated(self, text):
        number = f"32090219900307451{text}"
        with pytest.raises(ReliefRefused) as refused:
            read(name="", id_number=number, uscc=number)
        assert not any(number in fault.detail for fault in refused.value.faults)

    def test_does_not_show_a_number_when_printed(self):
        made = read(id_number="320981199912310005")
        assert "320981199912310005" not in repr(made)
        assert STATED["contact"] not in repr(made)


class TestUnnamed:
    def test_takes_the_names_off_the_files(self):
        papers = [
            StepDocument("evidence", filename="卞子墨身份证.pdf", content=PDF),
            StepDocument("evidence", digest="0" * 64),
        ]
        assert [paper.filename for paper in relief.without_filenames(papers)] == ["证明材料1.pdf", ""]
