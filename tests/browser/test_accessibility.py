"""axe-core over the gallery as JupyterLab's static export shows it, in both themes, wide and narrow."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

AXE = "4.14.1"
GALLERY = Path(__file__).parents[2] / "notebooks" / "00_gallery.ipynb"
PICTURES = ".jp-OutputArea-output"
# A region of our own is wanted inside a page of one's own, not inside the page that nbconvert writes around it.
OPTIONS = {"resultTypes": ["violations"], "rules": {"region": {"enabled": False}}}


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """Fetch axe-core at a pinned version; skip with the reason where npm or the network is missing."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("axe")
    run = subprocess.run(
        [
            "npm",
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--prefix",
            str(folder),
            f"axe-core@{AXE}",
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    source = folder / "node_modules/axe-core/axe.min.js"
    if not source.exists():
        pytest.skip(f"npm could not fetch axe-core {AXE}: {run.stderr.strip()[-200:]}")
    return source.read_text()


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, browser, axe, tmp_path_factory):
    """Open the gallery's export in one theme, with axe loaded and the network shut."""
    target = tmp_path_factory.mktemp("export") / f"{request.param}.html"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "nbconvert",
            "--to",
            "html",
            "--template",
            "lab",
            "--theme",
            request.param,
            "--output",
            str(target),
            str(GALLERY),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.route("http*://*", lambda route: route.abort())
    page.goto(target.as_uri())
    page.evaluate(axe)
    yield page
    page.close()


def violations(page, where):
    found = page.evaluate("([where, options]) => axe.run(where, options)", [where, OPTIONS])[
        "violations"
    ]
    return [
        f"{rule['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("width", [1280, 400])
def test_no_picture_has_a_violation(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    assert page.locator(PICTURES).count() > 15
    found = violations(page, {"include": [[PICTURES]]})
    assert not found, "\n".join(found)


def test_axe_would_notice(page):
    """The check can fail: an image without a text and faint words are found."""
    page.evaluate("""document.body.insertAdjacentHTML('beforeend',
        '<div class="planted"><img src="data:,"><p style="color:#888;background:#999">faint</p></div>')""")
    found = " ".join(violations(page, {"include": [[".planted"]]}))
    page.evaluate("document.querySelector('.planted').remove()")
    assert "image-alt" in found and "color-contrast" in found


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_overflows_the_page(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    wide = """limit => [...document.querySelectorAll('.jp-OutputArea-output > *')]
        .filter(node => node.getBoundingClientRect().right > limit + 1).map(node => node.outerHTML.slice(0, 100))"""
    assert page.evaluate(wide, width) == []
