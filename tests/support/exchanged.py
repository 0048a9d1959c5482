"""What tests of formats need: the real reference data, contexts to write and read in, and bodies as strategies."""

import datetime as dt
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from registry.domain.cases.adopted_listing import ListState, list_names
from registry.domain.exchange.formats.model import CodeTables, ReadContext, WriteContext
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import KINDS, parse_reference_row
from registry.domain.naming import name_key
from tests.sync.bodies import CITY, body, measure
from tools.synthetic import uscc

FOLDER = Path(__file__).parents[2] / "registry" / "reference"
TODAY = dt.date(2026, 11, 28)
SCHEME = "procurement-serious"
WORDS = ("提供虚假材料谋取中标", "与他人串通投标", "拖欠农民工工资", "未按合同约定履行义务", "转包、违法分包工程")


@cache
def reference() -> Reference:
    """The rows of the files, without a store."""
    return Reference(
        {
            kind: [
                parse_reference_row(kind, row)
                for row in tomllib.loads((FOLDER / f"{kind}.toml").read_text("utf-8"))["rows"]
            ]
            for kind in KINDS
        }
    )


def codes() -> CodeTables:
    """The code tables in force."""
    return CodeTables(reference().exchange_codes(TODAY))


def write_context() -> WriteContext:
    """The context of a platform that has no code of its own."""
    return WriteContext(reference().filing_rules, codes(), recorded_at=dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC))


def read_context() -> ReadContext:
    """The context of a peer whose lists are those of procurement, and who knows the city's authority."""
    scheme = reference().scheme(SCHEME, TODAY)
    assert scheme is not None
    return ReadContext(
        replace(reference().filing_rules, default_sectors=("procurement",)),
        codes(),
        TODAY,
        ListState(scheme, list_names(reference(), SCHEME), TODAY, TODAY),
        {CITY[0]: CITY[1], name_key.key(CITY[0]): CITY[1]},
    )


def listing(**changed: Any) -> dict[str, Any]:
    """A valid public body of a listing."""
    plain = body(
        kind="listing",
        facts="",
        scheme={
            "code": SCHEME,
            "name": "政府采购严重违法失信行为记录名单",
            "basis": "政府采购法（2014修正）第七十七条",
            "basis_level": "law",
        },
        reasons="提供虚假材料谋取中标",
        exit="禁止期限届满移出",
        severity="serious",
        starts_on="2026-11-02",
        ends_on="2027-11-02",
        grounds=[],
        responsible=[],
        remedies={"reconsideration_until": "2027-01-01", "litigation_until": "2027-05-02"},
        measures=[measure(name="禁止参加政府采购活动", only_must_tender=False)],
    )
    for name in ("title", "behaviour_text", "kinds", "content", "fine_fen", "confiscated_fen", "permit"):
        plain.pop(name)
    plain.pop("effect_until")
    return plain | changed


DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2026, 11, 1))
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("。".join)
SUBJECTS = st.one_of(
    st.integers(1, 9999).map(
        lambda n: {"kind": "organisation", "name": f"盐城虚构{n}号建设有限公司", "uscc": uscc("91320902", n)}
    ),
    st.integers(1, 9999).map(
        lambda n: {"kind": "sole_trader", "name": f"盐都区虚构{n}号建材经营部", "uscc": uscc("92320903", n)}
    ),
)
MEASURES = st.lists(
    st.builds(
        lambda name, first, days: measure(
            name=name,
            starts_on=first.isoformat(),
            ends_on=(first + dt.timedelta(days=days)).isoformat() if days else None,
        ),
        st.sampled_from(["禁止参加政府采购活动", "取消参加依法必须进行招标的项目的投标资格"]),
        DAYS,
        st.none() | st.integers(1, 1000),
    ),
    max_size=3,
)


@st.composite
def penalties(draw: st.DrawFn) -> dict[str, Any]:
    """Bodies of penalties as they are published after filing."""
    rules = reference().filing_rules
    kinds = draw(st.lists(st.sampled_from([rule.code for rule in rules.kinds]), min_size=1, max_size=4, unique=True))
    decided = draw(DAYS)
    chosen = {rule.needs for rule in rules.kinds if rule.code in kinds}
    sums = {name: draw(st.integers(0, 10**12)) for name in ("fine_fen", "confiscated_fen")}
    return body(
        subject=draw(SUBJECTS),
        document_number=f"盐虚罚〔{decided.year}〕{draw(st.integers(1, 9999))}号",
        behaviour_text=draw(TEXTS),
        facts=draw(TEXTS),
        basis="《中华人民共和国招标投标法》第五十三条",
        kinds=kinds,
        content=draw(TEXTS),
        fine_fen=sums["fine_fen"] if "fine" in chosen else None,
        confiscated_fen=sums["confiscated_fen"] if "confiscation" in chosen else None,
        permit="建筑业企业资质证书" if "permit" in chosen else None,
        decided_on=decided.isoformat(),
        effect_until=draw(st.none() | st.just((decided + dt.timedelta(days=365)).isoformat())),
        visible_from=(decided + dt.timedelta(days=2)).isoformat(),
        visible_until=(decided + dt.timedelta(days=draw(st.integers(30, 1000)))).isoformat(),
        severity=draw(st.sampled_from(["minor", "general", "serious"])),
        district=draw(st.sampled_from(["320902", "320903"])),
        measures=draw(MEASURES),
    )


@st.composite
def listings(draw: st.DrawFn) -> dict[str, Any]:
    """Bodies of places on the procurement list."""
    starts_on = draw(DAYS)
    return listing(
        subject=draw(SUBJECTS),
        document_number=f"盐虚列〔{starts_on.year}〕{draw(st.integers(1, 9999))}号",
        facts=draw(TEXTS),
        reasons=draw(TEXTS),
        decided_on=starts_on.isoformat(),
        starts_on=starts_on.isoformat(),
        ends_on=draw(st.none() | st.integers(1, 2000).map(lambda n: (starts_on + dt.timedelta(days=n)).isoformat())),
        measures=draw(MEASURES),
    )
