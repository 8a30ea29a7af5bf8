"""A private JupyterLab and a headless Chromium, for the tests of this folder and for the bench."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

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


RUN_ALL = """async () => {
    const app = window.jupyterapp, session = app.shell.currentWidget.sessionContext;
    await session.ready;
    await session.session.kernel.info;
    app.commands.execute('notebook:run-all-cells');
}"""


def chromium_path() -> str | None:
    """Find Chromium on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def running_lab(home: Path, work: Path) -> Iterator[Callable[[str], str]]:
    """Start JupyterLab on the folder ``work`` with its settings in ``home``; gives a function from name to address.

    Raises
    ------
    RuntimeError
        If it does not start; with the end of its log.
    """
    for name, content in SETTINGS.items():
        target = home / "config/lab/user-settings/@jupyterlab" / f"{name}.jupyterlab-settings"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(content))
    port = _free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [
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
        yield lambda name: f"http://127.0.0.1:{port}/lab/tree/{name}?reset"
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
    raise RuntimeError("JupyterLab did not start:\n" + log.read_text()[-2000:])
