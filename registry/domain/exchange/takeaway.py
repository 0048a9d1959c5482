"""Judge what a new version of a record takes away of the one before it: by its effect, whatever its act is called."""

from collections.abc import Mapping
from typing import Any

from registry.domain.naming import name_key

_EFFECTS = ("none", "review", "bars")
_NO_END = "9999-12-31"
COUNTED_DAYS = ("decided_on", "effective_on")
"""The days from which checks look back: moved, a record may lie outside of what they look at."""

Body = Mapping[str, Any]


def takes_away(before: Body, after: Body) -> bool:
    """Whether a version shows, binds or reaches less than the one before it.

    It is no longer published, begins later or ends earlier, is of another kind, about another subject, in fewer
    sectors, in another province, on another list, decided on another day, without the legal basis that it had, denies
    what it did not deny (that it is grave), rests on days on which it did not, or one of its measures has no other
    that is at least as strong.
    """
    if before["state"] != "published":
        return False
    return (
        after["state"] != "published"
        or after["kind"] != before["kind"]
        or not _lasts_as_long(after, before)
        or _subject(after) != _subject(before)
        or not set(before["sectors"]) <= set(after["sectors"])
        or before.get("scheme", {}).get("code") != after.get("scheme", {}).get("code")
        or _province(after) != _province(before)
        or any(after.get(day) != before.get(day) for day in COUNTED_DAYS)
        or before["basis"] not in after["basis"]
        or any(value is False and before.get(name) is not False for name, value in after.items())
        or not all(any(_is_as_strong(other, measure) for other in after["measures"]) for measure in before["measures"])
    )


def _subject(body: Body) -> tuple[str | None, str]:
    return body["subject"]["uscc"], name_key.key(body["subject"]["name"])


def _lasts_as_long(body: Body, before: Body) -> bool:
    """Whether it is shown and binds on every day on which it did. ISO days compare as text."""
    return bool(
        body["visible_from"] <= before["visible_from"]
        and body["visible_until"] >= before["visible_until"]
        and body.get("starts_on", "") <= before.get("starts_on", "")
        and _end(body) >= _end(before)
        and all(gap in before.get("suspensions", ()) for gap in body.get("suspensions", ()))
    )


def _province(body: Body) -> str | None:
    return body["district"][:2] if body["district"] else None


def _end(body: Body) -> str:
    """The end of a place on a list; ISO days compare as text."""
    return body.get("ends_on") or _NO_END


def _is_as_strong(measure: Body, before: Body) -> bool:
    return (
        before["code"] in (None, measure["code"])
        and _EFFECTS.index(measure["effect"]) >= _EFFECTS.index(before["effect"])
        and _covers(measure["roles"], before["roles"])
        and _covers(measure["sectors"], before["sectors"])
        and measure["only_must_tender"] <= before["only_must_tender"]
        and (measure["territory"] == "national" or before["territory"] == "province")
        and measure["starts_on"] <= before["starts_on"]
        and (measure["ends_on"] or _NO_END) >= (before["ends_on"] or _NO_END)
    )


def _covers(wide: list[str], narrow: list[str]) -> bool:
    """An empty list means all."""
    return not wide or (bool(narrow) and set(narrow) <= set(wide))
