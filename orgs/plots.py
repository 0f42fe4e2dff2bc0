"""Plots: values over time as points and ticks, for the SVG of `components/plot.html`. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

WIDTH: Final = 720
HEIGHT: Final = 240
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 28
MOST_TICKS = 5
STEPS = (1, 2, 5)

Values = Sequence[float | int | None]


@dataclass(frozen=True)
class Line:
    """One series: its pieces (it breaks where there is no value) and its dots."""

    label: Any
    kind: str
    """Which of the style sheet's lines: a or b."""
    pieces: list[str]
    dots: list[tuple[float, float]]


@dataclass(frozen=True)
class Plot:
    lines: list[Line]
    y_ticks: list[tuple[float, str]]
    x_ticks: list[tuple[float, Any]]
    rule: float | None = None
    rule_label: Any = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = field(default=WIDTH - RIGHT)
    bottom: int = field(default=HEIGHT - BOTTOM)


def plot(
    labels: Sequence[Any],
    series: Sequence[tuple[Any, Values]],
    *,
    rule: float | None = None,
    rule_label: Any = "",
) -> Plot:
    """Two series at most over the same labels; `rule` is a level to compare them with."""
    known = [value for _label, values in series for value in values if value is not None]
    top, step = scale(max([*known, rule or 0, 1]))
    lines = [
        Line(label, "ab"[place], list(_pieces(values, top)), list(_dots(values, top)))
        for place, (label, values) in enumerate(series)
    ]
    ticks = [n * step for n in range(round(top / step) + 1)]
    return Plot(
        lines=lines,
        y_ticks=[(_y(tick, top), f"{tick:g}") for tick in ticks],
        x_ticks=list(_x_ticks(labels)),
        rule=None if rule is None else _y(rule, top),
        rule_label=rule_label,
    )


def scale(most: float) -> tuple[float, float]:
    """The end of an axis that holds `most`, and the step between its ticks: 1, 2 or 5 × 10ⁿ."""
    power = 1.0
    while True:
        for step in STEPS:
            if most / (step * power) <= MOST_TICKS:
                size = step * power
                return size * max(1, -(-most // size)), size
        power *= 10


def _x(place: int, count: int) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / count, 1)


def _y(value: float, top: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top), 1)


def _dots(values: Values, top: float) -> Iterator[tuple[float, float]]:
    for place, value in enumerate(values):
        if value is not None:
            yield _x(place, len(values)), _y(value, top)


def _pieces(values: Values, top: float) -> Iterator[str]:
    piece: list[str] = []
    for place, value in enumerate([*values, None]):
        if value is not None:
            piece.append(f"{_x(place, len(values))},{_y(value, top)}")
        elif piece:
            yield " ".join(piece)
            piece = []


def _x_ticks(labels: Sequence[Any]) -> Iterator[tuple[float, Any]]:
    every = max(1, -(-len(labels) // MOST_TICKS))
    for place in range(0, len(labels), every):
        yield _x(place, len(labels)), labels[place]
