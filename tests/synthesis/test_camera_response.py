"""Camera responses: known values, round trips, and files that are not one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdeblur.errors import InputError
from tfdeblur.synthesis.camera_response import GammaResponse, SampledResponse, camera_response

LEVELS = np.arange(256) / 255
MEASURED = SampledResponse([0, 0.1, 0.5, 1], [0, 0.4, 0.8, 1])


@pytest.mark.parametrize("response", [GammaResponse(2.2), GammaResponse(1), MEASURED])
def test_apply_undoes_invert(response):
    light = response.invert(LEVELS)
    np.testing.assert_allclose(response.apply(light), LEVELS, atol=1e-12)
    assert light[0] == 0
    assert light[-1] == 1


def test_values_by_hand():
    assert GammaResponse(2.2).invert(0.5) == pytest.approx(0.21763764)
    assert GammaResponse(2.2).apply(0.21763764) == pytest.approx(0.5)
    assert camera_response("linear").apply(0.3) == 0.3
    # Half way between two samples of the curve.
    assert MEASURED.apply(0.3) == pytest.approx(0.6)
    assert MEASURED.invert(0.6) == pytest.approx(0.3)


def test_a_file_of_samples(tmp_path):
    file = tmp_path / "camera.txt"
    file.write_text("# light stored\n0 0\n0.1, 0.4\n\n0.5\t0.8\n1 1\n")
    np.testing.assert_array_equal(camera_response(file).invert(LEVELS), MEASURED.invert(LEVELS))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "0 0\n",
        "0 0\n1\n",
        "1 2 3\n4 5 6\n",
        "0 0\n0.5 x\n1 1\n",
        "0 0\nnan 0.5\n1 1\n",
        "0 0\n0.5 0.6\n0.7 0.6\n1 1\n",
        "0 0\n255 255\n",
        "0.1 0\n1 1\n",
    ],
)
def test_a_file_of_something_else_is_refused_by_name(tmp_path, content):
    file = tmp_path / "broken.txt"
    file.write_text(content)
    with pytest.raises(InputError, match=r"broken\.txt.*strictly increasing from 0 to 1") as error:
        camera_response(file)
    assert "\n" not in str(error.value)


def test_unknown_name_and_gamma():
    with pytest.raises(InputError, match=r"'gamma9'.*gamma2\.2, linear"):
        camera_response("gamma9")
    with pytest.raises(ValueError, match="gamma=0"):
        GammaResponse(0)


increasing = st.lists(st.floats(0.01, 1), min_size=1, max_size=9).map(
    lambda steps: np.cumsum([0, *steps]) / sum(steps)
)


@pytest.mark.properties
@given(samples=st.tuples(increasing, increasing), light=st.floats(0, 1))
def test_a_measured_response_and_its_inverse_undo_each_other(samples, light):
    num = min(map(len, samples))
    # Cut to one length, both still from 0 to 1.
    of_light, stored = (np.append(values[: num - 1], 1) for values in samples)
    response = SampledResponse(of_light, stored)
    assert 0 <= response.apply(light) <= 1
    assert response.invert(response.apply(light)) == pytest.approx(light, abs=1e-9)
    assert response.apply(response.invert(light)) == pytest.approx(light, abs=1e-9)


@pytest.mark.properties
@given(gamma=st.floats(0.3, 4), light=st.floats(0, 1))
def test_gamma_and_its_inverse_undo_each_other(gamma, light):
    response = GammaResponse(gamma)
    assert 0 <= response.apply(light) <= 1
    assert response.invert(response.apply(light)) == pytest.approx(light, abs=1e-9)
