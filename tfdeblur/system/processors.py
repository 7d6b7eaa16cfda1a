"""The processors that this process may use."""

import os


def num_processors():
    """How many there are; fewer than the machine has where a container or taskset says so."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
