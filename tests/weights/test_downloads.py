"""Released weights by download: from a server on this machine, which misbehaves where asked to."""

import contextlib
import functools
import hashlib
import http.server
import threading
import time

import numpy as np
import pytest

from tfdeblur import cli
from tfdeblur.errors import InputError
from tfdeblur.system.full_disk import FullDiskError
from tfdeblur.weights import downloads
from tfdeblur.weights.downloads import cached_weights, download_weights, release_files


class Server(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and spoils the files whose names are keys of `spoiled`."""

    spoiled: dict = {}  # noqa: RUF012  (set anew by the fixture)
    asked: list = []  # noqa: RUF012

    def do_GET(self):
        self.asked.append(self.path)
        how = next((how for name, how in self.spoiled.items() if name in self.path), None)
        if how == "redirect" and not self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", "/moved" + self.path)
            self.end_headers()
        elif how == "truncate":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 10)
        elif how == "stall":
            time.sleep(1.5)
        elif how == "change":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"something else")
        else:
            self.path = self.path.removeprefix("/moved")
            super().do_GET()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(folder, **spoiled):
    handler = type("Handler", (Server,), {"spoiled": spoiled, "asked": []})
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler.asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDEBLUR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def release(tmp_path, monkeypatch):
    """A folder laid out as the repository, with small files in place of the authors'."""
    lines = ["path\tbytes\tsha256"]
    for name in ("encoder_lv1", "decoder_lv1", "encoder_lv2"):
        path = tmp_path / "release" / "checkpoints" / "DMPHN_1_2_4" / f"{name}.pkl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 50)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        relative = path.relative_to(tmp_path / "release")
        lines.append(f"{relative}\t{path.stat().st_size}\t{digest}")
    listed = tmp_path / "list.tsv"
    listed.write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(downloads, "_LIST", listed)

    def convert(name, folder):
        assert sorted(file.stem for file in folder.glob("*.pkl")) == [
            "decoder_lv1",
            "encoder_lv1",
            "encoder_lv2",
        ]
        path = downloads.cache_folder() / f"{name}.weights.h5"
        path.write_bytes(b"converted")
        return path

    monkeypatch.setattr(downloads, "_convert", convert)
    return tmp_path / "release"


@pytest.fixture(scope="module")
def authors_files(reference_data, tmp_path_factory):
    """The authors' files, laid out as their repository is."""
    folder = tmp_path_factory.mktemp("authors") / "checkpoints"
    folder.mkdir()
    (folder / "DMPHN_1_2_4").symlink_to(reference_data / "dmphn_ckpt" / "DMPHN_1_2_4")
    return folder.parent


def test_the_command_fetches_converts_and_keeps(authors_files, cache, capsys):
    with serving(authors_files) as (address, asked):
        assert cli.run_app("download", ["dmphn_1_2_4", f"--from={address}"]) == 0
        assert len(asked) == 6
        said = capsys.readouterr().out
        assert "no licence" in said
        assert "tfdeblur deblur --model=dmphn_1_2_4 photo.jpg" in said
        assert cli.run_app("download", ["dmphn_1_2_4", f"--from={address}"]) == 0
        assert len(asked) == 6
    assert cached_weights("dmphn_1_2_4").parent == cache
    assert not list(cache.rglob("*.pkl"))


def test_the_list_is_of_whole_networks():
    assert {name: len(release_files(name)) for name in downloads.downloadable_networks()} == {
        "dmphn_1_2_4": 6,
        "dmphn_1_2_4_8": 8,
        "stack2_dmphn": 12,
        "stack3_dmphn": 18,
        "stack4_dmphn": 24,
    }


def test_a_folder_is_a_source(release, cache):
    download_weights("dmphn_1_2_4", release)
    assert not (cache / "downloads").exists()
    (release / "checkpoints" / "DMPHN_1_2_4" / "encoder_lv1.pkl").unlink()
    cached_weights("dmphn_1_2_4").unlink()
    with pytest.raises(InputError, match=r"encoder_lv1.pkl: no such file; expected a folder laid"):
        download_weights("dmphn_1_2_4", release)


def test_redirects_are_followed(release):
    with serving(release, decoder_lv1="redirect") as (address, _):
        assert download_weights("dmphn_1_2_4", address).is_file()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("truncate", "decoder_lv1.pkl: "),
        ("change", "decoder_lv1.pkl: received a file with another SHA-256"),
        ("stall", "decoder_lv1.pkl: cannot be fetched"),
    ],
)
def test_what_a_server_spoils_is_named_and_not_kept(release, cache, monkeypatch, how, message):
    monkeypatch.setattr(downloads, "_TIMEOUT_SECONDS", 0.5)
    with serving(release, decoder_lv1=how) as (address, asked):
        with pytest.raises(InputError, match=message):
            download_weights("dmphn_1_2_4", address)
        assert cached_weights("dmphn_1_2_4") is None
        assert [file.stem for file in cache.rglob("*.pkl")] == ["encoder_lv1"]
        asked.clear()
    with serving(release) as (address, asked):
        download_weights("dmphn_1_2_4", address)
        assert not any("encoder_lv1" in path for path in asked)


def test_a_missing_file_says_its_status(release):
    (release / "checkpoints" / "DMPHN_1_2_4" / "encoder_lv2.pkl").unlink()
    with (
        serving(release) as (address, _),
        pytest.raises(InputError, match=r"encoder_lv2.pkl: cannot be fetched \(HTTP status 404\)"),
    ):
        download_weights("dmphn_1_2_4", address)


def test_no_server_is_one_line(release):
    with serving(release) as (address, _):
        pass
    with pytest.raises(InputError, match=r"cannot be fetched \(ConnectionError\)"):
        download_weights("dmphn_1_2_4", address)


def test_an_unknown_network_names_the_nearest_first(capsys):
    assert cli.run_app("download", ["dmphn_1_2_4_9"]) == 2
    assert "expected one of: dmphn_1_2_4" in capsys.readouterr().err


def test_a_full_disk_is_named(release, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(downloads, "_convert", full)
    with pytest.raises(FullDiskError, match="cache"):
        download_weights("dmphn_1_2_4", release)


def test_processes_wait_for_one_another(release, cache):
    with serving(release) as (address, asked):
        threads = [
            threading.Thread(target=download_weights, args=("dmphn_1_2_4", address))
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(asked) == 3


def test_the_authors_files_in_a_folder_give_their_weights(authors_files, reference_data):
    from tfdeblur import build_model
    from tfdeblur.weights import import_release
    from tfdeblur.weights.files import load_weights

    by_download, by_import = build_model("dmphn_1_2_4"), build_model("dmphn_1_2_4")
    load_weights(by_download, download_weights("dmphn_1_2_4", authors_files))
    import_release(by_import, reference_data / "dmphn_ckpt" / "DMPHN_1_2_4")
    for one, other in zip(by_download.variables, by_import.variables, strict=True):
        np.testing.assert_array_equal(one, other)
