"""Natural persons on lists: off by default, on by their scheme's own basis, minors never; who is named, and who not."""

import json
import shutil

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import CaseStep, Publication
from registry.services.law import reference_loading
from tests.support.filings import PersonFactory

MINOR = "320925201206150007"
ADULT = "320981199912310005"
SCHEME = """
[[rows]]
code = "{code}"
name = "虚构名单（{code}）"
effective_from = 2018-01-01
source = "虚构条例第一条"
status = "unconfirmed"
basis = "虚构条例第一条"
basis_level = "regulation"
may_publish = true
natural_persons_public = {public}
names_responsible = {named}
term_months = 36
measures = []
entry = "虚构"
exit = "期限届满移出"
"""


@pytest.fixture
def schemes(app, tmp_path):
    """Invented schemes: one that may publish persons, one that may not, one that names the people responsible."""
    folder = tmp_path / "reference"
    shutil.copytree(reference_loading.FOLDER, folder)
    rows = (
        ("persons-public", "true", "false"),
        ("persons-hidden", "false", "false"),
        ("named", "false", "true"),
    )
    with (folder / "schemes.toml").open("a", encoding="utf-8") as file:
        for code, public, named in rows:
            file.write(SCHEME.format(code=code, public=public, named=named))
    runtime.perform(SYSTEM, lambda work: reference_loading.load(work, folder))


def newest(record: str) -> Publication:
    with runtime.reading() as session:
        question = select(Publication).where(Publication.record == record, Publication.until_entry.is_(None))
        return session.scalars(question).one()


@pytest.fixture
def person(bureau, schemes):
    """List a person of an identity number under a scheme; the listing."""

    def listed(scheme: str, number: str) -> str:
        penalty = bureau.published_penalty(
            **PersonFactory(id_number=number, content="处以罚款一万元。", basis="《虚构条例》第二条")
        )
        record = bureau.drafted(penalty, scheme=scheme, measures=[])
        for act in ("review", "notice"):
            bureau.step(record, act)
        bureau.pass_window(record)
        bureau.step(record, "decide", ends_on=None)
        for act in ("serve", "publish"):
            bureau.step(record, act)
        return record

    return listed


class TestPersons:
    @pytest.mark.parametrize(
        ("scheme", "number", "audience"),
        [
            pytest.param("persons-hidden", ADULT, "authorised", id="off by default 山东省社会信用条例20 浙江15"),
            pytest.param("persons-public", ADULT, "public", id="on by the scheme's basis"),
            pytest.param("persons-public", MINOR, "authorised", id="minors never 行政处罚法30"),
        ],
    )
    def test_are_public_only_by_their_schemes_basis(self, person, scheme, number, audience):
        assert newest(person(scheme, number)).audience == audience

    def test_are_shown_without_their_number(self, person, desk):
        record = person("persons-public", ADULT)
        shown = desk.get(f"/records/{record}")
        assert shown.get_json()["subject"] == {"kind": "natural_person", "name": "卞子墨", "uscc": None}
        with runtime.reading() as session:
            kept = [step.stated for step in session.scalars(select(CaseStep).where(CaseStep.record == record))]
        for text in (shown.get_data(as_text=True), newest(record).body, *kept):
            assert ADULT not in text

    def test_are_found_by_number_in_a_check_even_when_hidden(self, person, desk):
        record = person("persons-hidden", ADULT)
        assert desk.get(f"/records/{record}").status_code == 404
        party = {"name": "卞子墨", "role": "legal_representative", "id_type": "111", "id_number": ADULT}
        [line] = desk.check(party).get_json()["verdicts"]
        assert line["verdict"] == "on_record"
        assert record in {reason["record"] for reason in line["reasons"]}


class TestResponsible:
    @pytest.mark.parametrize(("scheme", "named"), [("named", True), ("persons-hidden", False)])
    def test_people_are_named_dated_with_role_where_the_scheme_says_so(self, bureau, schemes, scheme, named):
        who = {"name": "卞子墨", "role": "legal_representative", "as_of": bureau.today}
        record = bureau.drafted(scheme=scheme, measures=[], responsible=[who])
        for act in ("review", "notice"):
            bureau.step(record, act)
        bureau.pass_window(record)
        bureau.step(record, "decide", ends_on=None)
        for act in ("serve", "publish"):
            bureau.step(record, act)
        said = json.loads(newest(record).body)["responsible"]
        assert [one["role"] for one in said] == (["legal_representative"] if named else [])
        assert ("卞子墨" in newest(record).body) is named
