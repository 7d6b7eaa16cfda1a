"""Tables tell what may be compared, and are not stale."""

import dataclasses
import re

import pytest

from tests.tools.ledger_lines import MEASURED, ROW, changed, official, paper_value
from tools import render_tables
from tools.ledger import read_paper_values

VALUES = [
    paper_value("psnr", "30.21"),
    paper_value("ssim_matlab3d", "0.9345"),
    paper_value("runtime", "17", unit="ms"),
]
DASH = render_tables.DASH


def line_of(page, start):
    [line] = [line for line in page.splitlines() if line.startswith(f"| {start}")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def cells(*runs):
    page = render_tables.paper_page("Zhang19", VALUES, list(runs))
    [line] = re.findall(r"^\| \[?DMPHN\(1-2-4\).*$", page, re.MULTILINE)
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_what_is_generated_is_up_to_date():
    stale = [file for file, text in render_tables.rendered().items() if file.read_text() != text]
    assert stale == [], "run `python -m tools.render_tables` and commit the result"


def test_a_row_never_run_shows_dashes():
    assert cells() == ["30.21", DASH, DASH, "0.9345", DASH, DASH, "17 ms", DASH]


def test_a_whole_run_shows_its_difference():
    assert cells(MEASURED) == [
        *("30.21", "30.11", "-0.10", "0.9345", "0.9300", "-0.0045", "17 ms", "`measured`")
    ]


@pytest.mark.parametrize(
    ("run", "status"),
    [
        (official(), "`official_weights`, 4 of 1,111 images"),
        (changed(status="partial", steps="500"), "`partial`, 500 of 1,000 steps"),
        (
            changed(status="partial", steps="500", num_images="4"),
            "`partial`, 4 of 1,111 images, 500 of 1,000 steps",
        ),
    ],
)
def test_a_part_shows_no_difference(run, status):
    assert cells(run) == ["30.21", "(30.11)", DASH, "0.9345", "(0.9300)", DASH, "17 ms", status]


def test_smoke_and_other_quantisations_are_not_shown():
    assert cells(changed(status="smoke"), changed(quantisation="floor")) == cells()


def test_the_best_run_is_shown():
    better_known = changed(psnr_db="29.0000")
    assert cells(better_known, official())[1] == "29.00"
    assert cells(official(), official(num_images="1111", psnr_db="28.0000"))[1] == "28.00"
    assert cells(MEASURED, better_known)[1] == "29.00", "the newest of equals"


def test_every_reported_number_is_on_its_page():
    values = read_paper_values()
    for paper in render_tables.TITLES:
        page = render_tables.paper_page(paper, values, [])
        for value in values:
            if value.paper == paper:
                assert re.search(rf"\| {re.escape(value.value)}( |$)", page)
                assert value.note in page


def test_headline_rows_exist():
    assert set(render_tables.HEADLINE_ROWS) <= {value.row_name for value in read_paper_values()}
    assert "| (30.11) |" in render_tables.headline(read_paper_values(), [official()])


def test_definitions_are_shown_side_by_side():
    runs = [
        official(),
        official(quantisation="floor", psnr_db="30.0900", ssim_matlab3d="0.9290"),
        official(quantisation="float", psnr_db="30.1400"),
    ]
    page = render_tables.definitions_page(runs)
    assert line_of(page, "blurred image") == ["25.64", "0.8500", "0.7800", "0.7600"]
    assert line_of(page, "`round`") == ["30.11", "0.9300", "0.9000", "0.8900"]
    assert line_of(page, "spread") == ["0.05", "0.0010", "0.0000", "0.0000"]
    assert "up to 0.05 dB and an SSIM by up to 0.0010" in page
    assert "moves it by up to 0.040 for identical restored images and 0.090 for blurred" in page


def test_definitions_are_compared_on_the_same_weights_and_images_only():
    runs = [
        official(),
        official(quantisation="floor", weights_sha256="e" * 64),
        official(quantisation="float", pairs_sha256="f" * 64),
    ]
    assert "spread |" not in render_tables.definitions_page(runs)


def test_the_block_between_its_markers_is_replaced():
    begin, end = "<!-- a:begin; by tools/render_tables.py -->", "<!-- a:end -->"
    once = render_tables.with_block(f"before\n{begin}\nold\n{end}\nafter\n", "a", "new\n")
    assert once == f"before\n{begin}\n\nnew\n\n{end}\nafter\n"
    assert render_tables.with_block(once, "a", "new\n") == once
    with pytest.raises(ValueError, match="Expected the lines"):
        render_tables.with_block(once, "b", "new")


def test_depths_of_a_stack_are_shown_on_the_same_images_only():
    stack = {"rows": "", "config": "stack2_dmphn"}
    whole = official(**stack, psnr_db="29.2000", multiply_adds="1374200000000")
    first = official(**stack, depth="1", psnr_db="28.2000", multiply_adds="687100000000")
    block = render_tables.depths([official(), whole, first])
    assert line_of(block, "1") == ["28.20 dB", "687"]
    assert line_of(block, "all") == ["29.20 dB", "1374"]
    elsewhere = dataclasses.replace(first, pairs_sha256="f" * 64)
    assert "|" not in render_tables.depths([whole, elsewhere])
    second = dataclasses.replace(first, depth="2")
    assert "|" not in render_tables.depths([first, second]), "no run of the whole stack"


def test_the_stack_that_was_run_last_is_shown():
    old, new = (
        [official(config=config, rows="", depth=d, multiply_adds="1") for d in ("", "1")]
        for config in ("stack2_dmphn", "stack3_dmphn")
    )
    assert "`stack3_dmphn`" in render_tables.depths([*old, *new])
    assert "`stack2_dmphn`" in render_tables.depths([*old, *new, old[1]])


def test_rows_of_the_test_are_those_of_the_ledger():
    assert ROW in {value.row_name for value in read_paper_values()}
