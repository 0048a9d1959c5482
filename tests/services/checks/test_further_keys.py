"""One person and one firm found whatever form, type or register a clerk had, for a person to look at. All invented."""

import pytest
from sqlalchemy import delete, select, update

from registry import runtime
from registry.domain.checks.model import LISTS_MATCHER
from registry.domain.naming import name_key
from registry.domain.permissions import SYSTEM
from registry.errors import Invalid
from registry.models import Counter, FurtherKey, Publication
from registry.services.checks.request import Party
from registry.services.publication import further_keys
from tests.support import personal
from tests.support.centre import Centre
from tests.support.filings import BanFactory, PersonFactory


@pytest.fixture
def centre(people):
    return Centre(people)


def verdict(centre, **party) -> str:
    [line] = centre.look(Party("1", party.pop("role", "bidder"), **party))["lines"]
    return line["verdict"]


PAIRS = [
    *(("港澳居民来往内地通行证", number, None, f"{number}00") for number in personal.permits(3, seed=11)),
    *(("港澳居民来往内地通行证", f"{number}01", "回乡证", f"{number}(02)") for number in personal.permits(3, seed=12)),
    ("港澳居民来往内地通行证", "H1234567800", "港澳通行证", "H12345678"),
    ("台湾居民来往大陆通行证", "01234567", "台胞证", "0123456701"),
    ("台湾居民来往大陆通行证", "0123456701", None, "01234567"),
    ("其他", "T1234567(01)", "台胞证", "T1234567"),
    ("居住证", "810000199001013121", None, "810000199001013121"),
    ("居住证", "810000199001013121", "身份证", "810000199001013121"),
    ("外国人永久居留证", "911231199001010015", None, "911231199001010015"),
    ("外国人永久居留证", "911231199001010015", "外国人永久居留身份证", "ETH110090010101"),
    ("外国人永久居留证", "ETH110090010101", "553", "911231199001010015"),
    ("普通护照", "E87654321", "外交护照", "e8765 4321"),
    ("外交护照", "E87654321", None, "E87654321"),
    ("居民身份证", "320981199912310005", None, "320981991231000"),
    ("居民身份证", "320981199912310005", "居住证", "320981199912310005"),
]


class TestPerson:
    @pytest.mark.parametrize(("filed_type", "filed", "asked_type", "asked"), PAIRS)
    def test_is_found_by_another_form_or_type(self, desk, centre, filed_type, filed, asked_type, asked):
        desk.published(PersonFactory(id_type=filed_type, id_number=filed))
        found = verdict(centre, name="马样五", id_type=asked_type, id_number=asked)
        assert found in ("review", "barred", "on_record")

    def test_is_not_found_by_the_number_of_another(self, desk, centre):
        desk.published(PersonFactory(id_type="港澳居民来往内地通行证", id_number="H12345678"))
        assert verdict(centre, name="马样五", id_type="516", id_number="H12345679") == "no_record"


class TestFirm:
    def test_without_a_code_is_filed_and_found_by_its_organisation_code(self, desk, centre):
        desk.published(BanFactory(uscc="", organisation_code="MA0T0000-1", subject_name="盐城无码试例厂"))
        assert verdict(centre, name="盐城另名厂", organisation_code="MA0T00001") == "review"
        assert verdict(centre, name="盐城另名厂", organisation_code="MA0T0000-1") == "review"
        assert verdict(centre, name="盐城另名厂", uscc="91320902MA0T000011") in ("review", "unchecked")
        assert verdict(centre, name="盐城另名厂", organisation_code="MA0T00002") == "no_record"

    def test_without_a_code_is_found_by_its_registration_number(self, desk, centre):
        desk.published(BanFactory(uscc="", business_registration="HRB 12345 B", subject_name="Invented Bau GmbH"))
        [line] = centre.look(Party("1", "bidder", "Other Bau GmbH", registration_number="hrb-12345-b"))["lines"]
        assert line["verdict"] == "review"
        assert line["registration_number"] == "hrb-12345-b"
        assert {reason.get("match", {}).get("by") for reason in line["reasons"]} >= {"registration_number"}

    def test_with_a_code_is_found_by_the_organisation_code_inside_it(self, desk, centre):
        row = BanFactory()
        desk.published(row)
        assert verdict(centre, name="盐城另名厂", organisation_code=row["uscc"][8:17].replace("L", "X")) in (
            "review",
            "no_record",
        )
        if row["uscc"][16] in "0123456789X":
            assert verdict(centre, name="盐城另名厂", organisation_code=row["uscc"][8:17]) == "review"

    def test_of_eighteen_zeros_is_refused_and_nobody_is_barred(self, desk, centre):
        desk.published(BanFactory())
        with pytest.raises(Invalid) as refused:
            centre.look(Party("1", "bidder", "盐城试例厂", "0" * 18))
        assert {fault.code for fault in refused.value.faults} == {"uscc-impossible"}

    def test_whose_code_is_a_resident_number_is_refused_and_not_repeated(self, centre):
        for number in personal.residents(20, seed=13):
            with pytest.raises(Invalid) as refused:
                centre.look(Party("1", "bidder", "盐城试例厂", number))
            assert {fault.code for fault in refused.value.faults} == {"personal-number"}
            assert number not in str(refused.value.faults)


class TestRenew:
    def stored_by_former_rules(self, name: str) -> None:
        """Put the store back to before the upgrade: keys of the former rules, no further keys."""

        def put_back(work) -> None:
            work.session.execute(delete(FurtherKey))
            work.session.execute(update(Publication).values(name_key=name_key.former_key(name)))
            work.session.execute(delete(Counter).where(Counter.name == further_keys.PROGRESS))

        runtime.perform(SYSTEM, put_back)

    @pytest.mark.parametrize("name", ["盐城三○一建设有限公司", "盐城⻢达1.2米建设有限公司"])
    def test_keys_stored_names_anew_and_replays_by_the_old(self, desk, centre, name):
        desk.published(BanFactory(subject_name=name))
        self.stored_by_former_rules(name)
        asked = {"name": name.replace("○", "〇").replace("⻢", "马")}
        before = centre.look(Party("1", "bidder", name), matcher=LISTS_MATCHER)["lines"]
        assert before[0]["verdict"] == "review"
        assert further_keys.renew(lambda act: runtime.perform(SYSTEM, act)) == 1
        assert further_keys.renew(lambda act: runtime.perform(SYSTEM, act)) == 0
        with runtime.reading() as session:
            assert session.scalars(select(Publication.name_key)).one() == name_key.key(name)
            assert session.get(Counter, further_keys.PROGRESS).value == 1
            assert len(session.scalars(select(FurtherKey.key)).all()) == 2
        again = centre.look(Party("1", "bidder", name), matcher=LISTS_MATCHER)["lines"]
        assert [line["reasons"] for line in before] == [line["reasons"] for line in again]
        [line] = centre.look(Party("1", "bidder", **asked))["lines"]
        assert "record" in line["reasons"][0] or "record" in line["reasons"][-1]

    def test_answers_by_both_keys_meanwhile(self, desk, centre):
        name = "盐城1.2米建设有限公司"
        desk.published(BanFactory(subject_name=name))
        self.stored_by_former_rules(name)
        records = [reason.get("record") for reason in centre.look(Party("1", "bidder", name))["lines"][0]["reasons"]]
        assert any(records)
        other = centre.look(Party("1", "bidder", "盐城12米建设有限公司"))["lines"][0]["reasons"]
        assert not any(reason.get("record") for reason in other)
