"""The processes that train together, as the environment variable TF_CONFIG names them."""

import json
import os

import tensorflow as tf

from tfdeblur.errors import InputError

_EXAMPLE = (
    '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'
)


def place_in_cluster():
    """(number of workers, number of this one, counted from 0), read from TF_CONFIG.

    A task of type "chief", where there is one, is worker 0.

    Raises:
      InputError: for a TF_CONFIG that is missing, no JSON, or without a place for
        this process.
    """
    text = os.environ.get("TF_CONFIG", "")
    try:
        config = json.loads(text)
        cluster, task = config["cluster"], config["task"]
        addresses = {job: list(cluster.get(job, [])) for job in ("chief", "worker")}
        job, index = task["type"], int(task["index"])
        addresses[job][index]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise InputError(
            f"Received TF_CONFIG={text[:200]!r}; expected the address of every worker and the "
            f"place of this one, e.g. {_EXAMPLE}."
        ) from None
    first = len(addresses["chief"]) if job == "worker" else 0
    return sum(map(len, addresses.values())), first + index


def join_cluster():
    """A `tf.distribute.MultiWorkerMirroredStrategy`, once all workers are there.

    Must come before TensorFlow has run anything in this process.
    """
    return tf.distribute.MultiWorkerMirroredStrategy()
