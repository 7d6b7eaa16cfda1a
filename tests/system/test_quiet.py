"""Standard error is Python's alone meanwhile, and is as before afterwards."""

import os
import subprocess
import sys

import pytest

from tfdeblur.system.quiet import quiet_native_code


def test_what_native_code_prints_is_lost_and_the_rest_is_not(capfd):
    os.write(2, b"before ")
    with quiet_native_code():
        os.write(2, b"inside ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_an_exception_passes_and_the_terminal_is_back(capfd):
    with pytest.raises(KeyError), quiet_native_code():
        raise KeyError
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def run(code, *shell):
    code = "import os, sys\nfrom tfdeblur.system.quiet import quiet_native_code\n" + code
    command = [*shell, sys.executable, *([] if shell else ["-c"]), code]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_python_goes_on_writing_to_the_terminal():
    done = run(
        "with quiet_native_code():\n"
        "    os.write(2, b'lost ')\n"
        "    print('inside', file=sys.stderr)\n"
        "print('after', file=sys.stderr)"
    )
    assert (done.returncode, done.stderr) == (0, "inside\nafter\n")


def test_a_crash_is_told():
    done = run("with quiet_native_code(): os.abort()")
    assert done.returncode != 0
    assert "Fatal Python error: Aborted" in done.stderr


def test_where_standard_error_is_closed_all_goes_on():
    done = run("with quiet_native_code(): print('done')", "sh", "-c", '"$0" -c "$1" 2>&-')
    assert (done.returncode, done.stdout) == (0, "done\n")
