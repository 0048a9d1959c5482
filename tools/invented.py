"""Invented firms and queries about them, from a seed: true names misspelt in many ways, and strangers that look near.

The confusions are a table of their own, not the data that the product compares with.
"""

import random
from collections.abc import Callable, Sequence

from pypinyin import lazy_pinyin

from benchmarks.ranking import Query

_PLACES = {
    "盐城市": "江苏省", "东台市": "江苏省", "建湖县": "江苏省", "射阳县": "江苏省", "南京市": "江苏省",
    "苏州市": "江苏省",
    "徐州市": "江苏省", "泰州市": "江苏省", "杭州市": "浙江省", "宁波市": "浙江省", "合肥市": "安徽省",
    "济南市": "山东省",
    "长沙市": "湖南省", "昆明市": "云南省", "成都市": "四川省", "福州市": "福建省", "郑州市": "河南省",
    "南昌市": "江西省",
}  # fmt: skip
_BRAND = (
    "瀚澜沐辰禾岚屿峻铭曜翊恒嘉睿宸涵楚昱霖骏驰皓煜芯颐祺鸿腾祥茂隆泰裕诚源盛凯博远弘锦旭佳捷达"
    "安邦宝本碧冰才彩昌超川传创春德登鼎东帆芳飞丰福港格冠光广贵国海航和鹤虹华欢辉惠吉江杰劲晶景九君康科坤朗乐力联良烈凌柳鲁"
    "迈美梦民敏宁鹏品平普奇启谦强勤青庆泉仁荣瑞润森山尚申深胜石双顺思松苏特天田通同万威维伟文五西希夏先贤向晓新信星雄秀雅亚阳"
    "耀一怡义益银盈永优友雨玉育誉云韵泽展正志致中众卓紫"
)
_TRADES_TEXT = """
建设工程 建筑安装工程 市政工程 园林绿化工程 商贸 贸易 工贸 机械设备 机电设备 电子科技 信息技术
网络科技 环保科技 生物科技 新材料 金属制品 塑料制品 包装材料 纺织品 服饰 食品 餐饮管理 农业发展
水产养殖 物流 货物运输 物业管理 房地产开发 工程咨询 广告传媒 教育咨询 医疗器械 汽车销售 汽车维修服务
劳务服务 人力资源 能源开发 化工 装饰工程 投资管理
"""
_FORMS = ("有限公司",) * 6 + ("有限责任公司", "股份有限公司", "厂", "专业合作社")
_BRANCHES = ("第一分公司", "第二分公司", "第三项目部", "第十二门市部")
_SOUNDS_TEXT = """
辰晨陈 禾和何 岚兰蓝 铭明名鸣 恒衡 嘉佳家加 睿瑞锐 涵寒含 霖林临 骏俊君 驰池迟 鸿宏红弘 祥翔详
茂贸冒 隆龙 泰太 裕玉育 诚城程成 源园原元 盛胜圣 凯开 博勃伯 远院愿 锦金津 旭绪序 捷洁节 达答 建件健
设社射 工公功 程成 机基鸡 械谢 科课 技计 商伤 电店典 材财 品聘 食时 业叶 物务 流留 管馆 理里 发法
化画 限线县 司丝
"""
_SHAPES_TEXT = """
辰晨 禾木 澜谰 沐沭 岚风 峻俊竣 铭名 恒垣桓 睿壑 宸震 昱显 骏俊 皓浩 祺棋琪 鸿鸟 腾滕 祥详样 茂戊
泰秦 裕浴 诚城 源原 盛盔 凯恺 博搏缚 弘弛 锦绵棉 捷睫 建健键 设没 工土 程稞 机杌 械戒 科料 技枝 商高
材村 食良 业亚 物勿 流硫 理埋 发友 限银 司同
"""
_TRADES, _SOUNDS, _SHAPES = _TRADES_TEXT.split(), _SOUNDS_TEXT.split(), _SHAPES_TEXT.split()
_RARE = "曩踅蓼夔鬻彘麒奚囿黟鼐颛罄忝"


def firms(count: int, seed: int) -> list[tuple[int, str]]:
    """Draw ``count`` different firm names, numbered by row."""
    draw = random.Random(seed)
    names: dict[str, None] = {}
    while len(names) < count:
        names[_draw_firm(draw)] = None
    return list(enumerate(names))


def _draw_firm(draw: random.Random) -> str:
    brand = "".join(draw.choices(_BRAND, k=draw.choice((2, 2, 2, 3))))
    name = f"{draw.choice(tuple(_PLACES))}{brand}{draw.choice(_TRADES)}{draw.choice(_FORMS)}"
    return name + (draw.choice(_BRANCHES) if name.endswith("公司") and draw.random() < 0.1 else "")


def queries(count: int, seed: int, each: int = 100) -> list[Query]:
    """Draw ``each`` queries of every kind about the firms of the same count and seed; strangers have no truth."""
    listed = firms(count, seed)
    names = {name for _, name in listed}
    draw = random.Random(seed + 1)
    drawn: list[Query] = []
    for kind, change in (_TRUE | _STRANGE).items():
        wanted = len(drawn) + each
        for row, name in (draw.choice(listed) for _ in range(100 * each)):
            query_name = change(draw, name)
            if (query_name == name and kind != "exact") or (kind in _STRANGE and query_name in names):
                continue
            truth = frozenset() if kind in _STRANGE else frozenset({row})
            drawn.append(Query(f"invented{len(drawn)}", query_name, kind, truth))
            if len(drawn) == wanted:
                break
    return drawn


def _place_of(name: str) -> str:
    return next(place for place in _PLACES if name.startswith(place))


def _form_of(name: str) -> str:
    return next((form for form in dict.fromkeys(_FORMS) if name.endswith(form)), "")


def _confuse(draw: random.Random, name: str, table: Sequence[str]) -> str:
    """Replace one character by another of its row in the table."""
    places = [(at, row) for at, character in enumerate(name) for row in table if character in row]
    if not places:
        return name
    at, row = draw.choice(places)
    return name[:at] + draw.choice(row.replace(name[at], "")) + name[at + 1 :]


def _replace(draw: random.Random, name: str) -> str:
    at = draw.randrange(len(name))
    return name[:at] + draw.choice(_RARE) + name[at + 1 :]


def _insert(draw: random.Random, name: str) -> str:
    at = draw.randrange(len(name))
    return name[:at] + draw.choice((name[at], draw.choice(_RARE))) + name[at:]


def _drop(draw: random.Random, name: str) -> str:
    at = draw.randrange(len(name))
    return name[:at] + name[at + 1 :]


def _swap(draw: random.Random, name: str) -> str:
    at = draw.randrange(len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _space(draw: random.Random, name: str) -> str:
    at = draw.randrange(1, len(name))
    return name[:at] + draw.choice((" ", "\u3000", "\u200b", "·", "\n")) + name[at:]


def _change_place(draw: random.Random, name: str) -> str:
    return draw.choice(tuple(_PLACES)) + name.removeprefix(_place_of(name))


def _change_brand(draw: random.Random, name: str) -> str:
    place = _place_of(name)
    return place + "".join(draw.sample(_BRAND, 2)) + name[len(place) + 2 :]


def _change_one_character(draw: random.Random, name: str) -> str:
    """The neighbour one character apart: another character of the trade name, neither alike nor sounding alike."""
    at = len(_place_of(name)) + draw.randrange(2)
    alike = "".join(row for row in (*_SOUNDS, *_SHAPES) if name[at] in row) + name[at]
    return name[:at] + draw.choice([character for character in _BRAND if character not in alike]) + name[at + 1 :]


def _change_number(draw: random.Random, name: str) -> str:
    for branch in _BRANCHES:
        if name.endswith(branch):
            return name.removesuffix(branch) + f"第{draw.choice('四五六七八九')}{branch.lstrip('第一二三十')}"
    return name


Change = Callable[[random.Random, str], str]
_TRUE: dict[str, Change] = {
    "exact": lambda _, name: name,
    "space": _space,
    "suffix_drop": lambda _, name: name.removesuffix(_form_of(name)),
    "suffix_swap": lambda _, name: (
        name.removesuffix("有限公司") + "有限责任公司" if name.endswith("有限公司") else name
    ),
    "region_drop": lambda _, name: name.removeprefix(_place_of(name)),
    "region_add": lambda _, name: _PLACES[_place_of(name)] + name,
    "region_form": lambda _, name: _place_of(name)[:-1] + name.removeprefix(_place_of(name)),
    "homo": lambda draw, name: _confuse(draw, name, _SOUNDS),
    "homo2": lambda draw, name: _confuse(draw, _confuse(draw, name, _SOUNDS), _SOUNDS),
    "shape": lambda draw, name: _confuse(draw, name, _SHAPES),
    "sub": _replace,
    "ins": _insert,
    "del": _drop,
    "swap": _swap,
    "typo2": lambda draw, name: _replace(draw, _swap(draw, name)),
    "branch": lambda _, name: name + "第四分公司" if name.endswith("公司") else name,
    "pinyin": lambda _, name: " ".join(lazy_pinyin(name)),
}
_STRANGE: dict[str, Change] = {
    "n_random": lambda draw, _: _draw_firm(draw),
    "n_city": _change_place,
    "n_brand": _change_brand,
    "n_edit1": _change_one_character,
    "n_ordinal": _change_number,
}
