"""Measures how the project bears bad input, faults and long runs; writes docs/reliability.md.

  python -m tools.reliability                          all parts, about two hours
  python -m tools.reliability --parts=images,weights   these, and the others as they were
  python -m tools.reliability --render                 nothing measured, only written anew

Figures are kept in docs/reliability.json, part by part, with the versions they were
measured with.
"""

import sys
import tempfile
from pathlib import Path

from absl import app, flags

from tools.reliability import report

FLAGS = flags.FLAGS

flags.DEFINE_list("parts", list(report.PARTS), "Which parts to measure.")
flags.DEFINE_bool("render", False, "Only write the report anew.")


def main(_):
    unknown = set(FLAGS.parts) - set(report.PARTS)
    if unknown:
        sys.exit(
            f"Received parts {', '.join(sorted(unknown))}; expected some of "
            f"{', '.join(report.PARTS)}."
        )
    for name in [] if FLAGS.render else FLAGS.parts:
        print(f"measuring {name}", flush=True)
        with tempfile.TemporaryDirectory() as workspace:
            report.store(name, report.part(name).measure(Path(workspace)))
    report.write()
    num_failures = sum(len(found) for found in report.failures().values())
    print(f"{report.PAGE}: {num_failures} failures")
    return 1 if num_failures else 0


if __name__ == "__main__":
    app.run(main)
