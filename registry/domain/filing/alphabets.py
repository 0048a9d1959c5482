"""Find names in which letters of another alphabet stand where a Chinese or Latin letter seems to stand (Α, А and A).

By ranges of code points written here: the tables of an interpreter change with its version, and a finding must not.
"""

import re

NAME_MIXED = "name-mixed-letters"
DETAIL = "名称中混有其他文字的字母（如希腊、西里尔字母，外形与汉字或者拉丁字母相近），应填写原来的文字"

_HAN = (
    "\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_LATIN = (
    "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u1d00-\u1d25\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1eff"
    "\u2c60-\u2c7f\ua722-\ua787\ua78b-\ua7ff\uab30-\uab64\ufb00-\ufb06\uff21-\uff3a\uff41-\uff5a"
)
_OTHER = (
    "\u0370-\u0373\u0376\u0377\u037a-\u037d\u037f\u0386\u0388-\u03e1\u03f0-\u03ff\u1d26-\u1d2a\u1f00-\u1fff"  # Greek
    "\u03e2-\u03ef\u2c80-\u2cff"  # Coptic
    "\u0400-\u0481\u048a-\u052f\u1c80-\u1c8f\u1d2b\u1d78\ua640-\ua66e\ua680-\ua69d\U0001e030-\U0001e06d"  # Cyrillic
    "\u0531-\u0556\u0559\u0560-\u0588\ufb13-\ufb17"  # Armenian
    "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f"  # Georgian
    "\u13a0-\u13fd\uab70-\uabbf"  # Cherokee
    "\u1400-\u167f\u18b0-\u18f5"  # Canadian syllabics
    "\u16a0-\u16f8\u2c00-\u2c5f\U00010280-\U0001034a\U00010400-\U0001047f\U000104b0-\U000104fb"  # runes, Old Italic, …
    "\ua4d0-\ua4ff\U00011fb0\U00016f00-\U00016f9f"  # Lisu, Miao
    # Letterlike symbols that are letters: not ℃, ℉, №, ℡, ™ and the like.
    "\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128-\u212f\u2130-\u2139\u213c-\u213f\u2145-\u2149\u214e"
    "\u24b6-\u24e9\U0001f110-\U0001f12b\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189"  # in circles
    "\U0001d400-\U0001d7cb"  # mathematical letters
)
_WITHIN_WORD = "[0-9\u0300-\u036f'’ʼ_]*"
"""What may stand between two letters of one word."""
_OTHER_LETTER = re.compile(f"[{_OTHER}]")
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_BESIDE_LATIN = re.compile(f"[{_LATIN}]{_WITHIN_WORD}[{_OTHER}]|[{_OTHER}]{_WITHIN_WORD}[{_LATIN}]")


def mixes_letters(name: str) -> bool:
    """Whether letters of Greek, Cyrillic or another alphabet, letterlike or mathematical ones stand in one name with
    Han characters, or in one word with Latin letters. A name in one alphabet does not mix; Roman numerals are none.
    """
    if name.isascii() or not _OTHER_LETTER.search(name):
        return False
    return _HAN_CHARACTER.search(name) is not None or _BESIDE_LATIN.search(name) is not None
