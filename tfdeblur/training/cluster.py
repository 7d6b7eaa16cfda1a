"""The processes that train together, as the environment variable TF_CONFIG names them."""

import dataclasses
import json
import os
import socket
import time

import tensorflow as tf

from tfdeblur.errors import InputError

# Machines of a cluster start minutes apart.
WAIT_S = 600

_EXAMPLE = (
    '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'
)


@dataclasses.dataclass(frozen=True)
class Cluster:
    """All workers, and which of them this process is.

    Attributes:
      addresses: "host:port" of every worker; a "chief", where there is one, is the first.
      worker: the place of this process among them.
    """

    addresses: tuple
    worker: int

    @classmethod
    def from_environment(cls):
        """As TF_CONFIG says.

        Raises:
          InputError: for a TF_CONFIG that is missing, no JSON, or without a place
            for this process.
        """
        text = os.environ.get("TF_CONFIG", "")
        try:
            config = json.loads(text)
            jobs = {job: list(config["cluster"].get(job, [])) for job in ("chief", "worker")}
            job, index = config["task"]["type"], int(config["task"]["index"])
            own_address = jobs[job][index]
            addresses = (*jobs["chief"], *jobs["worker"])
            if len(set(map(_host_and_port, addresses))) < len(addresses):
                raise ValueError("Two workers have the same address.")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            raise InputError(
                f"Received TF_CONFIG={text[:200]!r}; expected the address of every worker and "
                f"the place of this one, e.g. {_EXAMPLE}."
            ) from None
        return cls(addresses, addresses.index(own_address))

    def join(self, wait_s=WAIT_S):
        """A `tf.distribute.MultiWorkerMirroredStrategy`, once all workers are there.

        Must come before TensorFlow has run anything in this process.

        Raises:
          InputError: when a worker is still missing after `wait_s` seconds. TensorFlow
            would wait for it for ever and not say for which.
        """
        self.roll_call(wait_s)
        return tf.distribute.MultiWorkerMirroredStrategy()

    def roll_call(self, wait_s):
        """Returns when every worker has called every other; arguments as for `join`.

        Each listens at its own address until all others have called there and it has
        reached them; TensorFlow's server takes over the address after that.
        """
        deadline = time.monotonic() + wait_s
        host_and_port = _host_and_port(self.addresses[self.worker])
        others = set(range(len(self.addresses))) - {self.worker}
        to_call, to_hear = set(others), set(others)
        with _listening(host_and_port) as listener:
            while to_call or to_hear:
                to_call -= {other for other in to_call if self._call(other)}
                to_hear -= _heard(listener)
                if (to_call or to_hear) and time.monotonic() > deadline:
                    missing = ", ".join(self.addresses[i] for i in sorted(to_call | to_hear))
                    raise InputError(
                        f"Received no sign of the workers {missing} in {wait_s:g} s; expected all "
                        f"{len(self.addresses)} of TF_CONFIG. Start all workers anew, with the "
                        "same cluster in TF_CONFIG."
                    )

    def _call(self, other):
        try:
            with socket.create_connection(_host_and_port(self.addresses[other]), timeout=5) as line:
                line.sendall(_GREETING + str(self.worker).encode() + b"\n")
        except OSError:
            return False
        return True


_GREETING = b"tfdeblur worker "


def _host_and_port(address):
    host, port = address.rsplit(":", 1)
    return host, int(port)


def _listening(host_and_port):
    try:
        # On all interfaces, as a host's own name may stand for another one.
        listener = socket.create_server(("", host_and_port[1]))
    except OSError as error:
        raise InputError(
            f"Cannot listen on port {host_and_port[1]}, the one of this worker in TF_CONFIG: "
            f"{error.strerror}. Choose a free one, for all workers."
        ) from None
    listener.settimeout(0.2)
    return listener


def _heard(listener):
    """Workers that called since the last time; waits a moment for the first."""
    heard: set[int] = set()
    while True:
        try:
            line, _ = listener.accept()
            with line:
                line.settimeout(5)
                words = line.makefile("rb").readline()
        except OSError:
            return heard
        if words.startswith(_GREETING):
            heard.add(int(words.removeprefix(_GREETING)))
