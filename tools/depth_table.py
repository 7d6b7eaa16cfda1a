"""What running only the first units of a trained stack costs and gives."""

from pathlib import Path


def block(runs):
    """For the README: the newest stack whose depths were run on the same images."""
    groups: dict[tuple, dict] = {}
    for run in runs:
        if run.status == "official_weights" and run.quantisation == "round":
            images_and_network = (run.config, run.pairs_sha256, run.precision)
            groups.setdefault(images_and_network, {})[run.depth] = run
    stacks = [group for group in groups.values() if len(group) > 1]
    return _table(stacks[-1]) if stacks else "No stack was run at several depths yet.\n"


def _table(group):
    whole = group[""]
    lines = [
        f"`{Path(whole.config).stem}` with the authors' weights, {whole.num_images} images of "
        f"{whole.dataset}, {whole.image_size}:",
        "",
        "| depth | PSNR | 10^9 multiply-adds an image |",
        "|---|---|---|",
        f"| blurred image | {float(whole.input_psnr_db):.2f} dB | |",
    ]
    for depth in sorted(group, key=lambda depth: int(depth or 99)):
        psnr_db, billions = float(group[depth].psnr_db), int(group[depth].multiply_adds) / 1e9
        lines.append(f"| {depth or 'all'} | {psnr_db:.2f} dB | {billions:.0f} |")
    return "\n".join(lines) + "\n"
