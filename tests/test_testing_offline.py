"""The guard that keeps kernels off the network: what it refuses, what it lets through, and what a cell says."""

import os
import socket
import subprocess
import sys
import threading

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_utils.testing.offline import GUARD

pytest_plugins = "pytester"
FAR = "192.0.2.1"  # an address for documentation: nobody answers there


def guarded(code, tmp_path):
    """Run Python with the guard; return what it printed and what the guard wrote down."""
    log = tmp_path / "refused"
    environment = {**os.environ, "PYTHONPATH": str(GUARD), "OFFLINE_LOG": str(log)}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    return run, log.read_text() if log.exists() else ""


@pytest.mark.parametrize(
    "reach",
    [
        f"socket.create_connection(('{FAR}', 80), timeout=1)",
        "socket.getaddrinfo('example.org', 443)",
        "socket.gethostbyname('example.org')",
        f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('{FAR}', 53))",
        "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
        "__import__('urllib.request').request.urlopen('http://example.org')",
        f"__import__('subprocess').run([__import__('sys').executable, '-c', "
        f"'import socket; socket.create_connection((\"{FAR}\", 80), timeout=1)'], check=True)",
    ],
)
def test_another_machine_is_refused_and_written_down(reach, tmp_path):
    run, log = guarded(f"import socket\n{reach}", tmp_path)
    assert run.returncode != 0
    assert "this run is offline" in run.stderr
    assert FAR in log or "example.org" in log or "2001:db8::1" in log


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_let_through(host, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: server.accept()[0].sendall(b"here"), daemon=True).start()
        code = f"import socket; print(socket.create_connection(('{host}', {server.getsockname()[1]})).recv(4))"
        run, log = guarded(code, tmp_path)
    assert run.stdout.strip() == "b'here'", run.stderr
    assert not log


def test_a_unix_socket_is_let_through(tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        run, log = guarded(
            f"import socket; socket.socket(socket.AF_UNIX).connect({str(tmp_path / 's')!r})",
            tmp_path,
        )
    assert run.returncode == 0, run.stderr
    assert not log


SWALLOW = f"""import socket
try:
    socket.create_connection(("{FAR}", 80), timeout=1)
except OSError as error:
    print(type(error).__name__)"""


@pytest.fixture
def run(pytester, request, monkeypatch):
    def run(*options):
        swallowed = new_code_cell(
            SWALLOW,
            execution_count=1,
            outputs=[new_output("stream", name="stdout", text="ConnectionRefusedError\n")],
        )
        after = new_code_cell(
            "print('on')",
            execution_count=2,
            outputs=[new_output("stream", name="stdout", text="on\n")],
        )
        nbformat.write(new_notebook(cells=[swallowed, after]), pytester.path / "lesson.ipynb")
        return pytester.runpytest_subprocess(
            "-p",
            "course_utils.testing.offline",
            "--nbval",
            "--nbval-current-env",
            "lesson.ipynb",
            "-p",
            "no:cacheprovider",
            *options,
        )

    monkeypatch.setenv("PYTHONPATH", str(request.path.parent))
    return run


def test_a_cell_that_swallows_the_refusal_fails_and_the_next_one_does_not(run):
    result = run("--nbval-offline")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"*this cell reached for the network: socket.*{FAR}*"])


@pytest.mark.parametrize("options", [(), ("--nbval-offline", "--nbval-online")])
def test_without_the_option_nothing_is_guarded(run, options):
    result = run(*options)
    assert "reached for the network" not in result.stdout.str()
    result.stdout.fnmatch_lines(["*2 passed*"])
