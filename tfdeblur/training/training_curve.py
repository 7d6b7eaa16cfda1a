"""The training curve as a picture."""

from matplotlib.figure import Figure

from tfdeblur.atomic_write import atomic_write


def write_training_curve(rows, path):
    """Draws loss and PSNR over the steps to a PNG file.

    Args:
      rows: of a history file, see `tfdeblur.training.callbacks.history`.
      path: of the PNG file.
    """
    # Without pyplot, which keeps every figure and asks for a screen.
    figure = Figure(figsize=(10, 4), layout="constrained")
    loss, quality = figure.subplots(1, 2)
    _plot(loss, rows, "loss", "training loss")
    # Losses that are negative, such as one in decibels, have no logarithm.
    if all(row["loss"] > 0 for row in rows):
        loss.set_yscale("log")
    _plot(quality, rows, "psnr_db", "training crops", color="tab:blue")
    _plot(quality, rows, "input_psnr_db", "training crops, blurred", color="tab:blue", linestyle=":")
    _plot(quality, rows, "val_psnr_db", "held-out pairs", color="tab:orange")
    _plot(
        quality, rows, "val_input_psnr_db", "held-out pairs, blurred", color="tab:orange",
        linestyle=":",
    )
    quality.set_ylabel("PSNR in dB")
    for axes in (loss, quality):
        axes.set_xlabel("step")
        axes.grid(alpha=0.3)
        axes.legend()
    with atomic_write(path) as unfinished:
        figure.savefig(unfinished, dpi=100)


def _plot(axes, rows, name, label, **style):
    points = [(row["step"], row[name]) for row in rows if name in row]
    if points:
        axes.plot(*zip(*points, strict=True), label=label, marker=".", **style)
