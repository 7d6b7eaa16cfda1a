"""Standard error is turned off for libraries, and is back afterwards."""

import os
import subprocess
import sys
import threading

from tfdeblur.system.quiet import quiet_libraries


def test_what_libraries_print_is_lost_and_the_rest_is_not(capfd):
    os.write(2, b"before ")
    with quiet_libraries():
        os.write(2, b"inside ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_an_exception_passes_and_the_terminal_is_back(capfd):
    try:
        with quiet_libraries():
            raise ValueError
    except ValueError:
        os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_threads_that_overlap_leave_the_terminal_as_it_was(capfd):
    first_is_inside, second_is_inside = threading.Event(), threading.Event()

    def first():
        with quiet_libraries():
            first_is_inside.set()
            second_is_inside.wait(10)

    def second():
        first_is_inside.wait(10)
        with quiet_libraries():
            second_is_inside.set()
            one.join()  # leaves after the one that entered before it
            os.write(2, b"inside ")

    one, other = threading.Thread(target=first), threading.Thread(target=second)
    one.start()
    other.start()
    other.join(10)
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_where_standard_error_is_closed_all_goes_on(tmp_path):
    code = (
        "from tfdeblur.system.quiet import quiet_libraries\nwith quiet_libraries(): print('done')"
    )
    finished = subprocess.run(
        ["sh", "-c", '"$0" -c "$1" 2>&-', sys.executable, code], stdout=subprocess.PIPE, text=True
    )
    assert (finished.returncode, finished.stdout) == (0, "done\n")
