"""The training curve as a picture."""

from matplotlib.figure import Figure

from tfdeblur.system.atomic_write import atomic_write


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
    for prefix, what, color in (
        ("", "training crops", "tab:blue"),
        ("val_", "held-out pairs", "tab:orange"),
    ):
        _plot(quality, rows, f"{prefix}psnr_db", what, color=color)
        _plot(quality, rows, f"{prefix}input_psnr_db", f"{what}, blurred", color=color, ls=":")
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
