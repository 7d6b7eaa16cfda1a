"""Who trains together, and what happens when somebody is missing."""

import json
import socket
import threading
import time

import pytest

from tfdeblur.errors import InputError
from tfdeblur.training.cluster import Cluster


def free_addresses(number):
    """Addresses on this machine at which nobody listens."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return tuple(f"127.0.0.1:{port}" for port in ports)


def tf_config(cluster, job, index):
    return json.dumps({"cluster": cluster, "task": {"type": job, "index": index}})


def test_a_chief_is_the_first_worker(monkeypatch):
    cluster = {"worker": ["b:1", "c:1"], "chief": ["a:1"], "ps": ["p:1"]}
    for job, index, place in [("chief", 0, 0), ("worker", 0, 1), ("worker", 1, 2)]:
        monkeypatch.setenv("TF_CONFIG", tf_config(cluster, job, index))
        assert Cluster.from_environment() == Cluster(("a:1", "b:1", "c:1"), place)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "worker 1",
        "[]",
        '{"cluster": {"worker": ["a:1"]}}',
        tf_config({"worker": ["a:1", "b:1"]}, "worker", 2),
        tf_config({"worker": ["a:1", "b:1"]}, "chief", 0),
        tf_config({"worker": ["a:1"], "evaluator": ["b:1"]}, "evaluator", 0),
        tf_config({"worker": ["a", "b:1"]}, "worker", 0),
        tf_config({"worker": ["a:1", "a:1"]}, "worker", 1),
    ],
)
def test_wrong_tf_config_is_refused_with_an_example(text, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(InputError, match=r'expected the address of every worker.*"task"'):
        Cluster.from_environment()


def test_roll_call_ends_when_the_last_worker_has_come():
    addresses = free_addresses(3)
    present = set()
    complete = []

    def come(worker, delay_s):
        time.sleep(delay_s)
        present.add(worker)
        Cluster(addresses, worker).roll_call(wait_s=60)
        complete.append(len(present) == len(addresses))

    threads = [threading.Thread(target=come, args=(i, 0.5 * i)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert complete == [True] * 3
    # The addresses are free again, for TensorFlow.
    for address in addresses:
        socket.create_server(("127.0.0.1", int(address.rsplit(":", 1)[1]))).close()


def test_missing_workers_are_named():
    addresses = free_addresses(3)
    with pytest.raises(InputError, match="no sign of the workers") as error:
        Cluster(addresses, 1).roll_call(wait_s=0.5)
    assert addresses[0] in str(error.value) and addresses[2] in str(error.value)
    assert addresses[1] not in str(error.value)


def test_a_stranger_is_not_taken_for_a_worker():
    """A server that is already there, or a port scanner, says nothing we expect."""
    addresses = free_addresses(2)
    stranger = socket.create_server(("127.0.0.1", int(addresses[1].rsplit(":", 1)[1])))

    def call_with_nonsense():
        time.sleep(0.3)
        with socket.create_connection(("127.0.0.1", int(addresses[0].rsplit(":", 1)[1]))) as line:
            line.sendall(b"GET / HTTP/1.1\n")

    caller = threading.Thread(target=call_with_nonsense)
    caller.start()
    with stranger, pytest.raises(InputError, match=addresses[1]):
        Cluster(addresses, 0).roll_call(wait_s=1.5)
    caller.join()


def test_port_in_use_is_refused():
    addresses = free_addresses(2)
    port = int(addresses[0].rsplit(":", 1)[1])
    with socket.create_server(("", port)), pytest.raises(InputError, match=f"on port {port}"):
        Cluster(addresses, 0).roll_call(wait_s=0.5)
