"""TFDS's own test of every builder, on its dummy data."""

import tensorflow_datasets as tfds

from tfdeblur.tfds_builders import gao2019, gopro, su2017


class PairBuilderTestCase(tfds.testing.DatasetBuilderTestCase):
    """Dummy data is a few pairs of thousands, so it is prepared as partial."""

    def _make_builder(self, config=None):
        return self.dataset_class(data_dir=self.tmp_dir, config=config, allow_partial=True)


class GoproTest(PairBuilderTestCase):
    DATASET_CLASS = gopro.Builder
    SPLITS = {"train": 2, "test": 1}  # noqa: RUF012, as TFDS declares it


class Gao2019Test(PairBuilderTestCase):
    DATASET_CLASS = gao2019.Builder
    SPLITS = {"train": 2}  # noqa: RUF012


class Su2017Test(PairBuilderTestCase):
    DATASET_CLASS = su2017.Builder
    SPLITS = {"train": 2, "test": 1}  # noqa: RUF012


# Collected as a test case of its own otherwise, without a builder to test.
del PairBuilderTestCase
