"""A private JupyterLab and a headless Chromium, started once for all tests of this folder."""

import pytest

from .jupyterlab import FLAGS, chromium_path, running_lab


@pytest.fixture(scope="package")
def browser():
    """Start Chromium, or skip with the reason.

    It ends with this package, not with the session: while Playwright lives, its event loop counts as running in the
    whole thread, and an explorer in a later test would wait for a pause in the typing that never comes.
    """
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = chromium_path()
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
    with running_lab(home, work) as address:
        yield work, address
