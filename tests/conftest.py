"""What all tests share: reproducible seeds, generated inputs, the authors' data where present."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# No test may find, or leave, weights in the cache of who runs it.
os.environ["TFDEBLUR_CACHE"] = str(Path(tempfile.gettempdir()) / "tfdeblur_no_cache")

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import settings

PROJECT = Path(__file__).parent.parent

# Two logical devices on one processor, so that distribution can be tested anywhere.
# Must be set before TensorFlow runs its first operation.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)

# The same inputs in every run. Deadlines would make tests fail on a busy machine.
for profile, num_examples in (("quick", 20), ("thorough", 200)):
    settings.register_profile(
        profile, derandomize=True, max_examples=num_examples, deadline=None, database=None
    )
settings.load_profile("quick")


@pytest.fixture(autouse=True)
def _same_seed():
    keras.utils.set_random_seed(2019)


@pytest.fixture
def rng():
    """A NumPy generator that gives every test the same numbers."""
    return np.random.default_rng(2019)


@pytest.fixture(scope="session")
def reference_data():
    """Folder of the authors' weights and outputs, which the project must not contain."""
    folder = Path(os.environ.get("TFDEBLUR_REFERENCE_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}; set TFDEBLUR_REFERENCE_DATA")
    return folder
