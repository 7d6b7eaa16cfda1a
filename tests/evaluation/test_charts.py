"""Charts drawn from values whose places are known."""

import xml.etree.ElementTree as ElementTree

import pytest

from tfdeblur.evaluation.charts import MAX_MARKS, histograms, scatter


def elements(svg, tag):
    return list(ElementTree.fromstring(svg).iter(tag))


def numbers(element, *names):
    return [float(element.get(name)) for name in names]


def test_bars_are_as_high_as_there_are_images():
    bars = elements(histograms([1.0, 1.0, 1.0, 9.0], [5.0], "dB"), "rect")
    heights = {}
    for bar in bars:
        heights.setdefault(bar.get("class"), []).append(numbers(bar, "height")[0])
    assert heights["restored"][0] == pytest.approx(3 * heights["restored"][1], abs=0.2)
    assert heights["blurred"] == [heights["restored"][1]]
    left = {bar.get("class"): numbers(bar, "x")[0] for bar in bars}
    assert left["blurred"] < left["restored"]


def test_no_fraction_of_an_image_is_marked():
    labels = [text.text for text in elements(histograms([1.0], [2.0], "dB"), "text")]
    assert "1" in labels and "0.5" not in labels[-5:]


@pytest.mark.parametrize("value", [0.0, 25.0, -3.0])
def test_equal_values_make_a_chart_all_the_same(value):
    assert len(elements(histograms([value] * 4, [value] * 4, "dB"), "rect")) == 2
    assert len(elements(scatter([(value, value, "a")], "x", "y"), "circle")) == 1


def test_marks_lie_where_their_values_are():
    svg = scatter([(0, 0, "a"), (10, 5, "<b>"), (5, 2.5, "c")], "x", "y")
    a, b, c = (numbers(circle, "cx", "cy") for circle in elements(svg, "circle"))
    assert a[0] < b[0] and a[1] > b[1]
    assert c == [pytest.approx((a[i] + b[i]) / 2, abs=0.1) for i in (0, 1)]
    assert "<b>: 10.00, +5.00" in [title.text for title in elements(svg, "title")]


def test_the_number_of_marks_is_bounded():
    points = [(i, i, str(i)) for i in range(2 * MAX_MARKS + 1)]
    assert len(elements(scatter(points, "x", "y"), "circle")) <= MAX_MARKS


def test_ticks_are_round_numbers_in_view():
    labels = [
        text.text for text in elements(scatter([(21.3, 1, ""), (33.9, 2, "")], "x", "y"), "text")
    ]
    assert [label for label in labels if label in ("20", "25", "30", "35")] == ["25", "30"]
