"""Measurements as lines that a person reads; each function takes the dict of a measurement."""


def network_lines(result):
    """Of `tfdeblur.benchmarks.network.measure_network`."""
    images = f"{result['batch_size']} x {result['width']}x{result['height']}"
    return [
        f"{result['model']}, {images}: {_seconds(result)}, {_memory(result)}",
        f"{result['multiply_adds'] / 1e9:.1f} G multiply-adds, "
        f"{result['multiply_adds_per_second'] / 1e9:.1f} G/s, "
        f"{result['share_of_machine_peak']:.0%} of what a {result['precision']} matrix product "
        f"reached in turn, {result['machine_peak_multiply_adds_per_second'] / 1e9:.1f} G/s",
        _ran_on(result),
    ]


def training_step_lines(result):
    """Of `tfdeblur.benchmarks.training_step.measure_training_step`."""
    crops = f"{result['batch_size']} crops of {result['crop_size']}x{result['crop_size']}"
    return [
        f"{result['model']}, a step on {crops}, {result['channels']} channels: "
        f"{_seconds(result)}, {result['crops_per_second']:.2f} crops a second, {_memory(result)}",
        _ran_on(result),
    ]


def input_lines(result):
    """Of `tfdeblur.benchmarks.input_pipeline.measure_input`."""
    return [
        *(
            f"{way:<8}{result[way]['crops_per_core_second']:8.1f} crops a core second"
            f"{result[way]['crops_per_second']:8.1f} crops a second"
            for way in ("ours", "tf_data", "worker")
        ),
        f"ours is {result['ratio_to_tf_data']:.1f} times tf_data, "
        f"{result['ratio_to_worker']:.1f} times worker, per core",
    ]


def _seconds(result):
    return (
        f"{result['seconds_median']:.3g} s ({result['seconds_min']:.3g} to "
        f"{result['seconds_max']:.3g}; runs: {result['runs']})"
    )


def _memory(result):
    above = result["peak_memory_mb"] - result["baseline_memory_mb"]
    return (
        f"peak memory of the {result['memory_source']} {result['peak_memory_mb']:.0f} MB, "
        f"{above:.0f} above its baseline"
    )


def _ran_on(result):
    xla = "with XLA" if result["jit_compile"] else "without XLA"
    return (
        f"{result['backend']} {result['versions'][result['backend']]} {xla}, "
        f"{result['precision']}, {result['device']}, {result['cores']} cores"
    )
