"""Two runs in one folder: the second is refused, and the first does not notice."""

import subprocess
from pathlib import Path

from tools.reliability.interrupted_apps import apps, environment

TITLE = "Two runs in one folder"

_LONGEST_S = 300


def measure(workspace, pairs_of_runs=5):
    """Starts `tfdeblur train` twice at once in one workdir, again and again."""
    workspace = Path(workspace)
    (workspace / "inputs").mkdir(parents=True)
    [train] = [app for app in apps(workspace / "inputs") if app.name == "train"]
    undisturbed = workspace / "undisturbed"
    undisturbed.mkdir()
    train.run(undisturbed)
    expected = train.results(undisturbed)
    refused = equal = 0
    failures = []
    for number in range(pairs_of_runs):
        folder = workspace / f"shared_{number}"
        folder.mkdir()
        ended = _at_once(train.command(folder))
        statuses = sorted(status for status, _ in ended)
        said = [error.splitlines()[-1] for status, error in ended if status == 2]
        if statuses == [0, 2] and "using this folder" in said[0]:
            refused += 1
        else:
            failures.append(f"exit statuses {statuses}: {said}")
        differing = train.differing(folder, expected)
        equal += not differing
        failures += [f"other {name}" for name in differing]
    return {"tried": pairs_of_runs, "refused": refused, "equal": equal, "failures": failures}


def render(figures):
    """Markdown of what `measure` found."""
    return (
        f"`tfdeblur train` started twice at once with the same --workdir, {figures['tried']} "
        f"times: one of the two was refused {figures['refused']} times, with one line and exit "
        f"status 2, and the other ended as an undisturbed run {figures['equal']} times. "
        f"{len(figures['failures'])} failures."
    )


def _at_once(command):
    """(exit status, standard error) of two processes of one command."""
    processes = [
        subprocess.Popen(
            command,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    errors = [process.communicate(timeout=_LONGEST_S)[1] for process in processes]
    return [(p.returncode, error) for p, error in zip(processes, errors, strict=True)]
