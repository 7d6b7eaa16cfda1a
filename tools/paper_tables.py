"""A paper's tables as Markdown: what it reports, what was measured here, the difference."""

from tools.ledger import COMPARED_METRICS, STATUSES
from tools.paper_configs import read_paper_configs

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


def page(paper, values, runs):
    """The whole generated file of a paper."""
    values = [value for value in values if value.paper == paper]
    parts = [GENERATED, f"# {TITLES[paper]}", _LEGEND]
    for table in _unique(value.table for value in values):
        of_table = [value for value in values if value.table == table]
        parts += [f"## {table}", _table(of_table, runs), *_videos(of_table), *_notes(of_table)]
    return "\n\n".join(parts) + "\n"


def headline(values, runs):
    """A few rows for the README."""
    lines = [_row("network", "PSNR (dB), paper", "ours", "SSIM, paper", "ours", "status")]
    lines.append("|---" * 6 + "|")
    for row_name in HEADLINE_ROWS:
        of_row = [value for value in values if value.row_name == row_name]
        run = _best_run(of_row, runs)
        cells = [f"[{of_row[0].paper}] {of_row[0].table}, {of_row[0].row}"]
        for metric in _COMPARED:
            cells += _compared(_reported(of_row, metric), run)[:2]
        lines.append(_row(*cells, _status(run)))
    return "\n".join(lines) + "\n"


def _table(values, runs):
    configs = read_paper_configs()
    metrics = [metric for metric in _METRICS if any(value.metric == metric for value in values)]
    header = ["row"]
    for metric in metrics:
        header += _header(metric)
    lines = [_row(*header, "status"), "|---" * (len(header) + 1) + "|"]
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
        lines.append(_row(*cells, _status(run)))
    return "\n".join(lines)


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
    lines = [_row("PSNR (dB) of the paper, by video", *numbers)]
    lines.append("|---" * (len(numbers) + 1) + "|")
    for row in _unique(value.row for value in of_videos):
        lines.append(_row(row, *(value.value for value in of_videos if value.row == row)))
    return ["\n".join(lines)]


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


def _row(*cells):
    return f"| {' | '.join(cells)} |"


def _unique(items):
    return list(dict.fromkeys(items))
