"""What running only the first units of a trained stack costs and gives."""

from pathlib import Path


def block(runs):
    """For the README: the newest stack whose depths were run on the same images."""
    groups: dict[tuple, dict] = {}
    for run in runs:
        if run.status == "official_weights" and run.quantisation == "round":
            images_and_network = (run.config, run.pairs_sha256, run.precision, run.device)
            groups.setdefault(images_and_network, {})[run.depth] = run
    stacks = [group for group in groups.values() if len(group) > 1]
    return _table(stacks[-1]) if stacks else "No stack was run at several depths yet.\n"


def _table(group):
    whole = group[""]
    lines = [
        f"`{Path(whole.config).stem}` with the authors' weights, {whole.num_images} images of "
        f"{whole.dataset}, {whole.image_size}, {whole.device}:",
        "",
        "| depth | PSNR | seconds an image |",
        "|---|---|---|",
        f"| blurred image | {float(whole.input_psnr_db):.2f} dB | |",
    ]
    for depth in sorted(group, key=lambda depth: int(depth or 99)):
        run = group[depth]
        seconds = float(run.runtime_ms_median) / 1000
        lines.append(f"| {depth or 'all'} | {float(run.psnr_db):.2f} dB | {seconds:.1f} |")
    return "\n".join(lines) + "\n"
