"""Reports known vulnerabilities of the versions in .ci/requirements.lock.

Asks the database OSV through pip-audit. The exit status is 1 when there are any, and 0 when there
are none and when the database does not answer, which is said.

  python -m tools.known_vulnerabilities [URL]   # of another OSV server
"""

import json
import re
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parents[1] / ".ci" / "requirements.lock"

_SECONDS = 300


def main(lock=LOCK, url=None):
    """Prints a line for each vulnerability; returns the exit status."""
    dependencies, reason = _audited(lock, url)
    if dependencies is None:
        print(f"known vulnerabilities: skipped, no database reachable ({reason})")
        return 0
    vulnerable = [found for found in dependencies if found.get("vulns")]
    for found in vulnerable:
        for vulnerability in found["vulns"]:
            names = ", ".join([vulnerability["id"], *vulnerability["aliases"]])
            fixed = ", ".join(vulnerability["fix_versions"]) or "none yet"
            print(f"{found['name']} {found['version']}: {names}; fixed in: {fixed}")
    print(f"known vulnerabilities: in {len(vulnerable)} of {len(dependencies)} packages")
    return 1 if vulnerable else 0


def _audited(lock, url):
    """pip-audit's list of packages and "", or None and why there is none."""
    command = [sys.executable, "-m", "pip_audit", "--vulnerability-service=osv", "--format=json"]
    # As locked, without asking pip what they depend on.
    command += ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--timeout=15"]
    command += [f"--osv-url={url}"] if url else []
    try:
        finished = subprocess.run(
            [*command, f"--requirement={lock}"], capture_output=True, text=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return None, f"no answer within {_SECONDS} s"
    try:
        return json.loads(finished.stdout)["dependencies"], ""
    except ValueError:
        said = finished.stderr.strip().splitlines() or ["pip-audit said nothing"]
        # No network, no answer, a proxy that refuses: requests has many names for it.
        if not re.search("onnectionError|Timeout|requests|HTTP|SSL|Proxy", said[-1]):
            raise RuntimeError(f"pip-audit failed: {finished.stderr}") from None
        return None, said[-1][:200]


if __name__ == "__main__":
    sys.exit(main(url=sys.argv[1] if len(sys.argv) > 1 else None))
