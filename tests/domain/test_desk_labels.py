"""Every event that the program writes into the audit trail is shown to an administrator in words."""

import ast
import re
from collections.abc import Iterator

from registry.domain.cases.procedures import PROCEDURES
from registry.domain.desk_labels import label_for_act
from tests.support import sources

_ACT = re.compile(r"[a-z_]+\.[a-z.-]+")


def acts_of(path: str) -> Iterator[str]:
    """The acts that calls of ``note`` and ``note_reading`` write out, and routes that say what they read."""
    for call in ast.walk(sources.tree(path)):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        parts = [keyword.value for keyword in call.keywords if keyword.arg == "reads"]
        for part in [*parts, *(call.args if name in ("note", "note_reading") else ())]:
            if isinstance(part, ast.Constant) and _ACT.fullmatch(str(part.value)):
                yield str(part.value)


class TestLabels:
    def test_name_every_event_that_is_written_out(self) -> None:
        written = {act for path in sources.files() for act in acts_of(path)}
        assert len(written) > 80
        assert {act for act in written if label_for_act(act) == act} == set()

    def test_name_every_step_of_every_procedure(self) -> None:
        acts = {f"{noun}.{step.act}" for noun, procedure in PROCEDURES.items() for step in procedure.steps}
        assert {act for act in acts if label_for_act(act) == act} == set()
