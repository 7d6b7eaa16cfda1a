"""The matrix product that networks are held against."""

import itertools

import pytest

from tfdeblur.benchmarks import machine_peak
from tfdeblur.benchmarks.machine_peak import MatrixProduct
from tfdeblur.choices import PRECISIONS


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_precision_is_measured(precision):
    product = MatrixProduct(precision, first_size=16, last_size=32)
    assert product.size in (16, 32)
    assert product.multiply_adds_per_second() > 0


@pytest.fixture
def seconds_by_size(monkeypatch):
    """A product of n rows takes n / 1000 seconds, at best n / 2000."""
    calls = itertools.count()

    def seconds_of(run):
        return run.__self__.size / (2000 if next(calls) % 3 == 1 else 1000)

    monkeypatch.setattr(machine_peak, "seconds_of", seconds_of)


def test_the_product_grows_until_it_takes_long_enough(seconds_by_size):
    assert MatrixProduct(first_size=16, last_size=1024).size == 128
    assert MatrixProduct(first_size=16, last_size=40).size == 32
    assert MatrixProduct(first_size=512).size == 512


def test_the_best_product_counts(seconds_by_size):
    product = MatrixProduct(first_size=16, last_size=16)
    assert product.multiply_adds_per_second() == pytest.approx(16**3 / (16 / 2000))
