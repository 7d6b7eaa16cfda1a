"""pip-audit against a database of our own: findings fail, an absent database does not."""

import http.server
import json
import threading

import pytest

from tools import known_vulnerabilities
from tools.known_vulnerabilities import main

LOCKED = "harmless==1.0 --hash=sha256:{}\nleaky==2.0 --hash=sha256:{}\n".format("0" * 64, "1" * 64)


class Database(http.server.BaseHTTPRequestHandler):
    """Knows one vulnerability, in the way of https://google.github.io/osv.dev/post-v1-query."""

    def do_POST(self):
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name, version = query["package"]["name"], query["version"]
        ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1"}]}]
        package = {"name": name, "ecosystem": "PyPI"}
        affected = {"package": package, "ranges": ranges, "versions": ["2.0"]}
        known = {"id": "GHSA-1", "aliases": ["CVE-2"], "summary": "leaks", "affected": [affected]}
        vulnerable = (name, version) == ("leaky", "2.0")
        answer = json.dumps({"vulns": [known]} if vulnerable else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def url():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Database) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def lock(tmp_path):
    file = tmp_path / "requirements.lock"
    file.write_text(LOCKED)
    return file


def test_a_vulnerable_version_fails_and_is_named(lock, url, capsys):
    assert main(lock, url) == 1
    finding, summary = capsys.readouterr().out.splitlines()
    assert finding == "leaky 2.0: CVE-2, GHSA-1; fixed in: 2.1"
    assert summary == "known vulnerabilities: in 1 of 2 packages"


def test_sound_versions_pass(lock, url, capsys):
    lock.write_text(LOCKED.replace("leaky==2.0", "leaky==2.1"))
    assert main(lock, url) == 0
    assert capsys.readouterr().out == "known vulnerabilities: in 0 of 2 packages\n"


def test_a_database_that_cannot_be_reached_is_told(lock, capsys):
    assert main(lock, "http://127.0.0.1:1") == 0
    assert "skipped, no database reachable" in capsys.readouterr().out


def test_a_lock_that_cannot_be_read_does_not_pass_for_a_sound_one(lock, url):
    lock.write_text("leaky\n")
    with pytest.raises(RuntimeError, match="pip-audit failed"):
        main(lock, url)


def test_the_lock_of_the_project_is_what_is_audited():
    assert "tensorflow==" in known_vulnerabilities.LOCK.read_text()
