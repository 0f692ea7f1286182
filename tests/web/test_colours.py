"""The colours of both themes, computed from the tokens: contrast of texts and shapes, also in grey and for three dichromacies."""

import re
from itertools import combinations
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "api" / "web"
TOKENS = WEB / "shared" / "style" / "tokens.css"
SEVERITY = WEB / "shared" / "parts" / "severity.tsx"
Rgb = tuple[float, float, float]
"""Linear, 0 to 1."""
# Viénot, Brettel and Mollon 1999 for the first two; Brettel, Viénot and Mollon 1997 (one plane) for tritanopia. On linear RGB.
EYES: dict[str, tuple[Rgb, Rgb, Rgb]] = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
    "deuteranopia": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
    "tritanopia": ((1, 0.14461, -0.14461), (0, 0.85924, 0.14076), (0, 0.85924, 0.14076)),
    "grey": ((0.2126, 0.7152, 0.0722),) * 3,
}
GROUNDS = ("ground", "sheet", "accent-soft", "critical-soft")
"""Under a severity mark: page, pane, the selected row, a row of distress."""
WORDS = ("ink", "ink-2", "ink-3", "accent", "critical", "high", "normal", "low", "good", "stale")
TEXTS = {
    **dict.fromkeys(WORDS, ("ground", "sheet", "raised")),
    "accent-ink": ("accent",),
    "on-critical": ("critical-fill",),
    "on-high": ("high-fill",),
    "cell-ink": ("map-land", "map-city"),
}
SHAPES = ("critical-fill", "high", "normal", "low")
"""What outlines each severity: the triangle of `high` has an edge, because its fill is bright in the light theme."""
TEXT_CONTRAST, SHAPE_CONTRAST = 4.5, 3.0


def themes() -> dict[str, dict[str, Rgb]]:
    """Tokens by theme and name, without the leading dashes."""
    css = TOKENS.read_text("utf-8")
    light = css[css.index(":root {") : css.index("@media (prefers-color-scheme: dark)")]
    dark = css[css.index(':root[data-theme="dark"]') : css.index(':root[data-theme="light"]')]
    base = colours(light)
    return {"light": base, "dark": base | colours(dark)}


def colours(css: str) -> dict[str, Rgb]:
    return {name: linear(value) for name, value in re.findall(r"--([a-z0-9-]+): #([0-9a-f]{6})", css)}


def linear(value: str) -> Rgb:
    def of(at: int) -> float:
        part = int(value[at : at + 2], 16) / 255
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    return of(0), of(2), of(4)


def seen(colour: Rgb, eye: str) -> Rgb:
    red, green, blue = (
        min(1.0, max(0.0, sum(share * part for share, part in zip(row, colour, strict=True)))) for row in EYES[eye]
    )
    return red, green, blue


def contrast(one: Rgb, other: Rgb) -> float:
    """WCAG 2.2, 1 to 21."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: Rgb) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def test_the_dark_block_stands_twice_and_alike() -> None:
    css = TOKENS.read_text("utf-8")
    by_system = css[css.index(':root:not([data-theme="light"])') : css.index(':root[data-theme="dark"]')]
    by_choice = css[css.index(':root[data-theme="dark"]') : css.index(':root[data-theme="light"]')]

    assert colours(by_system) == colours(by_choice)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_are_read_on_their_grounds(theme: str) -> None:
    tokens = themes()[theme]

    weak = {
        f"{text} on {ground}": round(contrast(tokens[text], tokens[ground]), 2)
        for text, grounds in TEXTS.items()
        for ground in grounds
        if contrast(tokens[text], tokens[ground]) < TEXT_CONTRAST
    }
    assert weak == {}


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_shapes_of_severity_stand_out_for_every_eye(theme: str, eye: str) -> None:
    tokens = themes()[theme]

    weak = {
        f"{shape} on {ground}": round(contrast(seen(tokens[shape], eye), seen(tokens[ground], eye)), 2)
        for shape in SHAPES
        for ground in GROUNDS
        if contrast(seen(tokens[shape], eye), seen(tokens[ground], eye)) < SHAPE_CONTRAST
    }
    assert weak == {}


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_two_filled_shapes_differ_in_brightness_for_every_eye(theme: str, eye: str) -> None:
    tokens = themes()[theme]
    fills = (tokens["critical-fill"], tokens["high-fill"])

    assert contrast(*(seen(fill, eye) for fill in fills)) >= 1.5


def test_each_severity_has_a_shape_of_its_own() -> None:
    code = SEVERITY.read_text("utf-8")
    shapes = dict(re.findall(r"^  (critical|high|normal|low): \(\) => (<.+>),$", code, re.MULTILINE))

    assert len(shapes) == 4
    assert all(one != other for one, other in combinations(shapes.values(), 2))
