"""A pytest plugin that runs nbval's kernels without a network: ``-p course_utils.testing.offline --nbval-offline``.

The kernels, and what they start, may open sockets to this machine alone (``offline_kernel/sitecustomize.py`` beside
this file refuses the rest). A cell that tries fails and names the address, even if the code around it swallowed the error.
``--nbval-online`` later on the command line takes it back, for notebooks that are run on checkpoints from the Hub.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell

GUARD = Path(__file__).with_name("offline_kernel")


def pytest_addoption(parser):
    group = parser.getgroup("nbval")
    group.addoption(
        "--nbval-offline", action="store_true", help="refuse kernels every socket but loopback"
    )
    group.addoption(
        "--nbval-online",
        action="store_false",
        dest="nbval_offline",
        help="take --nbval-offline back",
    )


def pytest_configure(config):
    if config.option.nbval_offline:
        config.pluginmanager.register(Offline(), "nbval-offline")


class Offline:
    """Puts the guard into the environment while a kernel starts, and looks after each cell what it refused."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="offline-")
        self.log = Path(self.folder.name, "refused")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item):
        if not isinstance(item, IPyNbCell):
            return (yield)
        with (
            pytest.MonkeyPatch.context() as patch
        ):  # before the first cell of a notebook its kernel starts in here
            patch.setenv("PYTHONPATH", str(GUARD), prepend=os.pathsep)
            patch.setenv("OFFLINE_LOG", str(self.log))
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        try:
            return (yield)
        finally:
            if self.log.exists() and isinstance(item, IPyNbCell):
                refused = ", ".join(sorted(set(self.log.read_text(encoding="utf-8").splitlines())))
                self.log.unlink()
                item.raise_cell_error(f"this cell reached for the network: {refused}")

    def pytest_unconfigure(self):
        self.folder.cleanup()
