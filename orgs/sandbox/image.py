"""JPEG and PNG, written anew: upright, without what a camera or a joker put beside the picture."""

import io
from collections.abc import Iterator
from typing import Any, Final

from PIL import Image, ImageOps

from orgs.sandbox.limits import (
    FULL_PIXELS,
    MAX_DECODED,
    MAX_PIXELS,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Refused,
)

Image.MAX_IMAGE_PIXELS = None  # we look at the size ourselves, before anything is decoded

# Bytes of a pixel while it is worked on: decoded, and made plain.
COST: Final = {"1": 1, "L": 1, "I;16": 7, "P": 5, "LA": 4, "RGB": 4, "RGBA": 4}


def rewrite(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The picture alone, in its own format."""
    image = opened(data)
    made = io.BytesIO()
    if image.format == "PNG":
        plain(image).save(made, "PNG")
    else:
        plain(image).save(made, "JPEG", quality=85)
    return {"pages": 1}, made.getvalue()


def pages(data: bytes, _first: int, _last: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """An image is its own only page."""
    yield framed(1, 1, plain(opened(data)))


def framed(number: int, total: int, image: Image.Image) -> tuple[dict[str, Any], bytes]:
    """The picture of one page, small enough to be sent by the dozen."""
    image.thumbnail((PAGE_WIDTH, PAGE_HEIGHT))
    made = io.BytesIO()
    image.convert("RGB").save(made, "WEBP", quality=80, method=2)
    about = {"number": number, "total": total, "width": image.width, "height": image.height}
    return about, made.getvalue()


def opened(data: bytes) -> Image.Image:
    """The image, recognized and not decoded yet. Raises Refused when it would be too much."""
    image = Image.open(io.BytesIO(data), formats=["JPEG", "PNG"])
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        raise Refused("too_many_pixels")
    if image.format != "PNG":
        # A progressive photograph is whole in memory before its first pixel is.
        if image.info.get("progressive") and pixels * 3 > MAX_DECODED * 3 // 2:
            raise Refused("too_many_pixels")
        if pixels > FULL_PIXELS:
            image.draft(image.mode, (image.width // 2, image.height // 2))
        pixels = image.width * image.height
    if pixels * COST.get(image.mode, 4) > MAX_DECODED:
        raise Refused("too_many_pixels")
    return image


def plain(image: Image.Image) -> Image.Image:
    """Decoded, upright, in grey or colour on white."""
    if image.mode == "P":
        has_alpha = "transparency" in image.info
        image = in_mode(image, "RGBA" if has_alpha else "RGB")
    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode not in {"1", "L"} and image.width * image.height > FULL_PIXELS:
        exif, image = image.getexif(), image.reduce(2)
        image.info["exif"] = exif.tobytes()
    image = ImageOps.exif_transpose(image)
    if image.mode in {"RGBA", "LA", "PA"}:
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    elif image.mode not in {"1", "L", "RGB"}:
        image = image.convert("RGB")
    image.info.clear()
    return image


def in_mode(image: Image.Image, mode: str) -> Image.Image:
    """In another mode, and still knowing which way is up."""
    made = image.convert(mode)
    made.info["exif"] = image.getexif().tobytes()
    return made
