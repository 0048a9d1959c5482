"""The templates of documents are those that their maker makes, and name nothing that nobody fills in."""

import io
import re
import zipfile

import pytest
from jinja2 import UndefinedError

from registry.printing import case_documents
from registry.printing.case_documents import TEMPLATES, TITLES
from tools import document_templates


def text_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return re.sub(r"<[^>]+>", "", package.read("word/document.xml").decode())


class TestTemplates:
    @pytest.mark.parametrize("kind", TITLES)
    def test_are_those_that_are_made(self, kind, monkeypatch, tmp_path):
        monkeypatch.setattr(document_templates, "TEMPLATES", tmp_path)
        document_templates.make(kind)
        made = text_of((tmp_path / f"{kind}.docx").read_bytes())
        assert text_of((TEMPLATES / f"{kind}.docx").read_bytes()) == made

    @pytest.mark.parametrize("kind", TITLES)
    def test_cite_no_article_of_their_own(self, kind):
        assert not re.search(r"第[一二三四五六七八九十百〇零\d]+条", text_of((TEMPLATES / f"{kind}.docx").read_bytes()))


class TestRender:
    def test_refuses_a_value_that_is_missing(self):
        with pytest.raises(UndefinedError):
            case_documents.render("service_proof", {"subject": "甲"})
