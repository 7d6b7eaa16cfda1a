r"""Serve a page on which anyone can try a network on a photo, in a browser.

  tfdeblur demo
  tfdeblur demo mine/model.weights.h5 stack2_dmphn=stack2.weights.h5

Every NETWORK is a weight file, or the network's name, then "=" and its weight file; the
page lets visitors choose among them and the one that comes with this package.
Only browsers on this machine reach the page, unless --host says otherwise. One photo is
restored at a time, others wait, and no photo is kept.
"""

import math
import sys

from absl import flags

from tfdeblur import cli
from tfdeblur.app_flags import expanded
from tfdeblur.errors import InputError
from tfdeblur.system.extras import require_extra

REQUIRED_FLAGS = ()


def define_flags(flag_values):
    flags.DEFINE_string(
        "host",
        "127.0.0.1",
        "Address to listen on. 0.0.0.0 admits every machine that reaches this one; the page has "
        "no password.",
        flag_values=flag_values,
    )
    flags.DEFINE_integer(
        "port",
        None,
        "Port to listen on (default: the first free one from 7860 on).",
        lower_bound=1,
        upper_bound=65535,
        flag_values=flag_values,
    )
    flags.DEFINE_float(
        "max_upload_mb",
        30,
        "Most megabytes of a file.",
        flag_values=flag_values,
    )
    flags.DEFINE_float(
        "max_stored_mb",
        4000,
        "Most megabytes of all photos that wait or are restored; beyond, none is taken.",
        flag_values=flag_values,
    )
    flags.DEFINE_float(
        "max_megapixels",
        24,
        "Most million pixels of a photo.",
        flag_values=flag_values,
    )
    flags.DEFINE_integer(
        "max_waiting",
        20,
        "Most photos that wait for their turn; more are turned away.",
        lower_bound=1,
        flag_values=flag_values,
    )


def main(flag_values, arguments):
    require_extra("demo", ["starlette", "uvicorn"], "The page")
    for name in ("max_upload_mb", "max_stored_mb", "max_megapixels"):
        value = flag_values[name].value
        if not (math.isfinite(value) and value > 0):
            raise InputError(f"Received --{name}={value}; expected a number above 0.")

    from tfdeblur.demo_page.application import PageSettings
    from tfdeblur.demo_page.networks import named_networks
    from tfdeblur.demo_page.serving import serve

    settings = PageSettings(
        host=flag_values.host,
        port=flag_values.port,
        max_upload_bytes=int(flag_values.max_upload_mb * 1e6),
        max_stored_bytes=int(flag_values.max_stored_mb * 1e6),
        max_pixels=int(flag_values.max_megapixels * 1e6),
        max_waiting=flag_values.max_waiting,
    )
    # Of NETWORK=WEIGHTS, either may be a path.
    networks = ["=".join(map(expanded, text.split("="))) for text in arguments]
    serve(named_networks(networks), settings)


if __name__ == "__main__":
    sys.exit(cli.run_app("demo"))
