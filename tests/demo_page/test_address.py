"""Hosts and ports that can and cannot be used."""

import os
import socket

import pytest

from tfdeblur.demo_page.address import bypass_proxy, check_address, url
from tfdeblur.errors import InputError


def test_the_loopback_address_can_be_used():
    check_address("127.0.0.1", None)
    check_address("localhost", None)


def test_a_port_that_another_has():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port}, which cannot be used: Address already"):
            check_address("127.0.0.1", port)
    check_address("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "256.1.1.1"])
def test_hosts_that_are_not_this_machine(host):
    with pytest.raises(InputError, match=f"Received host {host} and port none, which cannot"):
        check_address(host, None)


def test_urls():
    assert url("127.0.0.1", 7860) == "http://127.0.0.1:7860"
    assert url("::1", 80) == "http://[::1]:80"


def test_the_page_is_not_looked_for_behind_a_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "example.org")
    monkeypatch.delenv("no_proxy", raising=False)
    bypass_proxy("10.0.0.7")
    assert os.environ["NO_PROXY"] == "example.org,localhost,127.0.0.1,10.0.0.7"
    assert os.environ["no_proxy"] == "localhost,127.0.0.1,10.0.0.7"
    monkeypatch.delenv("no_proxy")
