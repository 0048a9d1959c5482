"""The contact of a subject at the desk: proposed by a clerk, confirmed by another, never shown again."""

import re

from tests.web.desk.walking import text_of


class TestContact:
    def test_is_on_file_once_another_officer_confirmed_it(self, officer, bureau):
        record = bureau.published_penalty()
        clerk, path = officer("clerk"), f"/desk/contacts/{record}"
        assert "没有备案联系邮箱" in text_of(clerk.open(path))
        answer = clerk.submit(f"{path}/email", {"email": "legal@firm.example"})
        assert answer.status_code == 303, text_of(answer)
        assert "没有备案联系邮箱" in text_of(clerk.open(path))
        officer("verifier").follow(f"{answer.location}/confirm")
        page = clerk.open(path)
        assert "已备案联系邮箱" in text_of(page) and "legal@firm.example" not in page.text

    def test_code_given_at_the_counter_is_shown_once(self, officer, bureau):
        record = bureau.published_penalty()
        page = officer("clerk").submit(f"/desk/contacts/{record}/code")
        assert re.search(r"[A-Z2-7]{5}-[A-Z2-7]{5}", page.text)

    def test_of_others_is_not_there_and_no_address_is_refused(self, officer, bureau):
        record = bureau.published_penalty()
        officer("other-clerk").open(f"/desk/contacts/{record}", 404)
        assert officer("other-clerk").submit(f"/desk/contacts/{record}/code").status_code == 404
        assert officer("clerk").submit(f"/desk/contacts/{record}/email", {"email": "nobody"}).status_code == 422
