"""Threads that get each other's images are found out."""

import threading

import pytest

from tfdeblur.models import DMPHN
from tools.reliability import threads_part


class Careless:
    """Stands for a `Deblurrer` that hands its input on in an attribute, which others overwrite."""

    def __init__(self, *_, **__):
        self._meeting = threading.Barrier(2)
        self._main = threading.main_thread()

    def __call__(self, image):
        self._image = image
        if threading.current_thread() is not self._main:
            self._meeting.wait(60)
        return self._image.copy()


class Failing(Careless):
    def __call__(self, image):
        if threading.current_thread() is not self._main:
            raise KeyError("gone")
        return image


@pytest.fixture
def one_size(monkeypatch):
    monkeypatch.setattr(threads_part, "_SIZES", ((8, 8),))


def test_each_thread_gets_its_own_image(tmp_path):
    model = DMPHN((1, 2), filters=(4, 4, 4), blocks_per_stage=1)
    model.build((None, None, None, 3))
    figures = threads_part.measure(tmp_path, 24, 8, engines=("keras",), model=model)
    assert figures["failures"] == []
    assert figures["engines"]["keras"]["equal"] == 24
    assert figures["engines"]["keras"]["errors"] == 0
    assert "| keras | 24 | 0 | 0 |" in threads_part.render(figures)


def test_images_that_are_swapped_are_failures(tmp_path, one_size, monkeypatch):
    monkeypatch.setattr(threads_part, "Deblurrer", Careless)
    figures = threads_part.measure(tmp_path, 8, 2, engines=("keras",))
    found = figures["engines"]["keras"]
    assert found["equal"] < 8
    assert found["largest_difference"] > 1
    assert "grey levels apart" in figures["failures"][0]


def test_errors_in_threads_are_failures(tmp_path, one_size, monkeypatch):
    monkeypatch.setattr(threads_part, "Deblurrer", Failing)
    figures = threads_part.measure(tmp_path, 4, 2, engines=("keras",))
    assert figures["engines"]["keras"]["errors"] == 4
    assert "gone" in figures["failures"][0]


def test_engines_that_are_not_there_are_named(tmp_path):
    figures = threads_part.measure(tmp_path, 1, 1, engines=("no_such_engine",))
    assert figures["engines"] == {}
    assert "no_such_engine" in threads_part.render(figures)
