"""A private JupyterLab and a headless Chromium, started once for all tests of this folder."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {  # no question about news, and every cell in the page even when it is scrolled out of sight
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


@pytest.fixture(scope="package")
def browser():
    """Start Chromium, or skip with the reason.

    It ends with this package, not with the session: while Playwright lives, its event loop counts as running in the
    whole thread, and an explorer in a later test would wait for a pause in the typing that never comes.
    """
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if path is None:
        pytest.skip("no Chromium on this machine; on Debian: apt-get install chromium")
    with api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """Start JupyterLab on a private folder; gives that folder and a function from notebook name to address."""
    pytest.importorskip("jupyterlab", reason="jupyterlab is not installed")
    home, work = tmp_path_factory.mktemp("jupyter"), tmp_path_factory.mktemp("work")
    for name, content in SETTINGS.items():
        target = home / "config/lab/user-settings/@jupyterlab" / f"{name}.jupyterlab-settings"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(content))
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--IdentityProvider.token=",
        f"--ServerApp.root_dir={work}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=",
    ]
    with open(home / "log", "w") as log:
        server = subprocess.Popen(command, env=_environment(home), stdout=log, stderr=log, cwd=work)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status", server, home / "log")
        yield work, lambda name: f"http://127.0.0.1:{port}/lab/tree/{name}?reset"
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()


def _environment(home: Path) -> dict[str, str]:
    private = {
        name: str(home / name.lower())
        for name in ("JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    paths = os.pathsep.join(
        filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")])
    )
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "PYTEST"))
    }
    return (
        inherited
        | private
        | {
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "PYTHONPATH": paths,
            "COURSE_DEVICE": "cpu",
            "OMP_NUM_THREADS": "1",
            "JUPYTER_PREFER_ENV_PATH": "1",
        }
    )


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail("JupyterLab did not start:\n" + log.read_text()[-2000:])
