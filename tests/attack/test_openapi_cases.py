"""Requests that schemathesis makes from the OpenAPI document, sent as everybody in turn to one node that keeps what
they did: no fault of the program, and no answer that the document does not tell of."""

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from registry import runtime
from registry.queries import integrity
from tests.support.attacks import Attack, count
from tests.support.desk import Desk, bidder, seal, stranger
from tests.support.filings import BanFactory, filing

pytestmark = pytest.mark.attack
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
WHO = (None, "clerk", "verifier", "reviewer", "head", "centre", "security", "operator", "auditor", "other-clerk")
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
CASES_EACH = 60
"""Cases that one strategy makes at a time; a long form goes round again."""
IDS = re.compile(r'"(?:id|record|number)": ?"([^"]{1,40})"')


def known_ids(desk: Desk) -> list[str]:
    """Ids of records, checks, files and applications that exist, so that requests reach more than a refusal."""
    ban = BanFactory()
    answers = [
        desk.file(filing()), desk.file(ban), desk.check(bidder(ban), stranger()),
        desk.ask("POST", "/api/v1/penalties/imports", "clerk", json=[filing()]),
    ]  # fmt: skip
    published = desk.published(BanFactory())
    seal()
    return [published, *(str(answer.get_json()["id"]) for answer in answers)]


class Shapes:
    """A strategy for each operation and mode, some with ids that exist, in an order of chance; those of which no case
    can be made are left out the next time."""

    def __init__(self, schema: Any, chance: random.Random, ids: list[str]) -> None:
        self._chance, self._ids = chance, ids
        self._shapes = [(result.ok(), mode) for result in schema.get_all_operations() for mode in MODES]

    def explore(self, number: int, use: Callable[[Case], None]) -> None:
        """Give ``number`` cases of one shape to ``use``; they are the same in every run."""
        shape = self._chance.choice(self._shapes)
        operation, mode = shape
        names = [one.name for one in operation.path_parameters]
        is_known = mode is GenerationMode.POSITIVE and names and self._chance.random() < 0.7
        fixed = {"path_parameters": {name: self._chance.choice(self._ids) for name in names}} if is_known else {}

        @seed(self._chance.randrange(2**32))
        @settings(
            max_examples=number, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(operation.as_strategy(generation_mode=mode, **fixed))
        def each(case: Case) -> None:
            use(case)

        try:
            each()
        except Unsatisfiable:
            self._shapes.remove(shape)


def send(case: Case, headers: dict[str, str], attack: Attack, ids: list[str]) -> None:
    """Send a case; finds what its answer should not be."""
    case.headers.pop("Authorization", None)
    answer = case.call(headers=headers)
    attack.tried += 1
    attack.note(f"{answer.status_code // 100}xx")
    at = f"{case.method} {case.operation.path}"
    if answer.status_code >= 500:
        attack.find(f"{answer.status_code} {at}: {str(case.body)[:200]}")
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as group:
        for failure in group.exceptions:
            attack.find(f"{at} {answer.status_code}: {type(failure).__name__} {str(failure)[:300]}")
    except Failure as failure:
        attack.find(f"{at} {answer.status_code}: {type(failure).__name__} {str(failure)[:300]}")
    if answer.status_code in (201, 202):
        ids.extend(IDS.findall(answer.content.decode(errors="replace")))


@pytest.mark.parametrize("place", range(len(WHO)), ids=[str(who) for who in WHO])
def test_cases_are_answered_as_the_document_says(app, desk, attack, place):
    who, chance = WHO[place], random.Random(f"openapi {place}")
    ids = known_ids(desk)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    headers = (desk.people[who].headers if who else {}) | {"Accept-Encoding": "identity"}
    wanted = count(150, 100_000) // len(WHO)
    each = min(CASES_EACH, max(2, wanted // 300))
    shapes = Shapes(schema, chance, ids)
    while attack.tried < wanted:
        shapes.explore(each, lambda case: send(case, headers, attack, ids))
    with runtime.begin() as work:
        for found in integrity.findings(work.session, work.keys, work.settings.node, lambda _: None):
            attack.find(found)
    attack.findings = sorted(set(attack.findings))
    attack.assert_nothing_found()
