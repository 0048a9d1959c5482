"""Recognise places at the head of a name: GB/T 2260, present and past, with and without 省 市 县 区."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from stdnum import numdb

_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|"
    "土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|塔吉克|怒|普米|鄂温克|裕固|保安|独龙|鄂伦春|各"
)
_KIND = re.compile(
    rf"(?<=..)(?:(?:(?:{_PEOPLES})族?)*自治[区州县旗]|特别行政区|地区|新区|矿区|林区|特区|[省市县区旗盟州])$"
)
_DATED = re.compile(r"(?:\[\d*-(\d*)\])?([^,\[]+)")
_NO_PLACES = ("市辖", "省直辖", "自治区直辖")


@dataclass(frozen=True)
class Region:
    """Places at the head of a text: how many characters they take, and which places they can be.

    ``codes`` are GB/T 2260 codes without their zeros: 32 a province, 3209 a city, 320902 a county.
    """

    length: int
    codes: frozenset[str]

    def meets(self, other: "Region") -> bool:
        """Whether both can be one place, or one lies in the other."""
        return any(
            own_code.startswith(other_code) or other_code.startswith(own_code)
            for own_code in self.codes
            for other_code in other.codes
        )


NOWHERE = Region(0, frozenset())


def leading(text: str) -> Region:
    """The places at the head of the text, each within the one before it; a district needs its city before it."""
    region = NOWHERE
    while step := _next_region(text[region.length :], region):
        region = Region(region.length + step.length, step.codes)
    return region


def _next_region(text: str, within: Region) -> Region | None:
    full, bare = _codes_by_name()
    for length in range(min(_longest_name_lengths().get(text[:2], 0), len(text)), 1, -1):
        head = text[:length]
        codes = full.get(head, frozenset()) | (bare.get(head, frozenset()) if within.length else frozenset())
        if within.length:
            codes = frozenset(code for code in codes if any(code.startswith(parent) for parent in within.codes))
        if codes:
            return Region(length, codes)
    return None


@cache
def _longest_name_lengths() -> dict[str, int]:
    """Length of the longest place name by its first two characters: most texts begin with none, and need no look-up."""
    names = sorted((name for places in _codes_by_name() for name in places), key=len)
    return {name[:2]: len(name) for name in names}


@cache
def _codes_by_name() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Codes by place name: names that stand alone, and districts without their 区, which do not.

    A name that is in force means what it says; one of the past means what is called so now: 大丰市 is 大丰区.
    """
    now, stems_now, stems_ever = (defaultdict[str, set[str]](set) for _ in range(3))
    alone: set[str] = set()
    districts: set[str] = set()
    for code, name, is_current in _listed_places():
        stem = _KIND.sub("", name)
        stems_ever[stem].add(code)
        if is_current:
            now[name].add(code)
            stems_now[stem].add(code)
        alone.add(name)
        (districts if len(code) == 6 and name.endswith("区") else alone).add(stem)

    def meaning(name: str) -> frozenset[str]:
        stem = _KIND.sub("", name)
        return frozenset(now.get(name) or stems_now.get(stem) or stems_ever[stem])

    return {name: meaning(name) for name in alone}, {name: meaning(name) for name in districts - alone}


def _listed_places() -> Iterator[tuple[str, str, bool]]:
    """All codes with each of their names, and whether it is current; 市辖区 and the like are no places."""
    for _, province, _, properties, districts in numdb.get("cn/loc").prefixes:
        yield province, properties["province"], True
        for _, low, _, names, _ in districts:
            code = province + (low.removesuffix("00") if low != "0000" else "")
            for until, name in _DATED.findall(names["county"]):
                if len(name) > 1 and not name.startswith(_NO_PLACES):
                    yield code, name, not until
