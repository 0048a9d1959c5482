"""Photographs of applicants are unpacked before the act begins."""

from registry import photographs, runtime
from tests.test_photographs import picture
from tests.web.applying import file, number, post


def test_are_read_while_no_act_is_under_way(app, client, bureau, monkeypatch):
    record, open_acts, seen = bureau.published_penalty(), [], []
    perform, rewrite = runtime.perform, photographs.rewrite

    def performing(*arguments):
        open_acts.append(1)
        try:
            return perform(*arguments)
        finally:
            open_acts.pop()

    def rewriting(content):
        seen.append(len(open_acts))
        return rewrite(content)

    monkeypatch.setattr(runtime, "perform", performing)
    monkeypatch.setattr(photographs, "rewrite", rewriting)
    number(post(client, bureau, "dispute", record, authorisation=file("委托书.png", picture("PNG"))))
    assert seen and not any(seen)
