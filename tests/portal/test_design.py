"""The design keeps its promises: weight, contrast, nothing inline, nothing from elsewhere."""

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted(
    path
    for path in (ROOT / "templates").rglob("*.html")
    if "mail" not in path.parts  # an e-mail has no style sheet
)
TOKENS = dict(
    re.findall(r"--([\w-]+):\s*([^;]+);", (STATIC / "css/tokens.css").read_text(encoding="utf-8"))
)
TEXT = [  # ink, and the ground it is printed on
    ("ink", "bg"),
    ("ink", "surface"),
    ("ink", "sunken"),
    ("ink-2", "bg"),
    ("ink-2", "surface"),
    ("ink-2", "sunken"),
    ("ink-3", "bg"),
    ("ink-3", "sunken"),
    ("on-brand", "brand"),
    ("on-brand", "brand-hover"),
    ("on-bad", "bad"),
    ("link", "bg"),
    ("link", "surface"),
    ("link", "sunken"),
    ("bad", "surface"),
    *((kind, f"{kind}-bg") for kind in ("ok", "info", "warn", "bad", "mute")),
    *(("ink", f"{kind}-bg") for kind in ("ok", "info", "warn", "bad", "mute")),
]
SHAPES = [("field", "surface"), ("field", "bg"), ("brand", "surface"), ("focus", "focus-ring")]


def colours(name: str) -> list[str]:
    """A token's light and dark colour."""
    found = re.findall(r"#[0-9A-Fa-f]{6}", TOKENS[name])
    return found * (2 // len(found))


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_every_text_can_be_read(ink, ground, theme):
    place = ["light", "dark"].index(theme)
    assert contrast(colours(ink)[place], colours(ground)[place]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_every_border_and_ring_can_be_seen(shape, ground, theme):
    place = ["light", "dark"].index(theme)
    assert contrast(colours(shape)[place], colours(ground)[place]) >= 3


def test_the_style_sheets_are_light():
    sheets = [STATIC / f"css/{name}.css" for name in ("tokens", "base", "components", "print")]
    source = [sheet.read_bytes() for sheet in sheets]

    assert sum(map(len, source)) <= 40_960
    # On a screen, print.css waits until all else is done.
    assert sum(len(gzip.compress(one, 9)) for one in source[:3]) <= 10_240


def test_the_script_is_light():
    assert len((STATIC / "js/portal.js").read_bytes()) <= 6_000
    assert len((STATIC / "js/upload.js").read_bytes()) <= 4_000  # on pages of documents only


def test_the_fonts_are_light_and_come_with_their_licences():
    fonts = {path.name: path.stat().st_size for path in (STATIC / "fonts").glob("*.woff2")}

    assert fonts["source-sans-3-latin.woff2"] <= 30_000
    assert fonts["atkinson-hyperlegible-mono-latin.woff2"] <= 18_000
    for family in ("source-sans-3", "atkinson-hyperlegible-mono"):
        licence = (STATIC / f"fonts/{family}-OFL.txt").read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_the_style_sheets_ask_for_nothing_from_elsewhere():
    for sheet in (STATIC / "css").glob("*.css"):
        source = sheet.read_text(encoding="utf-8")
        assert not re.search(r"https?:|url\(\s*[\"']?(//|data:)|@import", source), sheet


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_passes_the_strict_policy(path):
    source = path.read_text(encoding="utf-8")

    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=[\"']|javascript:|\shx-on", source)
    # What a script tag holds is data, or nothing.
    for tag, inside in re.findall(r"<script\b([^>]*)>(.*?)</script>", source, re.DOTALL):
        assert "application/json" in tag or not inside.strip()
    # What a page loads is its own; a link that a person follows may lead out.
    assert not re.search(r"(src|action)=[\"'](https?:)?//|<link[^>]+href=[\"'](https?:)?//", source)


@pytest.mark.parametrize("path", sorted((ROOT / "templates/components").glob("*.html")))
def test_a_component_says_what_it_takes(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("{# ")
    assert "Takes" in first
