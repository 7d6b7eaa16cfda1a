"""The report of an evaluation: one HTML file that needs nothing else, and no network.

Its size is bounded: nine images at most are shown, reduced and compressed, and the
table takes a line of text per image.
"""

import base64
import html
import string
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tfdeblur.data import PairSource
from tfdeblur.evaluation.charts import histograms, scatter
from tfdeblur.evaluation.examples import Example, choose, restore_examples
from tfdeblur.evaluation.scores import METRICS, SCORES
from tfdeblur.inference.engine import Deblurrer
from tfdeblur.system.atomic_write import atomic_write

_TEMPLATE = Path(__file__).with_name("report_template.html")
_MAX_WIDTH = 960
_IMAGE_QUALITY, _CROP_QUALITY = 85, 95
_INFINITE = float("inf")

_NAMES = {
    "psnr_db": "PSNR (dB)",
    "ssim_matlab3d": "SSIM matlab3d",
    "ssim_gaussian": "SSIM gaussian",
    "ssim_skimage": "SSIM skimage",
}

_PROTOCOL = (
    ("PSNR", "on RGB, peak 1.0, per image, then the mean over images"),
    (
        "SSIM matlab3d",
        "MATLAB's ssim on an RGB array, which it takes for a volume: 11x11x11 Gaussian, sigma 1.5, "
        "borders replicated. The papers' definition.",
    ),
    ("SSIM gaussian", "Wang et al. 2004: 11x11 Gaussian, sigma 1.5, per channel"),
    ("SSIM skimage", "scikit-image's default: uniform 7x7 windows, per channel"),
    ("Runtime", "in summary.json and runtimes.csv, so that equal results give equal reports"),
)
_QUANTISATIONS = {
    "round": "round: clipped to [0, 1], times 255, rounded half up",
    "floor": "floor: clipped to [0, 1], times 255, truncated",
    "float": "float: clipped to [0, 1], not made integers",
}
_FACTS = {
    "weights_sha256": "Weights (SHA-256 of their values)",
    "parameters": "Parameters",
    "multiply_adds": "Multiply-adds of one image",
    "precision": "Precision",
    "pairs_sha256": "Images (SHA-256 of their pixels)",
    "device": "Device",
}


def write_report(
    path: Path,
    deblurrer: Deblurrer,
    source: PairSource,
    summary: dict[str, Any],
    rows: list[dict[str, Any]],
) -> None:
    """Writes the report of `summary` and `rows` to `path`.

    Args:
      path: an HTML file.
      deblurrer: what was evaluated; it restores the images that are shown once more.
      source: where they come from.
      summary: the content of summary.json.
      rows: one per image, as in the journal.
    """
    content = {
        "title": html.escape(f"{summary['model']} on {summary['dataset']}"),
        "subtitle": _subtitle(summary),
        "tiles": _tiles(summary),
        "facts": _facts(summary),
        "charts": _charts(rows),
        "examples": _examples(deblurrer, source, summary["quantisation"], rows),
        "videos": _videos(summary["videos"]),
        "images": _table("image", [(row["name"], row) for row in rows]),
    }
    page = string.Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(content)
    with atomic_write(path) as unfinished:
        unfinished.write_text(page, encoding="utf-8")


def _subtitle(summary: dict[str, Any]) -> str:
    number, in_all = summary["num_images"], summary["num_images_of_dataset"]
    of_all = f" of {in_all:,}" if number < in_all else ""
    parts = [f"{number:,}{of_all} images", f"quantisation {summary['quantisation']}"]
    if summary["depth"] is not None:
        parts.append(f"depth {summary['depth']}")
    badge = ' <span class="badge">partial</span>' if summary["partial"] else ""
    return f"{html.escape(', '.join(parts))}{badge}"


def _tiles(summary: dict[str, Any]) -> str:
    tiles = []
    for metric in METRICS:
        value, before = summary[metric], summary[f"input_{metric}"]
        tiles.append(
            f'<div class="tile">{_NAMES[metric]}<b>{_number(metric, value)}</b>'
            f'<span class="quiet">blurred {_number(metric, before)}</span></div>'
        )
    return "".join(tiles)


def _facts(summary: dict[str, Any]) -> str:
    size = summary["image_size"]
    others = summary["num_other_sizes"]
    sizes = f"{size} pixels" + (f", and {others} other sizes" if others else "")
    version = summary["dataset_version"]
    facts = [
        ("Model", summary["model"]),
        ("Dataset", summary["dataset"] + (f" ({version})" if version else "")),
        ("Output", _QUANTISATIONS[summary["quantisation"]]),
        *_PROTOCOL,
        ("Image size", sizes),
        *((title, _grouped(summary[key])) for key, title in _FACTS.items()),
        ("Versions", ", ".join(f"{name} {v}" for name, v in summary["versions"].items())),
    ]
    return "".join(
        f"<tr><th>{html.escape(title)}</th><td>{html.escape(text)}</td></tr>"
        for title, text in facts
    )


def _charts(rows: list[dict[str, Any]]) -> str:
    figures = [
        histograms(_finite(rows, name), _finite(rows, f"input_{name}"), _NAMES[name])
        for name in ("psnr_db", "ssim_matlab3d")
        if _finite(rows, name) and _finite(rows, f"input_{name}")
    ]
    gains = [
        (row["input_psnr_db"], row["psnr_db"] - row["input_psnr_db"], row["name"])
        for row in rows
        if max(row["psnr_db"], row["input_psnr_db"]) < _INFINITE
    ]
    if gains:
        figures.append(scatter(gains, "PSNR of the blurred image (dB)", "gain (dB)"))
    return "".join(f"<figure>{figure}</figure>" for figure in figures)


def _finite(rows: list[dict[str, Any]], name: str) -> list[float]:
    return [row[name] for row in rows if row[name] < _INFINITE]


def _examples(
    deblurrer: Deblurrer, source: PairSource, quantisation: str, rows: list[dict[str, Any]]
) -> str:
    chosen = choose(rows)
    # As text at once: the pixels of nine images are not held together.
    texts = {
        example.row["position"]: _example(example)
        for example in restore_examples(deblurrer, source, quantisation, chosen)
    }
    return "".join(texts[row["position"]] for _, row in chosen)


def _example(example: Example) -> str:
    row = example.row
    number = row["position"]
    scores = ", ".join(
        f"{_NAMES[metric]} {_number(metric, row[f'input_{metric}'])} → "
        f"<b>{_number(metric, row[metric])}</b>"
        for metric in METRICS
    )
    sides = "".join(
        f'<label><input type="radio" name="left{number}" value="{side}"'
        f"{' checked' if side == 'blurred' else ''}> {side} on the left</label>"
        for side in ("blurred", "sharp")
    )
    crops = "".join(_crop_figure(title, crops) for title, crops in example.crops().items())
    left = "".join(
        f'<img class="left" data-side="{side}" alt="{side}" src="{_jpeg(image)}"{hidden}>'
        for side, image, hidden in (
            ("blurred", example.blur, ""),
            ("sharp", example.sharp, " hidden"),
        )
    )
    return (
        f'<article class="example"><h3><span class="badge">{example.kind}</span> '
        f"{html.escape(row['name'])}</h3><p>{scores}</p>"
        f'<div class="compare"><img alt="restored" src="{_jpeg(example.restored)}">{left}'
        f'<input type="range" min="0" max="100" value="50" step="0.1" '
        f'aria-label="Where the left image ends"></div><div class="sides">{sides}</div>'
        f'<div class="crops">{crops}</div></article>'
    )


def _crop_figure(title: str, crops: tuple[np.ndarray, ...]) -> str:
    images = "".join(
        f'<div><img alt="{name}" src="{_jpeg(crop, _CROP_QUALITY)}"><small>{name}</small></div>'
        for name, crop in zip(("blurred", "restored", "sharp"), crops, strict=True)
    )
    return f'<figure><figcaption>{title}</figcaption><div class="row">{images}</div></figure>'


def _videos(videos: dict[str, dict[str, Any]]) -> str:
    if not videos:
        return ""
    return (
        '<section id="videos"><h2>Per video</h2><div class="wide">'
        f"{_table('video', list(videos.items()), 'num_images')}</div></section>"
    )


def _table(first: str, named_rows: list[tuple[str, dict[str, Any]]], *more: str) -> str:
    columns = (*more, *SCORES)
    titles = (first, *(_title(column) for column in columns))
    head = "".join(f'<th scope="col"><button>{title}</button></th>' for title in titles)
    body = "".join(
        f"<tr><td>{html.escape(name)}</td>"
        + "".join(f"<td>{_number(column, row[column])}</td>" for column in columns)
        + "</tr>"
        for name, row in named_rows
    )
    return f'<table class="sortable"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _title(column: str) -> str:
    if column == "num_images":
        return "images"
    blurred = column.startswith("input_")
    return f"{'blurred ' if blurred else ''}{_NAMES[column.removeprefix('input_')]}"


def _number(column: str, value: float | None) -> str:
    if value is None:
        return "inf"
    if column == "num_images":
        return str(value)
    return f"{value:.2f}" if column.endswith("_db") else f"{value:.4f}"


def _grouped(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _jpeg(image: np.ndarray, quality: int = _IMAGE_QUALITY) -> str:
    """The image, reduced to at most `_MAX_WIDTH`, as a data URL."""
    height, width = image.shape[:2]
    if width > _MAX_WIDTH:
        size = (_MAX_WIDTH, max(1, round(height * _MAX_WIDTH / width)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.tobytes()).decode()}"
