"""Text that is no configuration, in one line."""

import pytest

from tfdeblur.config import read_experiment
from tfdeblur.config.bindings import Bindings
from tfdeblur.errors import InputError


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('include "{path}"\n', "includes itself"),
        ('include "/dev/zero"\n', "expected a file"),
        ('include "none.gin"\n', "expected a file"),
        ("MODEL = " + "[" * 100_000, "config.gin"),
        ("MODEL = {[1]: 2}\n", "unhashable"),
        ("MODEL = @\n", "Unexpected token"),
        ("MODEL = 'unfinished\n", "parse|unterminated"),
        ("MODEL = @unknown.Network\n", "setting of unknown.Network"),
        ("\x1b[2J = 3\n", "config.gin"),
        ("training.Experiment.loss = %A\nA = %A\n", "refer to themselves"),
        (
            "".join(f"A{i} = [{f'%A{i + 1}, ' * 100}]\n" for i in range(20)) + "A20 = 1\n"
            "training.Experiment.model = %A0\n",
            "more than 10,000 values",
        ),
        ("", "missing"),
    ],
)
def test_what_is_no_configuration_is_one_line(tmp_path, text, said):
    path = tmp_path / "config.gin"
    path.write_text(text.replace("{path}", str(path)))
    with pytest.raises(InputError, match=said) as error:
        read_experiment([path])
    assert "\n" not in str(error.value)


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "config.gin").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="which is no text"):
        read_experiment([tmp_path / "config.gin"])


def test_values_are_the_same_after_they_were_written(tmp_path):
    """Also those that look like macros, take several lines, or lie in a block."""
    text = (
        "A = {'b': ('%no_macro', -1.5, [None, True]), 'c': 'x' 'y'}\n"
        f"LONG = {list(range(100))}\n"
        "B = [@one/two/data.folder_pairs(), %A]\n"
        "data.tfds_pairs:\n    name = %scope/A\n    split = 'train'\n"
        "scope/A = @losses.NegativePSNR\n"
    )
    bindings = Bindings()
    bindings.add_line(text.replace("B = ", "data.Mixture.sources = ").replace("LONG", "scope/A"))
    path = tmp_path / "config.gin"
    path.write_text(str(bindings))
    again = Bindings()
    again.add_file(path)
    assert again == bindings
    assert again.used_macros() == {"A", "scope/A"}
