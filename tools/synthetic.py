"""Invented firms, codes and decisions from a seed: for samples, demonstrations, tests and measurements.

No firm or person here exists: every organisation part of a code begins with MA0T, in districts of one city.
``python -m tools.synthetic --samples`` writes the files under ``samples/`` again.
"""

import argparse
import datetime as dt
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc

from registry.domain.law.publicity import add_months
from tools.invented_decisions import CASES, Case

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DISTRICTS = {
    "320902": "亭湖", "320903": "盐都", "320904": "大丰", "320921": "响水", "320922": "滨海",
    "320923": "阜宁", "320924": "射阳", "320925": "建湖", "320981": "东台",
}  # fmt: skip
_FIRST = "瀚沐骐翊澜禾堃颂霁黛岚筠珩漪璟"
_SECOND = "垚岑笙煦泓箬屿芃翎淙榕栩谧缇棠"
_TRADES = (
    "建设工程",
    "市政园林",
    "办公设备",
    "信息技术",
    "医疗器械",
    "物业服务",
    "工程咨询",
    "环境科技",
    "食品配送",
    "消防工程",
)
_SURNAMES = "卞仲冉庹苌郗亓隗"
_GIVEN = "子墨文岚一帆可欣允中知远若木"


def uscc(prefix: str, number: int) -> str:
    """A synthetic code: eight leading digits, MA0T, four characters counted up, the right check character."""
    tail = ""
    for _ in range(5):
        number, digit = divmod(number, len(ALPHABET))
        tail = ALPHABET[digit] + tail
    body = f"{prefix}MA0T{tail}"
    return body + str(stdnum_uscc.calc_check_digit(body))


def resident_id(district: str, born: dt.date, order: int) -> str:
    """A synthetic identity number with the right check character."""
    body = f"{district}{born:%Y%m%d}{order:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


FINANCE_AUTHORITY = ("盐城市示例财政局", uscc("11320900", 1))
HOUSING_AUTHORITY = ("盐城市示例住房和城乡建设局", uscc("11320900", 2))


@dataclass(frozen=True)
class Firm:
    """An invented firm. ``sole`` marks a 个体工商户."""

    name: str
    uscc: str
    representative: str
    district: str
    sole: bool = False


def firms(count: int, seed: int = 1) -> Iterator[Firm]:
    """Generate ``count`` firms, no code twice."""
    draw = random.Random(seed)
    for number in range(count):
        district = draw.choice(list(DISTRICTS))
        sole = number % 12 == 11
        brand = draw.choice(_FIRST) + draw.choice(_SECOND) + (draw.choice(_SECOND) if count > 500 else "")
        trade = draw.choice(_TRADES)
        name = f"盐城市{DISTRICTS[district]}区" if district < "320910" else f"盐城{DISTRICTS[district]}"
        name += f"{brand}{trade}{'经营部' if sole else '有限公司'}"
        code = uscc(f"{'92' if sole else '91'}{district}", 1000 + seed * 400_000 + number)
        yield Firm(name, code, draw.choice(_SURNAMES) + draw.choice(_GIVEN), district, sole)


def row(firm: Firm, case: Case, decided: dt.date, number: int, sector: str = "") -> dict[str, str]:
    """One decision in the 2018 columns."""
    name, code = FINANCE_AUTHORITY
    filled = {
        "CF_XDR_MC": firm.name,
        "CF_XDR_LB": "个体工商户" if firm.sole else "法人及非法人组织",
        "CF_XDR_SHXYM": firm.uscc,
        "CF_FRDB": firm.representative,
        "CF_WSH": f"盐示财采罚〔{decided.year}〕{number}号",
        "CF_WFXW": case.wrong,
        "CF_SY": case.facts,
        "CF_YJ": case.basis,
        "CF_CFLB": case.kinds,
        "CF_NR": case.content,
        "CF_NR_FK": case.fine,
        "CF_JDRQ": f"{decided:%Y/%m/%d}",
        "CF_YXQ": effect_end(decided, case.months),
        "CF_CFJG": name,
        "CF_CFJGDM": code,
        "CF_SJLY": name,
        "CF_SJLYDM": code,
        "DFBM": firm.district,
        "领域": sector,
    }
    return dict.fromkeys(COLUMNS_2018, "") | filled


def effect_end(decided: dt.date, months: int) -> str:
    """The last day of a term that begins on the day of the decision; none is written as the far sentinel."""
    if not months:
        return "2099/12/31"
    last = add_months(decided, months) - dt.timedelta(days=1)
    return f"{last:%Y/%m/%d}"


COLUMNS_2018 = (
    "CF_XDR_MC", "CF_XDR_LB", "CF_XDR_SHXYM", "CF_XDR_GSZC", "CF_XDR_ZZJG", "CF_XDR_SWDJ",
    "CF_XDR_SYDW", "CF_XDR_SHZZ", "CF_FRDB", "CF_FR_ZJLX", "CF_FR_ZJHM", "CF_XDR_ZJLX", "CF_XDR_ZJHM",
    "CF_WSH", "CF_WFXW", "CF_SY", "CF_YJ", "CF_CFLB", "CF_NR", "CF_NR_FK",
    "CF_NR_WFFF", "CF_NR_ZKDX", "CF_JDRQ", "CF_YXQ", "CF_GSJZQ",
    "CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM", "BZ", "DFBM", "领域",
)  # fmt: skip


def penalty_rows(count: int, seed: int = 1, until: dt.date = dt.date(2026, 11, 20)) -> Iterator[dict[str, str]]:
    """Generate ``count`` good rows of the procurement sector, decided in the thirty days up to ``until``."""
    draw = random.Random(seed)
    for number, firm in enumerate(firms(count, seed), 1):
        decided = until - dt.timedelta(days=draw.randrange(30))
        yield row(firm, draw.choice(CASES), decided, seed * 1_000_000 + number, "procurement")


def write_xlsx(path: Path, rows: Iterable[Mapping[str, str]], columns: Sequence[str] = COLUMNS_2018) -> None:
    """Write rows as text cells under one heading row to an XLSX file."""
    options = {"constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("行政处罚")
        sheet.write_row(0, 0, columns)
        for number, cells in enumerate(rows, 1):
            for index, column in enumerate(columns):
                if cells.get(column):
                    sheet.write_string(number, index, cells[column])


def main() -> None:
    """Write the samples, or ``--rows`` generated rows to ``--out``."""
    from tools import samples

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--samples", action="store_true", help="write samples/ again")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if arguments.samples:
        samples.write(Path(__file__).resolve().parent.parent / "samples")
    if arguments.out:
        write_xlsx(arguments.out, penalty_rows(arguments.rows, arguments.seed))


if __name__ == "__main__":
    main()
