"""How much a number changes with its definition, shown on runs that differ in nothing else."""

from pathlib import Path

from tools.ledger import METRICS, QUANTISATIONS, SSIMS
from tools.paper_tables import GENERATED

_INTRODUCTION = """\
The same weights restore the same images; only the way to say how good they are changes. The
output is `round`ed to 8 bits, cut to them (`floor`, what much old code did), or only clipped
(`float`); SSIM is MATLAB's on a colour image taken for a volume (`matlab3d`, the papers'), Wang
et al. 2004 per channel (`gaussian`), or scikit-image's default (`skimage`). All figures are
means over the images; spread is the largest minus the smallest of the restored ones."""


def page(runs):
    """The whole generated file, from the runs of the authors' weights."""
    parts = [GENERATED, "# How much the definitions change", _INTRODUCTION]
    groups = _groups(runs)
    parts += [_table(group) for group in groups]
    if groups:
        parts += ["## What to take from it", _lessons(groups)]
    return "\n\n".join(parts) + "\n"


def _groups(runs):
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


def _table(group):
    first = group[0]
    depth = f", depth {first.depth}" if first.depth else ""
    images = f"{first.num_images} of {int(first.num_images_in_set or first.num_images):,}"
    lines = [
        f"## {_name(first)}{depth}, {images} images of {first.dataset}",
        "",
        "| output | PSNR (dB) | SSIM `matlab3d` | SSIM `gaussian` | SSIM `skimage` |",
        "|---|---|---|---|---|",
    ]
    blurred = [float(getattr(first, f"input_{metric}")) for metric in METRICS]
    lines.append(_row("blurred image", blurred))
    for run in group:
        restored = [float(getattr(run, metric)) for metric in METRICS]
        lines.append(_row(f"`{run.quantisation}`", restored))
    lines.append(_row("spread", [_spread(group, metric) for metric in METRICS]))
    return "\n".join(lines)


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


def _row(name, values):
    psnr, *ssims = values
    return f"| {name} | {psnr:.2f} | {' | '.join(f'{ssim:.4f}' for ssim in ssims)} |"


def _name(run):
    return run.row_names[0].split("/", 2)[2] if run.rows else Path(run.config).stem
