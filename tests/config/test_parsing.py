"""Text that is no configuration, in one line."""

import pytest

import tfdeblur
from tfdeblur.errors import InputError

DYNAMIC = "from __gin__ import dynamic_registration\n"


@pytest.mark.parametrize(
    "text",
    [
        'include "{path}"\n',
        'include "/dev/zero"\n',
        "MODEL = " + "[" * 100_000,
        "MODEL = {[1]: 2}\n",
        "MODEL = @\n",
        "MODEL = 'unfinished\n",
        f"{DYNAMIC}MODEL = @unknown.Network\n",
        "\x1b[2J = 3\n",
        "",
    ],
)
def test_what_is_no_configuration_is_one_line(tmp_path, text):
    path = tmp_path / "config.gin"
    path.write_text(text.replace("{path}", str(path)))
    with pytest.raises(InputError) as error:
        tfdeblur.build_model(path)
    assert "\n" not in str(error.value)
