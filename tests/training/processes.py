"""Several Python processes that train together, none of which outlives its test."""

import json
import socket
import subprocess
import sys

from tests.support.commands import TIMEOUT_S, environment


def free_addresses(number):
    """Addresses on this machine at which nobody listens."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    addresses = [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    return tuple(addresses)


def tf_config(cluster, job, index):
    """The environment variable TF_CONFIG for one task of a cluster."""
    return json.dumps({"cluster": cluster, "task": {"type": job, "index": index}})


def start(arguments, **more):
    """`python arguments`, with a pipe for what it prints."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def start_workers(number, arguments):
    """As `start`, once for each worker of a cluster on this machine."""
    cluster = {"worker": free_addresses(number)}
    return [start(arguments, TF_CONFIG=tf_config(cluster, "worker", i)) for i in range(number)]


def outputs(processes):
    """What each has printed, once all have ended; fails when one failed or hangs."""
    try:
        printed = [process.communicate(timeout=TIMEOUT_S)[0] for process in processes]
    finally:
        kill(processes)
    for process, text in zip(processes, printed, strict=True):
        assert process.returncode == 0, text[-5000:]
    return printed


def kill(processes):
    """Ends the processes that still run."""
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()
