"""Which officer may open which page of the desk: every page against every account."""

import pytest
from flask import current_app

from tests.support.people import GRANTS


def desk_pages():
    """The pages of the desk that need no record, with the permissions that open them."""
    views = current_app.view_functions
    return {
        rule.rule: views[rule.endpoint].permissions
        for rule in current_app.url_map.iter_rules()
        if rule.rule.startswith("/desk") and "GET" in rule.methods and not rule.arguments
    }


class TestPages:
    @pytest.mark.parametrize("name", GRANTS)
    def test_open_to_their_roles_and_are_not_there_for_others(self, officer, bureau, name):
        actor = bureau.people[name].actor
        pages = desk_pages()
        assert len(pages) >= 8
        for path, permissions in pages.items():
            expected = 200 if any(actor.may(permission) for permission in permissions) else 404
            officer(name).open(path, expected)

    def test_lead_to_signing_in_without_a_session(self, client):
        for path in desk_pages():
            answer = client.get(path)
            assert (answer.status_code, answer.location.split("?")[0]) == (303, "/login"), path

    def test_take_no_form_without_its_token(self, officer):
        clerk = officer("clerk")
        posts = [
            rule.rule
            for rule in current_app.url_map.iter_rules()
            if rule.rule.startswith("/desk") and "POST" in rule.methods
        ]
        assert len(posts) >= 12
        for rule in posts:
            path = rule.replace("<number>", "1").replace("<record>", "x").replace("<noun>", "penalty")
            answer = clerk.client.post(path.replace("<act>", "withdraw"), data={})
            assert (answer.status_code, "form-expired" in answer.text) == (400, True), rule
