r"""Renders the tables of experiments/ and of the README from the experiment ledger.

  python -m tools.render_tables           # writes what has changed
  python -m tools.render_tables --check   # writes nothing; fails when something is stale

Run it in the project's folder after every `tools.record_result`; a test runs the check.
"""

import sys
from pathlib import Path

from absl import app, flags

from tfdeblur.pretrained.catalog import catalog_rows
from tfdeblur.system.atomic_write import atomic_write
from tools.ledger import (
    COMPARED_METRICS,
    METRICS,
    PROJECT,
    QUANTISATIONS,
    SSIMS,
    STATUSES,
    read_paper_configs,
    read_paper_values,
    read_runs,
)

DASH = "–"  # noqa: RUF001
GENERATED = "<!-- Written by tools/render_tables.py. Do not edit. -->"

TITLES = {
    "Gao19": "Gao et al. 2019: PSS-NSC",
    "Zhang19": "Zhang et al. 2019: DMPHN",
}
# Rows of the README: the papers' best networks and those whose weights were released.
HEADLINE_ROWS = (
    "Gao19/Table 3/Ours",
    "Gao19/Table 3/Ours+",
    "Zhang19/Table 1/DMPHN(1-2-4)",
    "Zhang19/Table 1/DMPHN(1-2-4-8)",
    "Zhang19/Table 1/Stack(2)-DMPHN",
    "Zhang19/Table 1/Stack(4)-DMPHN",
    "Zhang19/Table 1/Stack(2)-VMPHN",
)
_METRICS = ("psnr", "ssim_matlab3d", "parameters", "size", "runtime")  # columns, from the left
_COMPARED = {"psnr": ("PSNR (dB)", 2), "ssim_matlab3d": ("SSIM", 4)}
_LEGEND = f"""\
A row with a link has a configuration here; the others, networks of other groups and the blurred
input, have none. {DASH} was never run. Ours are of outputs rounded to 8 bits; SSIM is
`matlab3d`. A figure in parentheses is not over the images of the paper, or not after its
training, and shows no difference. The [protocol](README.md) explains this, and why times are
not compared."""

_INTRODUCTION = """\
The same weights restore the same images; only the way to say how good they are changes. The
output is `round`ed to 8 bits, cut to them (`floor`, what much old code did), or only clipped
(`float`); SSIM is MATLAB's on a colour image taken for a volume (`matlab3d`, the papers'), Wang
et al. 2004 per channel (`gaussian`), or scikit-image's default (`skimage`). All figures are
means over the images; spread is the largest minus the smallest of the restored ones."""

_WHOLE = ""  # the depth of a run of all units

_CHECK = flags.DEFINE_bool("check", False, "Only tell whether the tables are up to date.")


def main(argv):
    """Writes every stale file, or names it and fails."""
    if len(argv) > 1:
        raise app.UsageError(f"Received {argv[1:]}; expected flags only.")
    stale = [file for file, text in rendered().items() if _content(file) != text]
    if _CHECK.value and stale:
        names = ", ".join(str(file.relative_to(PROJECT)) for file in stale)
        sys.exit(f"Stale: {names}. Run `python -m tools.render_tables` and commit the result.")
    for file in stale:
        with atomic_write(file) as unfinished:
            unfinished.write_text(rendered()[file])
        print(file.relative_to(PROJECT))


def rendered():
    """{file: its whole text} for everything that is generated, from the ledger and the catalog."""
    values, runs = read_paper_values(), read_runs()
    readme = PROJECT / "README.md"
    text = with_block(readme.read_text(), "networks", networks())
    text = with_block(text, "presets", presets())
    text = with_block(text, "results", headline(values, runs))
    return {
        PROJECT / "experiments" / "gao2019.md": paper_page("Gao19", values, runs),
        PROJECT / "experiments" / "zhang2019.md": paper_page("Zhang19", values, runs),
        PROJECT / "experiments" / "metric_definitions.md": definitions_page(runs),
        readme: with_block(text, "depth", depths(runs)),
    }


def with_block(text, name, block):
    """`text` with `block` between the two markers of that name."""
    begin, end = f"<!-- {name}:begin; by tools/render_tables.py -->", f"<!-- {name}:end -->"
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"Expected the lines {begin} and {end}, in this order.")
    return f"{before}{begin}\n\n{block}\n{end}{after}"


def _content(file):
    return file.read_text() if Path(file).exists() else None


def paper_page(paper, values, runs):
    """The whole generated file of a paper."""
    values = [value for value in values if value.paper == paper]
    parts = [GENERATED, f"# {TITLES[paper]}", _LEGEND]
    for table in _unique(value.table for value in values):
        of_table = [value for value in values if value.table == table]
        parts += [f"## {table}", _table(of_table, runs), *_videos(of_table), *_notes(of_table)]
    return "\n\n".join(parts) + "\n"


def networks():
    """The networks whose weights can be had, for the README."""
    rows = [["network", "PSNR*", "1280x720**", "weights", "licence", "how to get them"]]
    for name, psnr, seconds, size, licence, how in catalog_rows():
        shown = f"`{how}`" if how.startswith("tfdeblur") else f"[{how}](tfdeblur/pretrained)"
        rows.append([f"`{name}`", psnr, seconds, size, licence, shown])
    return _markdown(rows) + "\n"


def presets():
    """All networks by name, for the README."""
    from tfdeblur.models.presets import PRESETS, architecture, unbuilt_network

    rows = [["name", "row of a paper", "parameters", "multiple of (height, width)*"]]
    for name, preset in PRESETS.items():
        height, width = unbuilt_network(architecture(name)).size_multiple
        row = "none" if preset.row.startswith("no row") else preset.row
        rows.append([f"`{name}`", row, f"{preset.num_parameters:,}", f"{height}, {width}"])
    return _markdown(rows) + "\n"


def headline(values, runs):
    """A few rows for the README."""
    rows = [["network", "PSNR (dB), paper", "ours", "SSIM, paper", "ours", "status"]]
    for row_name in HEADLINE_ROWS:
        of_row = [value for value in values if value.row_name == row_name]
        run = _best_run(of_row, runs)
        cells = [f"[{of_row[0].paper}] {of_row[0].table}, {of_row[0].row}"]
        for metric in _COMPARED:
            cells += _compared(_reported(of_row, metric), run)[:2]
        rows.append([*cells, _status(run)])
    return _markdown(rows) + "\n"


def _table(values, runs):
    configs = read_paper_configs()
    metrics = [metric for metric in _METRICS if any(value.metric == metric for value in values)]
    header = ["row"]
    for metric in metrics:
        header += _header(metric)
    rows = [[*header, "status"]]
    for row_name in _unique(value.row_name for value in values):
        of_row = [value for value in values if value.row_name == row_name]
        config, run = configs.get(row_name), _best_run(of_row, runs)
        name = of_row[0].row
        cells = [f"[{name}](../gin/{config.path})" if config else name]
        for metric in metrics:
            value = _reported(of_row, metric)
            if metric in _COMPARED:
                cells += _compared(value, run)
            elif metric == "runtime":
                cells.append(f"{value.value} {value.unit}" if value else "")
            else:
                cells += [value.value if value else "", _of_network(metric, config)]
        rows.append([*cells, _status(run)])
    return _markdown(rows)


def _header(metric):
    if metric in _COMPARED:
        return [f"{_COMPARED[metric][0]}, paper", "ours", "difference"]
    if metric == "runtime":
        return ["time, paper"]
    return [{"size": "MB, paper", "parameters": "10^6 parameters, paper"}[metric], "ours"]


def _compared(value, run):
    """Cells: reported, ours, difference."""
    if value is None:
        return ["", DASH, DASH]
    if run is None:
        return [value.value, DASH, DASH]
    digits = _COMPARED[value.metric][1]
    ours = float(getattr(run, COMPARED_METRICS[value.metric]))
    if not run.can_be_compared_with(value):
        return [value.value, f"({ours:.{digits}f})", DASH]
    return [value.value, f"{ours:.{digits}f}", f"{ours - float(value.value):+.{digits}f}"]


def _of_network(metric, config):
    """Our size in the unit of the papers: four bytes a parameter, 10^6 bytes a megabyte."""
    if config is None:
        return ""
    millions = config.num_parameters / 1e6
    return f"{4 * millions:.1f}" if metric == "size" else f"{millions:.2f}"


def _best_run(values, runs):
    """The run to show for a row: the best status, the most images, the newest."""
    candidates = [
        run
        for run in runs
        if values[0].row_name in run.row_names
        and run.status != "smoke"
        and run.quantisation == "round"
    ]
    order = list(STATUSES)
    return max(
        reversed(candidates),  # max takes the first of equals
        key=lambda run: (-order.index(run.status), int(run.num_images)),
        default=None,
    )


def _status(run):
    if run is None:
        return DASH
    fewer = []
    if not run.is_on_whole_set:
        fewer.append(f"{run.num_images} of {int(run.num_images_in_set):,} images")
    if run.steps and int(run.steps) < int(run.paper_steps):
        fewer.append(f"{int(run.steps):,} of {int(run.paper_steps):,} steps")
    if run.changes:
        fewer.append(f"with {run.changes}")
    return ", ".join([f"`{run.status}`", *fewer])


def _videos(values):
    """The paper's figures of single videos, as reported."""
    of_videos = [value for value in values if "#" in value.dataset]
    if not of_videos:
        return []
    numbers = _unique("#" + value.dataset.partition("#")[2] for value in of_videos)
    rows = [["PSNR (dB) of the paper, by video", *numbers]]
    for row in _unique(value.row for value in of_videos):
        rows.append([row, *(value.value for value in of_videos if value.row == row)])
    return [_markdown(rows)]


def _notes(values):
    notes = _unique(value.note for value in values if value.note)
    lines = []
    for note in notes:
        rows = _unique(value.row for value in values if value.note == note)
        lines.append(f"- {', '.join(rows)}: {note}")
    return ["\n".join(lines)] if lines else []


def _reported(values, metric):
    """The value of a row over its whole set."""
    found = [value for value in values if value.metric == metric and "#" not in value.dataset]
    return found[0] if found else None


def _markdown(rows):
    """A table of rows of text, the first its header."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def _unique(items):
    return list(dict.fromkeys(items))


def definitions_page(runs):
    """The whole generated file, from the runs of the authors' weights."""
    parts = [GENERATED, "# How much the definitions change", _INTRODUCTION]
    groups = _definition_groups(runs)
    parts += [_definitions_table(group) for group in groups]
    if groups:
        parts += ["## What to take from it", _lessons(groups)]
    return "\n\n".join(parts) + "\n"


def _definition_groups(runs):
    """Runs equal but for the quantisation, in the order of `QUANTISATIONS`."""
    by_rest: dict[tuple, dict] = {}
    for run in runs:
        if run.status == "official_weights":
            rest = (run.weights_sha256, run.depth, run.pairs_sha256, run.precision)
            by_rest.setdefault(rest, {})[run.quantisation] = run
    return [
        [group[quantisation] for quantisation in QUANTISATIONS]
        for group in by_rest.values()
        if set(group) == set(QUANTISATIONS)
    ]


def _definitions_table(group):
    first = group[0]
    name = first.row_names[0].split("/", 2)[2] if first.rows else Path(first.config).stem
    depth = f", depth {first.depth}" if first.depth else ""
    images = f"{first.num_images} of {int(first.num_images_in_set or first.num_images):,}"
    scores = {"blurred image": [float(getattr(first, f"input_{metric}")) for metric in METRICS]}
    for run in group:
        scores[f"`{run.quantisation}`"] = [float(getattr(run, metric)) for metric in METRICS]
    scores["spread"] = [_spread(group, metric) for metric in METRICS]
    rows = [["output", "PSNR (dB)", "SSIM `matlab3d`", "SSIM `gaussian`", "SSIM `skimage`"]]
    for output, (psnr, *ssims) in scores.items():
        rows.append([output, f"{psnr:.2f}", *(f"{ssim:.4f}" for ssim in ssims)])
    return f"## {name}{depth}, {images} images of {first.dataset}\n\n{_markdown(rows)}"


def _lessons(groups):
    psnr = max(_spread(group, "psnr_db") for group in groups)
    ssim = max(_spread(group, metric) for group in groups for metric in SSIMS)
    definition = max(_spread_of_definitions(group[0], "") for group in groups)
    of_blurred = max(_spread_of_definitions(group[0], "input_") for group in groups)
    lines = [
        f"- Quantisation moves PSNR by up to {psnr:.2f} dB and an SSIM by up to {ssim:.4f}.",
        f"- The definition of SSIM moves it by up to {definition:.3f} for identical restored "
        f"images and {of_blurred:.3f} for blurred ones: it changes how large a gain looks, too.",
    ]
    gain = max(
        abs(float(a[0].ssim_matlab3d) - float(b[0].ssim_matlab3d)) for a in groups for b in groups
    )
    if gain:
        lines.append(
            f"- The networks above are at most {gain:.3f} apart in `matlab3d`: comparing one "
            f"paper's SSIM with another definition's is an error of {definition / gain:.1f} times "
            "the difference it is meant to show."
        )
    return "\n".join(lines)


def _spread(group, metric):
    values = [float(getattr(run, metric)) for run in group]
    return max(values) - min(values)


def _spread_of_definitions(run, prefix):
    values = [float(getattr(run, prefix + metric)) for metric in SSIMS]
    return max(values) - min(values)


def depths(runs):
    """For the README: of stacks run whole and at other depths on the same images, the newest.

    The newest is the one whose last line is the last in the ledger.
    """
    groups: dict[tuple, dict] = {}
    for run in runs:
        if run.status == "official_weights" and run.quantisation == "round":
            images_and_network = (run.config, run.pairs_sha256, run.precision)
            # Taken out and put in again: the group of the newest run comes last.
            group = groups.pop(images_and_network, {})
            groups[images_and_network] = {**group, run.depth: run}
    stacks = [group for group in groups.values() if _WHOLE in group and len(group) > 1]
    return _depth_table(stacks[-1]) if stacks else "No stack was run at several depths yet.\n"


def _depth_table(group):
    whole = group[_WHOLE]
    title = (
        f"`{Path(whole.config).stem}` with the authors' weights, {whole.num_images} images of "
        f"{whole.dataset}, {whole.image_size}:"
    )
    rows = [
        ["depth", "PSNR", "10^9 multiply-adds an image"],
        ["blurred image", f"{float(whole.input_psnr_db):.2f} dB", ""],
    ]
    for depth in [*sorted(group.keys() - {_WHOLE}, key=int), _WHOLE]:
        psnr_db, billions = float(group[depth].psnr_db), int(group[depth].multiply_adds) / 1e9
        rows.append([depth or "all", f"{psnr_db:.2f} dB", f"{billions:.0f}"])
    return f"{title}\n\n{_markdown(rows)}\n"


if __name__ == "__main__":
    app.run(main)
