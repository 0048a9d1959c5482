"""Invented facts of decisions without any personal number, from a seed: what must stay readable.

Codes, numbers of documents, contracts, projects, permits and invoices, accounts of firms, sums, days and quantities,
each in the forms that offices write them in. The digits are drawn at random, not chosen.
"""

import datetime as dt
import random
from collections.abc import Callable

from stdnum.cn.uscc import calc_check_digit

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PLACES = ("320902", "320903", "320904", "320921", "320922", "320923", "320924", "320925", "320981", "320900")


def facts(count: int, seed: int) -> list[tuple[str, str]]:
    """Draw (kind, text) of so many facts, each kind equally often."""
    draw = random.Random(seed)
    kinds = tuple(_FACTS)
    return [(kind, _FACTS[kind](draw)) for kind in (kinds[number % len(kinds)] for number in range(count))]


def uscc(draw: random.Random, prefix: str | None = None) -> str:
    """A possible code: of a firm, a sole trader, a cooperative, or an organ or institution with digits only."""
    prefix = prefix or draw.choice(("91", "91", "91", "92", "93", "11", "12", "13", "51", "52", "N2"))
    organisation = (
        _digits(draw, 9) if prefix in ("11", "12", "13") else "MA0T" + "".join(draw.choices(_ALPHABET, k=4)) + "X"
    )
    body = prefix + draw.choice(_PLACES) + organisation
    return body + str(calc_check_digit(body))


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choices("0123456789", k=count))


def _day(draw: random.Random) -> dt.date:
    return dt.date(2015, 1, 1) + dt.timedelta(days=draw.randrange(4300))


def _code(draw: random.Random) -> str:
    code = uscc(draw)
    wrong = code[:17] + draw.choice([character for character in _ALPHABET if character != code[17]])
    written = draw.choice((code, code, code.lower(), wrong if not wrong.isdigit() else code))
    return f"当事人（统一社会信用代码：{written}）在投标中提供虚假材料。"


def _document(draw: random.Random) -> str:
    day, number = _day(draw), draw.randrange(1, 9999)
    return draw.choice(
        (
            f"依据盐示财采罚〔{day.year}〕{number}号行政处罚决定书",
            f"（{day.year}）苏0902刑初{number}号刑事判决书认定其单位行贿",
            f"盐市监处罚[{day.year}]09{_digits(draw, 5)}号",
            f"《关于撤销中标结果的通知》（盐财购〔{day.year}〕{number}号，{day:%Y%m%d}）",
            f"苏建函建管〔{day.year}〕{number}号，附件{draw.randrange(9)}",
        )
    )


def _contract(draw: random.Random) -> str:
    day, number = _day(draw), draw.randrange(1, 999)
    return (
        "合同编号"
        + draw.choice(
            (
                f"HT{day:%Y%m%d}-{number:03}",
                f"YCHT-{day.year}-{number:04}",
                f"GF-{day.year}-0201",
                f"{day:%Y%m%d}{number:03}",
                f"JSSY{day:%y%m}{number:04}",
                f"{day.year}-{day:%m}-{day:%d}-{number:03}",
                f"YC/SG {day.year}.{number}",
                f"32{day:%Y%m%d}{_digits(draw, 4)}A",
            )
        )
        + "项下的货物未按期交付"
    )


def _project(draw: random.Random) -> str:
    day, number, place = _day(draw), draw.randrange(1, 9999), draw.choice(_PLACES)
    return (
        "项目编号"
        + draw.choice(
            (
                f"JSZC-{place}-JZCG-G{day.year}-{number:04}",
                f"E{place}0{_digits(draw, 12)}",
                f"YCZB{day:%Y%m%d}{number:03}",
                f"{place[:4]}{_digits(draw, 10)}-BD-001",
                f"{day.year}-{place}-48-01-{_digits(draw, 6)}",
                f"YC{day.year}{number:04}（第二标段）",
                f"SZFCG{day:%Y-%m}-{number:03}",
                f"{place}{day:%y}{_digits(draw, 6)}A{number}",
            )
        )
        + "的投标文件雷同"
    )


def _permit(draw: random.Random) -> str:
    day, place = _day(draw), draw.choice(_PLACES)
    return draw.choice(
        (
            f"安全生产许可证（苏）JZ安许证字[{day.year}]09{_digits(draw, 4)}",
            f"资质证书编号D3{_digits(draw, 8)}",
            f"施工许可证编号{place}{day:%Y%m%d}{_digits(draw, 4)}",
            f"营业执照注册号{place}0{_digits(draw, 8)}",
            f"国药准字H20{_digits(draw, 6)}",
            f"国械注准{day.year}3{_digits(draw, 6)}",
            f"注册建造师编号苏2{place[2:]}{_digits(draw, 8)}",
            f"特种设备使用登记证号 梯11苏J{_digits(draw, 5)}（{day:%y}）",
        )
    )


def _account(draw: random.Random) -> str:
    number = draw.choice(
        (
            f"3200173{_digits(draw, 13)}",
            f"1109{_digits(draw, 15)}",
            f"10{_digits(draw, 15)}",
            f"{draw.choice('4567')}{_digits(draw, 11)}",
            f"{_digits(draw, 21)}",
            f"8113{_digits(draw, 15)}",
            f"0{_digits(draw, 14)}",
            f"3205 0173 6286 {_digits(draw, 4)} {_digits(draw, 4)}",
        )
    )
    return f"保证金由盐城示例商贸有限公司对公账户（开户行示例银行盐城分行，账号{number}）转出"


def _sum(draw: random.Random) -> str:
    fen = draw.randrange(10**4, 10 ** draw.randrange(6, 14))
    yuan = fen / 100
    return draw.choice(
        (
            f"合同金额{yuan:,.2f}元，预付{yuan / 3:,.2f}元",
            f"罚款人民币{yuan / 10000:.6f}万元",
            f"中标价{yuan:.2f}元",
            f"没收违法所得{round(yuan)}元、罚款{round(yuan) * 2}元",
            f"销售额分别为{yuan:,.0f}、{yuan * 2:,.0f}、{yuan * 3:,.0f}元",
            f"人民币{yuan:.0f}元整（¥{yuan:,.2f}）",
        )
    )


def _days(draw: random.Random) -> str:
    first, last = _day(draw), _day(draw)
    return draw.choice(
        (
            f"自{first:%Y-%m-%d}至{last:%Y-%m-%d}",
            f"{first:%Y.%m.%d}-{last:%Y.%m.%d}",
            f"{first:%Y/%m/%d}—{last:%Y/%m/%d}",
            f"{first:%Y%m%d}-{last:%Y%m%d}",
            f"{first.year}年{first.month}月{first.day}日{draw.randrange(24)}时{draw.randrange(60)}分",
            f"{first:%Y-%m-%d} 09:30:{draw.randrange(60):02}，{last:%Y-%m-%d} 17:00:00",
            f"二〇{draw.choice('一二')}{draw.choice('一二三四五')}年三月五日",
            f"开标时间{first:%Y-%m-%d %H:%M}，IP地址192.168.{draw.randrange(255)}.{draw.randrange(255)}",
        )
    )


def _invoice(draw: random.Random) -> str:
    return draw.choice(
        (
            f"发票代码03200{_digits(draw, 7)}，发票号码{_digits(draw, 8)}",
            f"发票号码2432{_digits(draw, 16)}",
            f"提单号COSU{_digits(draw, 10)}",
            f"车架号LSVAA4182E2{_digits(draw, 6)}",
            f"物料编码{_digits(draw, 9)}、{_digits(draw, 9)}",
            f"保函编号BH{_digits(draw, 12)}",
            f"文件哈希{draw.getrandbits(128):032x}",
            f"MAC地址{':'.join(f'{draw.randrange(256):02X}' for _ in range(6))}",
        )
    )


def _quantity(draw: random.Random) -> str:
    numbers = [draw.randrange(1, 10 ** draw.randrange(2, 6)) for _ in range(4)]
    return draw.choice(
        (
            "各批次数量为" + "、".join(map(str, numbers)) + "件",
            f"执行GB {_digits(draw, 5)}-2013、JGJ {_digits(draw, 3)}-2018标准",
            f"桩号K{numbers[0]}+{_digits(draw, 3)}至K{numbers[1]}+{_digits(draw, 3)}",
            f"面积{numbers[0]}.{numbers[1]:02}平方米",
            f"抽检{numbers[0]}批次，不合格{numbers[1]}批次（{numbers[2]}/{numbers[3]}）",
            f"型号SC200/200-{numbers[0]} {numbers[1]}×{numbers[2]}×{numbers[3]}mm",
            f"依据《招标投标法》第五十三条第{draw.choice('一二三')}款、第六十七条",
            f"坐标33.{_digits(draw, 6)}，120.{_digits(draw, 6)}",
        )
    )


_FACTS: dict[str, Callable[[random.Random], str]] = {
    "code": _code,
    "document": _document,
    "contract": _contract,
    "project": _project,
    "permit": _permit,
    "account": _account,
    "sum": _sum,
    "days": _days,
    "invoice": _invoice,
    "quantity": _quantity,
}
