"""Small charts as SVG that stands in a page and takes its colours from it.

Classes, for the page's style sheet: `restored` and `blurred` for marks, `axis` for
lines and `label` for text.
"""

import html
import math
from collections.abc import Sequence

import numpy as np

_WIDTH, _HEIGHT = 420, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 10, 40
_NUM_BINS = 24

# More marks than this only make the page heavy.
MAX_MARKS = 2000


def histograms(restored: list[float], blurred: list[float], label: str) -> str:
    """Two overlaid histograms over the same bins; `label` is that of the values."""
    least, most = _range([*restored, *blurred])
    edges = np.linspace(least, most, _NUM_BINS + 1)
    counts = {
        name: np.histogram(values, edges)[0]
        for name, values in (("blurred", blurred), ("restored", restored))
    }
    highest = max(1, *(int(count.max()) for count in counts.values()))
    frame = _Frame((least, most), (0, highest), least_y_step=1)
    bars = [
        f'<rect class="{name}" x="{frame.x(left):.1f}" y="{frame.y(n):.1f}" '
        f'width="{frame.x(right) - frame.x(left):.1f}" '
        f'height="{frame.y(0) - frame.y(n):.1f}"><title>{name}: {n} from '
        f"{left:.4g} to {right:.4g}</title></rect>"
        for name, count in counts.items()
        for left, right, n in zip(edges, edges[1:], count, strict=False)
        if n
    ]
    return frame.svg(bars, label, "images")


def scatter(points: list[tuple[float, float, str]], x_label: str, y_label: str) -> str:
    """A mark per (x, y, name), with a line where y is 0 if that is in view."""
    points = points[:: math.ceil(len(points) / MAX_MARKS)]
    xs, ys, _ = zip(*points, strict=True)
    frame = _Frame(_range(xs), _range([*ys, 0]))
    zero = frame.y(0)
    marks = [f'<path class="axis" d="M{_LEFT} {zero:.1f}H{_WIDTH - _RIGHT}"/>']
    marks += [
        f'<circle class="restored" cx="{frame.x(x):.1f}" cy="{frame.y(y):.1f}" r="3">'
        f"<title>{html.escape(name)}: {x:.2f}, {y:+.2f}</title></circle>"
        for x, y, name in points
    ]
    return frame.svg(marks, x_label, y_label)


class _Frame:
    """Where values lie in a chart, and its axes."""

    def __init__(
        self,
        x_range: tuple[float, float],
        y_range: tuple[float, float],
        least_y_step: float = 0.0,
    ) -> None:
        self._x_range, self._y_range = x_range, y_range
        self._least_y_step = least_y_step

    def x(self, value: float) -> float:
        least, most = self._x_range
        return _LEFT + (value - least) / (most - least) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        least, most = self._y_range
        return _HEIGHT - _BOTTOM - (value - least) / (most - least) * (_HEIGHT - _TOP - _BOTTOM)

    def svg(self, marks: list[str], x_label: str, y_label: str) -> str:
        bottom = _HEIGHT - _BOTTOM
        axes = [f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{_WIDTH - _RIGHT}"/>']
        for value in _ticks(*self._x_range):
            x = self.x(value)
            axes.append(f'<path class="axis" d="M{x:.1f} {bottom}v4"/>')
            axes.append(_text(x, bottom + 16, f"{value:g}", "middle"))
        least, most = self._y_range
        for value in _ticks(least, most, self._least_y_step):
            y = self.y(value)
            axes.append(f'<path class="axis" d="M{_LEFT} {y:.1f}h-4"/>')
            axes.append(_text(_LEFT - 7, y + 4, f"{value:g}", "end"))
        axes.append(_text((_LEFT + _WIDTH) / 2, _HEIGHT - 6, x_label, "middle"))
        turned = f'transform="rotate(-90 11 {bottom / 2})"'
        axes.append(_text(11, bottom / 2, y_label, "middle", turned))
        return (
            f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            f'aria-label="{html.escape(y_label)} against {html.escape(x_label)}">'
            f"{''.join([*marks, *axes])}</svg>"
        )


def _text(x: float, y: float, content: str, anchor: str, more: str = "") -> str:
    return (
        f'<text class="label" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>'
        f"{html.escape(content)}</text>"
    )


def _range(values: Sequence[float]) -> tuple[float, float]:
    """(least, most), never equal."""
    least, most = min(values), max(values)
    margin = 0.02 * (most - least) or 0.5 * abs(most) or 0.5
    return least - margin, most + margin


def _ticks(least: float, most: float, least_step: float = 0.0) -> list[float]:
    """Up to eight round numbers between the two, `least_step` or more apart."""
    rough = (most - least) / 5
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude >= rough)
    step = max(step, least_step)
    count = range(math.ceil(least / step), math.floor(most / step) + 1)
    return [round(i * step, 12) for i in count]
