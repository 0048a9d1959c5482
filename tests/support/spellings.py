"""Values as people write them: many spellings of one day, sum, number or list, for properties of the reader."""

import datetime as dt
from collections.abc import Iterator

_PLAIN = "〇一二三四五六七八九"
_FINANCIAL = "零壹贰叁肆伍陆柒捌玖"
FULL_WIDTH = str.maketrans("0123456789.-/:", "０１２３４５６７８９．－／：")
WEEKDAYS = "一二三四五六日"
LIST_SEPARATORS = (
    "、",
    "，",
    ",",
    "；",
    ";",
    "／",
    "/",
    "\n",
    " 和 ",
    "及",
    "并",
    "以及",
    " ",
    "; ",
    "。",
    "|",
    "\t",
    "\r\n",
    "＋",
    "与",
    "\\",
    "·",
    "—",
    "-",
    "~",
    "】【",
    "”“",
)
BRACKETS = (
    "〔〕",
    "[]",
    "()",
    "（）",
    "［］",
    "【】",
    "﹝﹞",
    "〈〉",
    "《》",
    "「」",
    "『』",
    "{}",
    "｛｝",
    "〖〗",
    "<>",
    "＜＞",
)


def numeral(number: int, *, financial: bool = False) -> str:
    """A whole number below 10^12 in Chinese numerals, as a bank writes it."""
    digits = _FINANCIAL if financial else _PLAIN.replace("〇", "零")
    places = "仟佰拾" if financial else "千百十"
    groups = [(number // 10**8, "亿"), (number // 10**4 % 10**4, "万"), (number % 10**4, "")]
    text, skipped = "", False
    for value, mark in groups:
        if not value:
            skipped = bool(text)
            continue
        part, gap = "", bool(text) and (skipped or value < 1000)
        for place, unit in zip((1000, 100, 10, 1), (*places, ""), strict=True):
            digit = value // place % 10
            if digit:
                part += ("零" if gap and (part or text) else "") + digits[digit] + unit
            gap = not digit and bool(part or text) if digit == 0 else False
        text, skipped = text + part + mark, False
    return text or "零"


def day_numeral(number: int) -> str:
    """A month or a day of the month: 三, 十, 十一, 二十五."""
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else f"{_PLAIN[tens]}十") + (_PLAIN[ones] if ones else "")


def days(day: dt.date) -> Iterator[str]:
    """One day in every spelling that is read."""
    year, month, number = day.year, day.month, day.day
    plain = [
        f"{year}-{month:02}-{number:02}",
        f"{year}/{month:02}/{number:02}",
        f"{year}.{month:02}.{number:02}",
        f"{year}{month:02}{number:02}",
        f"{year}年{month:02}月{number:02}日",
        f"{year}-{month}-{number}",
        f"{year}/{month}/{number}",
        f"{year}.{month}.{number}",
        f"{year}年{month}月{number}日",
    ]
    yield from plain
    yield from (f" {text} " for text in plain)
    yield from (text.translate(FULL_WIDTH) for text in plain)
    yield from (f"{text}{time}" for text in plain for time in (" 00:00:00", " 9:30", "T08:00:00"))
    yield f"{year} 年 {month} 月 {number} 日"
    yield f"{year}年{month}月{number}号"
    yield f"{year}. {month}. {number}"
    yield from (f"{year}{mark}{month}{mark}{number}" for mark in "。、，,·・\\ _")
    yield from (f"{year}{mark}{month:02}{mark}{number:02}日" for mark in "-./")
    yield from (f"{year}年{month}月{number}", f"公元{year}年{month}月{number}日。", f"{year}年{month:02}月{number}號")
    yield f"{year}年{month}月{number}日星期{WEEKDAYS[day.weekday()]}"
    yield f"{year}/{month}/{number}（周{WEEKDAYS[day.weekday()]}）"
    if month == 1:
        yield f"{year}年元月{number}日"
    for nought in "〇零○OＯo0":
        chinese = "".join(_PLAIN[int(digit)] for digit in str(year)).replace("〇", nought)
        yield f"{chinese}年{day_numeral(month)}月{day_numeral(number)}日"
    if 2000 <= year < 2100:
        yield str((day - dt.date(1899, 12, 30)).days)


def sums(fen: int) -> Iterator[str]:
    """One sum, in fen, in spellings that state their unit."""
    yuan, rest = divmod(fen, 100)
    decimals = f".{rest:02}" if rest else ""
    change = (f"{rest // 10}角" if rest // 10 else "") + (f"{rest % 10}分" if rest % 10 else "")
    financial = numeral(yuan, financial=True) + "元"
    part = "".join(f"{_FINANCIAL[digit]}{unit}" for digit, unit in ((rest // 10, "角"), (rest % 10, "分")) if digit)
    yield f"{yuan}{decimals}元"
    yield f"{yuan:,}{decimals}元"
    yield f"{yuan:,}.{rest:02} 元"
    yield f"￥{yuan:,}.{rest:02}"
    yield f"¥{yuan}{decimals}元"
    yield f"人民币{yuan}{decimals}元"
    yield f"RMB {yuan}{decimals}元"
    yield f"{yuan}{decimals}元人民币"
    yield f"{yuan}元{change}" if rest else f"{yuan}元整"
    yield f"{yuan}{decimals}元".translate(FULL_WIDTH)
    yield f"{fen // 1_000_000}.{fen % 1_000_000:06}万元"
    yield f"{fen // 1_000_000}.{fen % 1_000_000:06}（万元）"
    yield f"{fen // 1_000_000}.{fen % 1_000_000:06}万"
    yield f"{financial}{part}" if part else f"{financial}整"
    yield f"人民币{financial}{part or '整'}"
    yield f"{yuan}{decimals}元（{financial}{part or '整'}）"
    yield f"{financial}{part or '整'}（￥{yuan:,}.{rest:02}）"
    yield f"大写：{financial}{part or '正'}"
    yield from (f"共{yuan}{decimals}元。", f"{yuan}{decimals}块", f"{fen // 1_000_000}.{fen % 1_000_000:06}w")
    if not rest:
        yield f"{numeral(yuan)}元"
        yield f"{numeral(yuan)}圆整"
        if yuan % 10_000 == 0:
            yield f"{numeral(yuan // 10_000)}万元" if yuan < 10**8 else f"{numeral(yuan)}元"


def document_numbers(word: str, year: int, number: int) -> Iterator[str]:
    """One document number in every spelling that names the same decision."""
    for opening, closing in BRACKETS:
        yield f"{word}{opening}{year}{closing}{number}号"
    yield f"{word}〔{year}〕第{number}号"
    yield f"{word}〔{year}〕{number}號"
    yield f"{word}〔{year}〕{number}"
    yield f"{word}〔{year}〕{number:05}号"
    yield f"{word}〔{year}〕第{number:04}號"
    yield f"{word} 〔{year}〕 {number} 号"
    yield f"{word}-{year}-{number}"
    yield f"{word}—{year}—{number}号"
    yield f"{word}〔{year}〕-{number}号"
    yield f"{word}〔{year}〕{number}号".translate(FULL_WIDTH)
