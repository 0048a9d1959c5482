"""State tables: which act takes which state to which; everything not written here is refused."""

from registry.refusals.acts import TransitionRefused

PENALTY: dict[tuple[str, str], str] = {
    ("filed", "refile"): "filed",
    ("filed", "verify"): "published",
    ("filed", "return"): "returned",
    ("returned", "refile"): "filed",
    ("published", "refile"): "amended",
    ("published", "withdraw"): "withdrawn",
    ("amended", "refile"): "amended",
    ("amended", "verify"): "published",
    ("amended", "return"): "published",
    ("amended", "withdraw"): "withdrawn",
}
"""A penalty is born ``filed``; ``amended`` is published with a correction that waits for its verifier."""


def step(table: dict[tuple[str, str], str], state: str, act: str) -> str:
    """The state after ``act``; refuses with ``TransitionRefused`` when the table has no such step."""
    if (state, act) not in table:
        raise TransitionRefused(f"{act} from {state}", state=state, act=act)
    return table[state, act]
