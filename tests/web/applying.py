"""What somebody types into the forms of a dispute and a repair."""

import io
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.bureau import Bureau

PDF = b"%PDF-1.7 an invented document"
NEEDED = {"dispute": ("evidence",), "repair": ("performance_proof", "public_promise")}


def form(bureau: Bureau, noun: str, record: str, **special: Any) -> dict[str, Any]:
    """The form filled in by the subject of a remembered record; a field that is None is left out."""
    firm = bureau.names[record]
    typed = {
        "name": firm["subject_name"],
        "uscc": firm["uscc"],
        "agent": "",
        "contact": "13900000000",
        "statement": "违法事实与决定书不一致。",
        "consent": "1",
        "authorisation": file("", b""),
        "id_type": firm.get("id_type") or "111",
        "id_number": firm.get("id_number") or "",
    }
    typed |= {kind: file(f"{kind}.pdf") for kind in NEEDED[noun]}
    return {name: value for name, value in (typed | special).items() if value is not None}


def file(name: str, content: bytes = PDF) -> tuple[str, bytes]:
    """A file to send; one without a name was not chosen."""
    return name, content


def _sent(value: Any) -> Any:
    """A value as the test client sends it; files are opened anew, as sending closes them."""
    if isinstance(value, list):
        return [_sent(one) for one in value]
    return (io.BytesIO(value[1]), value[0]) if isinstance(value, tuple) else value


def post(client: FlaskClient, bureau: Bureau, noun: str, record: str, **special: Any) -> TestResponse:
    """Send the form."""
    typed = {name: _sent(value) for name, value in form(bureau, noun, record, **special).items()}
    return client.post(f"/records/{record}/{noun}", data=typed, content_type="multipart/form-data")


def number(answer: TestResponse) -> str:
    """The receipt number on the page that says that an application was received."""
    assert answer.status_code == 201, answer.text
    found = re.search(r'class="receipt code">([^<]+)<', answer.text)
    assert found
    return found[1]
