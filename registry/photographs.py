"""Write photographs that somebody hands in anew: without place, device and other metadata, upright, of a sane size.

Only the picture goes on: whatever else a file carried, behind it or in it, is left behind.
"""

import io
import struct

from PIL import Image, ImageOps

from registry.refusals.procedure import DocumentRefused

PIXELS_MAX = 64_000_000
"""A JPEG of more is refused before it is unpacked; telephones make 50 million."""
PNG_PIXELS_MAX = 16_000_000
"""A PNG cannot be unpacked at a smaller scale; screens have 8 million."""
EDGE_MAX = 3_000
"""The longer edge of what is kept, in pixels: a page of A4 at 250 dots an inch."""
JPEG_QUALITY = 85
_STARTS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, EOFError, struct.error,
    Image.DecompressionBombError,
)  # fmt: skip
"""What the library raises for bytes that are no sound picture."""
_PLAIN_MODES = {"JPEG": ("L", "RGB"), "PNG": ("1", "L", "LA", "P", "RGB", "RGBA")}


def rewrite(content: bytes) -> bytes:
    """A JPEG or PNG written anew from its picture alone; other content as it is.

    Refuses ``DocumentRefused`` for what begins like a picture and is none, and for one that is too large.
    """
    kind = next((kind for start, kind in _STARTS.items() if content.startswith(start)), None)
    if kind is None:
        return content
    try:
        with Image.open(io.BytesIO(content), formats=(kind,)) as picture:
            if picture.width * picture.height > (PIXELS_MAX if kind == "JPEG" else PNG_PIXELS_MAX):
                raise DocumentRefused("图片过大，请缩小后再上传")
            picture.draft("RGB", (EDGE_MAX, EDGE_MAX))  # a large JPEG is unpacked at a smaller scale at once
            picture.thumbnail((EDGE_MAX, EDGE_MAX))
            ImageOps.exif_transpose(picture, in_place=True)
            return _write(picture, kind)
    except _BROKEN:
        raise DocumentRefused("图片不能打开，可能已经损坏") from None


def _write(picture: Image.Image, kind: str) -> bytes:
    plain = picture if picture.mode in _PLAIN_MODES[kind] else picture.convert("RGB")
    clean = Image.new(plain.mode, plain.size)
    if plain.mode == "P":
        clean.putpalette(plain.getpalette() or [])
    clean.paste(plain)  # a new picture has no info: neither comments nor profiles are written
    out = io.BytesIO()
    clean.save(out, kind, quality=JPEG_QUALITY) if kind == "JPEG" else clean.save(out, kind)
    return out.getvalue()
