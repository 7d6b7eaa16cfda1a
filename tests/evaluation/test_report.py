"""The report is well-formed, whole, needs no network, and says nothing it was not told."""

import dataclasses
import html.parser
import re

import pytest

from tests.evaluation.small import deblurrer, write_pairs
from tfdeblur.data import folder_pairs
from tfdeblur.evaluation import evaluate

NAMES = ["a/0", "a/1", "b/<script>alert(1)<|script>", "b/&amp;", 'c/" onerror="x', "c/ünï", "d/6"]
VOID = {"meta", "img", "input", "br"}


class Page(html.parser.HTMLParser):
    """Elements, texts and attributes of a page; raises where tags do not match."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.texts = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def having(self, tag, **wanted):
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and wanted.items() <= attributes.items()
        ]

    def text_of(self, tag):
        return [text for name, text in self.texts if name == tag]


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    root = tmp_path_factory.mktemp("report")
    source = folder_pairs(**write_pairs(root / "pairs", NAMES))
    source = dataclasses.replace(source, name="<b>bold</b>")
    summary = evaluate(deblurrer(), source, root / "out")
    return summary, (root / "out" / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(evaluated):
    return Page(evaluated[1])


def test_all_sections_are_there(page):
    sections = [attributes["id"] for attributes in page.having("section")]
    assert sections == ["numbers", "provenance", "distributions", "examples", "videos", "images"]
    assert "$" not in "".join(page.text_of("p") + page.text_of("td") + page.text_of("h1"))


def test_nothing_comes_from_elsewhere(evaluated, page):
    for tag, attributes in page.elements:
        for name in ("src", "href", "srcset", "data", "action"):
            assert attributes.get(name, "data:image/jpeg;base64,").startswith("data:image/jpeg"), (
                tag
            )
    assert page.having("link") == [] and page.having("iframe") == []
    assert not re.search(r"https?://|url\(|@import|fetch\(|XMLHttp", evaluated[1])
    [policy] = page.having("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none'; img-src data:;")


def test_names_are_text_and_nothing_else(page):
    cells = page.text_of("td")
    assert set(NAMES) <= set(cells)
    assert " on <b>bold</b>" in page.text_of("h1")[0]
    assert len(page.having("script")) == 1
    assert not any("onerror" in attributes for _, attributes in page.elements)


def test_numbers_are_those_of_the_summary(evaluated, page):
    summary, _ = evaluated
    assert f"{summary['psnr_db']:.2f}" in page.text_of("b")
    assert f"{summary['ssim_matlab3d']:.4f}" in page.text_of("b")
    facts = page.text_of("td")
    assert summary["weights_sha256"] in facts and summary["pairs_sha256"] in facts
    assert f"{summary['multiply_adds']:,}" in facts
    assert not any("ms" in text.split() for text in facts)  # times would make reports differ


def test_worst_median_and_best_with_a_slider_and_crops(page):
    kinds = [text for text in page.text_of("span") if text in ("worst", "median", "best")]
    assert kinds == ["worst"] * 2 + ["median"] * 2 + ["best"] * 2
    assert len(page.having("input", type="range")) == 6
    images = [attributes["alt"] for attributes in page.having("img")]
    for side in ("blurred", "restored", "sharp"):
        assert images.count(side) == 6 * 3  # whole, and two crops
    # Only the image that is chosen lies on the left.
    assert all("hidden" in image for image in page.having("img", **{"data-side": "sharp"}))
    captions = page.text_of("figcaption")
    assert captions == ["largest improvement", "largest remaining error"] * 6


def test_every_image_has_a_row_and_every_heading_a_button(page):
    headings = page.text_of("button")
    assert headings.count("image") == headings.count("video") == 1
    assert headings.count("PSNR (dB)") == 2
    assert len(page.having("table", **{"class": "sortable"})) == 2
    num_videos = 4
    assert len(page.having("tr")) == len(page.having("th")) - len(headings) + 2 + 7 + num_videos


def test_charts_have_marks_for_all_images(page):
    assert len(page.having("svg")) == 3
    assert len(page.having("circle")) == 7
    assert {"blurred", "restored"} == {bar["class"] for bar in page.having("rect")}
