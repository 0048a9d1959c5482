"""What a public body that came from another node must look like: the tables of ``bodyshape``, read strictly."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from registry.domain.exchange import bodyshape
from registry.domain.exchange.bodyshape import BODIES, KEPT_HOME, MARKS, MEASURE, STATES, Table
from registry.domain.publication import redaction
from registry.errors import Fault

_CODES = ("/subject/uscc", "/authority/code", "/source/code")


def faults(body: Any, sectors: Collection[str]) -> list[Fault]:
    """What is wrong with a body, place by place; empty when it may be published. Values are never quoted."""
    if not isinstance(body, dict):
        return [Fault("", "wrong-type", "应为 JSON 对象")]
    if "kind" not in body:
        return [Fault("/kind", "missing", "缺少此项")]
    kind, state = body["kind"], body.get("state")
    if not isinstance(kind, str) or kind not in BODIES.keys() - KEPT_HOME:
        return [Fault("/kind", "wrong-value", "内容不合规定")]
    known = bodyshape.table(kind, state if isinstance(state, str) else "published")
    marked = {name: check for name, check in MARKS.items() if name in body}
    # Step by step: the pointers of a fault name only fields that are known, never a number sent as a name.
    return list(_against(body, {**known, **marked}, "")) or list(_rules(body, sectors)) or list(_personal(body, ""))


def _against(value: Any, table: Table, at: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(at, "wrong-type", "应为 JSON 对象")
        return
    for name in sorted(table.keys() - value.keys()):
        yield Fault(f"{at}/{name}", "missing", "缺少此项")
    if value.keys() - table.keys():
        yield Fault(at, "unknown-field", "含有不认识的项")
    for name in sorted(table.keys() & value.keys()):
        check = table[name]
        if isinstance(check, Mapping):
            yield from _against(value[name], check, f"{at}/{name}")
        elif not check(value[name]):
            yield Fault(f"{at}/{name}", "wrong-value", "内容不合规定")


def _rules(body: dict[str, Any], sectors: Collection[str]) -> Iterator[Fault]:
    for position, measure in enumerate(body["measures"]):
        yield from _measure(measure, sectors, f"/measures/{position}")
    if body["act"] not in STATES[body["state"]]:
        yield Fault("/act", "wrong-value", "行为与状态不符")
    if not body["sectors"] or len(set(body["sectors"])) != len(body["sectors"]):
        yield Fault("/sectors", "wrong-value", "领域为空或重复")
    if not set(body["sectors"]) <= set(sectors):
        yield Fault("/sectors", "unknown-sector", "领域代码不认识")


def _measure(measure: Any, sectors: Collection[str], at: str) -> Iterator[Fault]:
    found = list(_against(measure, MEASURE, at))
    if found:
        yield from found
        return
    if not set(measure["sectors"]) <= set(sectors):
        yield Fault(f"{at}/sectors", "unknown-sector", "领域代码不认识")
    # ISO days compare as text.
    if measure["ends_on"] is not None and measure["ends_on"] <= measure["starts_on"]:
        yield Fault(f"{at}/ends_on", "wrong-value", "限制措施的结束日期不晚于开始日期")


def _personal(value: Any, at: str) -> Iterator[Fault]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _personal(item, f"{at}/{name}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _personal(item, f"{at}/{position}")
    elif (
        isinstance(value, str) and redaction.blot(value) != value and not (at in _CODES and bodyshape.is_strict(value))
    ):
        yield Fault(at, "personal-number", "含有个人识别号码")
