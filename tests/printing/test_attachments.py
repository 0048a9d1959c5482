"""What a PDF carries: read from a genuine one, refused of every other, without harm."""

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.printing import attachments, receipt_pdf
from registry.refusals.content import ReceiptRefused
from tests.domain.checks.test_receipts import THREE, made, receipt

WHOLE = receipt(made(lines=THREE))
PRINTED = receipt_pdf.render(WHOLE, "https://registry.example/")


def embed(content: bytes, count: int = 1, length: int | None = None) -> bytes:
    """A bare PDF with an attachment whose stream unpacks to the content, under one name as often as wanted."""
    packed = zlib.compress(content, 9)
    names = "".join("(receipt-x.json) 3 0 R " for _ in range(count)).encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[" + names + b"]>>>>>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Type/Filespec/F(receipt-x.json)/EF<</F 4 0 R>>>>",
        b"<</Type/EmbeddedFile/Filter/FlateDecode/Length %d>>stream\n" % (length or len(packed))
        + packed
        + b"\nendstream",
    ]
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(data)
    return data + b"xref\n0 5\n0000000000 65535 f \n" + table + trailer


class TestRead:
    def test_gives_the_bytes_that_were_attached(self):
        assert list(attachments.read_json_files(PRINTED).values()) == [WHOLE]

    def test_gives_what_another_program_attached(self):
        assert attachments.read_json_files(embed(b"{}")) == {"receipt-x.json": b"{}"}

    def test_refuses_two_of_one_name(self):
        with pytest.raises(ReceiptRefused):
            attachments.read_json_files(embed(b"{}", count=2))

    @pytest.mark.parametrize("size", [6 * 2**20, 200 * 2**20])
    def test_refuses_what_unpacks_to_too_much(self, size):
        with pytest.raises(ReceiptRefused):
            attachments.read_json_files(embed(bytes(size)))

    @settings(max_examples=60)
    @given(st.data())
    def test_refuses_or_gives_but_never_fails_whatever_is_cut_or_changed(self, draw):
        place = draw.draw(st.integers(0, len(PRINTED) - 1))
        cut = draw.draw(st.booleans())
        data = PRINTED[:place] if cut else PRINTED[:place] + draw.draw(st.binary(max_size=9)) + PRINTED[place + 3 :]
        try:
            found = attachments.read_json_files(data)
        except ReceiptRefused:
            return
        assert all(isinstance(content, bytes) for content in found.values())
