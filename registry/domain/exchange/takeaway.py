"""Judge what a new version of a record takes away of the one before it: by its effect, whatever its act is called."""

from collections.abc import Mapping
from typing import Any

from registry.domain.naming import name_key

_EFFECTS = ("none", "review", "bars")
_NO_END = "9999-12-31"

Body = Mapping[str, Any]


def takes_away(before: Body, after: Body) -> bool:
    """Whether a version shows, binds or reaches less than the one before it.

    It is no longer published, ends earlier, is about another subject, in fewer sectors, on another list, no longer
    grave, or one of its measures has no other that is at least as strong.
    """
    if before["state"] != "published":
        return False
    return (
        after["state"] != "published"
        or after["visible_until"] < before["visible_until"]
        or _subject(after) != _subject(before)
        or not set(before["sectors"]) <= set(after["sectors"])
        or before.get("scheme", {}).get("code") != after.get("scheme", {}).get("code")
        or _end(after) < _end(before)
        or (before["is_grave"] and not after["is_grave"])
        or not all(any(_is_as_strong(other, measure) for other in after["measures"]) for measure in before["measures"])
    )


def _subject(body: Body) -> tuple[str | None, str]:
    return body["subject"]["uscc"], name_key.key(body["subject"]["name"])


def _end(body: Body) -> str:
    """The end of a place on a list; ISO days compare as text."""
    return body.get("ends_on") or _NO_END


def _is_as_strong(measure: Body, before: Body) -> bool:
    return (
        _EFFECTS.index(measure["effect"]) >= _EFFECTS.index(before["effect"])
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
