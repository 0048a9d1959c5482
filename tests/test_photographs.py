"""A photograph that is handed in keeps its picture and nothing else."""

import contextlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from registry import photographs
from registry.refusals.procedure import DocumentRefused

PLACE, DEVICE, ORIENTATION = 0x8825, 0x0110, 0x0112
MODES = {"JPEG": ["L", "RGB", "CMYK"], "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]}


def picture(kind="JPEG", mode="RGB", size=(40, 20), **saved):
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **saved)
    return out.getvalue()


def photograph():
    """A picture as a telephone takes it: lying on its side, with place and device."""
    exif = Image.Exif()
    exif[DEVICE], exif[ORIENTATION] = "Sample Phone 9", 6
    exif.get_ifd(PLACE)[1] = "N"
    return picture(exif=exif, comment=b"taken by somebody")


def read(data):
    opened = Image.open(io.BytesIO(data))
    opened.load()
    return opened


class TestPhotograph:
    def test_stands_upright_without_place_device_or_comment(self):
        before, after = read(photograph()), read(photographs.rewrite(photograph()))
        assert before.size == (40, 20) and after.size == (20, 40)
        assert dict(before.getexif()) and not dict(after.getexif())
        assert "comment" in before.info and "comment" not in after.info
        assert b"Sample Phone" not in photographs.rewrite(photograph())

    def test_carries_nothing_behind_or_beside_its_picture(self):
        beside = PngImagePlugin.PngInfo()
        beside.add_text("Author", "<script>alert(1)</script>")
        for data in (photograph() + b"<html><script>", picture("PNG", pnginfo=beside) + b"<html><script>"):
            assert b"script" not in photographs.rewrite(data)

    @pytest.mark.parametrize(("kind", "mode"), [(kind, mode) for kind, modes in MODES.items() for mode in modes])
    def test_keeps_its_kind_in_every_way_of_colour(self, kind, mode):
        after = read(photographs.rewrite(picture(kind, mode)))
        assert (after.format, after.size) == (kind, (40, 20))

    def test_is_made_smaller_when_it_is_large(self):
        after = read(photographs.rewrite(picture(size=(4000, 1000))))
        assert max(after.size) <= photographs.EDGE_MAX and after.size[0] == 4 * after.size[1]

    def test_of_too_many_pixels_is_refused_before_it_is_unpacked(self):
        data = picture("PNG", "1", (20_000, 4_000))
        assert len(data) < 100_000
        with pytest.raises(DocumentRefused):
            photographs.rewrite(data)

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_that_is_damaged_is_refused_or_written_anew_and_nothing_else(self, data):
        whole = bytearray(picture(data.draw(st.sampled_from(["JPEG", "PNG"]))))
        for place in data.draw(st.lists(st.integers(8, len(whole) - 1), max_size=6)):
            whole[place] = data.draw(st.integers(0, 255))
        cut = bytes(whole[: data.draw(st.integers(8, len(whole)))])
        with contextlib.suppress(DocumentRefused):
            assert read(photographs.rewrite(cut)).format in ("JPEG", "PNG")


class TestOtherFiles:
    def test_stay_as_they_are(self):
        assert photographs.rewrite(b"%PDF-1.7 invented") == b"%PDF-1.7 invented"
