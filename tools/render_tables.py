r"""Renders the tables of experiments/ and of the README from the experiment ledger.

  python -m tools.render_tables           # writes what has changed
  python -m tools.render_tables --check   # writes nothing; fails when something is stale

Run it in the project's folder after every `tools.record_result`; a test runs the check.
"""

import sys
from pathlib import Path

from absl import app, flags

from tfdeblur.system.atomic_write import atomic_write
from tools import definition_tables, depth_table, paper_tables
from tools.ledger import PROJECT, read_paper_values, read_runs

_CHECK = flags.DEFINE_bool("check", False, "Only tell whether the tables are up to date.")


def main(argv):
    """Writes every stale file, or names it and fails."""
    if len(argv) > 1:
        raise app.UsageError(f"Received {argv[1:]}; expected flags only.")
    stale = [file for file, text in rendered().items() if _content(file) != text]
    if _CHECK.value and stale:
        names = ", ".join(str(file.relative_to(PROJECT)) for file in stale)
        sys.exit(f"Stale: {names}. Run `python -m tools.render_tables` and commit the result.")
    for file in stale:
        with atomic_write(file) as unfinished:
            unfinished.write_text(rendered()[file])
        print(file.relative_to(PROJECT))


def rendered():
    """{file: its whole text} for everything that is generated from the ledger."""
    values, runs = read_paper_values(), read_runs()
    readme = PROJECT / "README.md"
    text = with_block(readme.read_text(), "results", paper_tables.headline(values, runs))
    return {
        PROJECT / "experiments" / "gao2019.md": paper_tables.page("Gao19", values, runs),
        PROJECT / "experiments" / "zhang2019.md": paper_tables.page("Zhang19", values, runs),
        PROJECT / "experiments" / "metric_definitions.md": definition_tables.page(runs),
        readme: with_block(text, "depth", depth_table.block(runs)),
    }


def with_block(text, name, block):
    """`text` with `block` between the two markers of that name."""
    begin, end = f"<!-- {name}:begin; by tools/render_tables.py -->", f"<!-- {name}:end -->"
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"Expected the lines {begin} and {end}, in this order.")
    return f"{before}{begin}\n\n{block}\n{end}{after}"


def _content(file):
    return file.read_text() if Path(file).exists() else None


if __name__ == "__main__":
    app.run(main)
