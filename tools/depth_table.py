"""What running only the first units of a trained stack costs and gives."""

from pathlib import Path

_WHOLE = ""  # the depth of a run of all units


def block(runs):
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
    return _table(stacks[-1]) if stacks else "No stack was run at several depths yet.\n"


def _table(group):
    whole = group[_WHOLE]
    lines = [
        f"`{Path(whole.config).stem}` with the authors' weights, {whole.num_images} images of "
        f"{whole.dataset}, {whole.image_size}:",
        "",
        "| depth | PSNR | 10^9 multiply-adds an image |",
        "|---|---|---|",
        f"| blurred image | {float(whole.input_psnr_db):.2f} dB | |",
    ]
    for depth in [*sorted(group.keys() - {_WHOLE}, key=int), _WHOLE]:
        psnr_db, billions = float(group[depth].psnr_db), int(group[depth].multiply_adds) / 1e9
        lines.append(f"| {depth or 'all'} | {psnr_db:.2f} dB | {billions:.0f} |")
    return "\n".join(lines) + "\n"
