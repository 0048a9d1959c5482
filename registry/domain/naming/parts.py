"""Split a company name into its parts: places at its head, legal form, branch after the form.

Source: 企业名称登记管理规定 6 (行政区划名称、字号、行业或者经营特点、组织形式).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from registry.domain.naming import regions, words
from registry.domain.naming.fold import fold
from registry.domain.naming.regions import Region

_COMPANY = re.compile("(?:集团)?(?:股份有限|有限责任|有限|股份|集团|总)?公司")
_ENDINGS = (
    "农民专业合作社|专业合作社|供销合作社|股份合作社|合作社|联合社|合伙企业|特殊普通合伙|普通合伙|有限合伙|个人独资|集团|总厂|厂|"
    "商店|店|中心|事务所|经营部|门市部|商行|超市|学校|医院|研究院|研究所|设计院|旅行社|酒店|宾馆"
)
_ENDING = re.compile(f"(?:{_ENDINGS})$")


@dataclass(frozen=True)
class Parts:
    """A folded name and the positions of its parts.

    ``text[:region.length]`` are the places, ``text[form[0]:form[1]]`` is the legal form, empty when there is none;
    what follows the form names a branch. ``common`` marks the characters of words that many firms have.
    """

    text: str
    region: Region
    form: tuple[int, int]
    common: tuple[bool, ...]

    @property
    def legal_form(self) -> str:
        """有限公司, 厂 and the like."""
        return self.text[slice(*self.form)]

    @property
    def branch(self) -> str:
        """What follows the legal form, as in 有限公司东门分店."""
        return self.text[self.form[1] :]


@lru_cache(maxsize=8192)
def parts(name: str) -> Parts:
    """Split a name into parts; every text has parts, perhaps empty ones."""
    text = fold(name)
    region = regions.leading(text)
    form_match = _COMPANY.search(text, region.length) or _ENDING.search(text, region.length)
    form = form_match.span() if form_match else (len(text), len(text))
    marks = words.common(text)
    marks[: region.length] = [True] * region.length
    return Parts(text, region, form, tuple(marks))
