"""How much memory there is."""

from pathlib import Path

import psutil

_CGROUP = Path("/sys/fs/cgroup")


def available_memory() -> int:
    """Bytes this process can still take: the machine's, or its container's if that is less."""
    available = psutil.virtual_memory().available
    try:
        limit = int((_CGROUP / "memory.max").read_text())
        used = int((_CGROUP / "memory.current").read_text())
        statistics = dict(map(str.split, (_CGROUP / "memory.stat").read_text().splitlines()))
        # Files read once and kept in case they are read again: given back when needed.
        cached = int(statistics["inactive_file"])
    except (OSError, ValueError, KeyError):  # no container, or one without a limit ("max")
        return available
    return min(available, max(limit - used + cached, 0))
