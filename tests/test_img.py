"""The diagrams in ``img/``: drawn anew they are the same bytes, and every reader can make something of them."""

import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

IMG = Path(__file__).parent.parent / "img"
SVG = "{http://www.w3.org/2000/svg}"
NAMES = {
    "answer_or_not",
    "body_and_heads",
    "config_architecture_checkpoint",
    "cross_vs_bi_encoder",
    "encoder_decoder",
    "follow_not",
    "hide_names",
    "heaps",
    "one_layer",
    "padding_and_mask",
    "pipeline_stages",
    "pooling",
    "qa_windows",
    "search_engine",
    "shop_comments",
    "three_trays",
    "tokenizer_anatomy",
    "transfer_learning",
    "two_faces",
    "two_days",
}
every_diagram = pytest.mark.parametrize(
    "path", sorted(IMG.glob("*.svg")), ids=lambda path: path.stem
)


def texts(path):
    """Give each line of text with its box ``(left, top, right, bottom)``, its width estimated on the safe side."""
    for node in ElementTree.parse(path).iter(f"{SVG}text"):
        size, mono = float(node.get("font-size")), "Menlo" in (node.get("font-family") or "")
        width = len(node.text) * size * (0.61 if mono else 0.5)
        x, y = float(node.get("x")), float(node.get("y"))
        left = x - {"start": 0, "middle": width / 2, "end": width}[node.get("text-anchor")]
        yield node, (left, y - 0.75 * size, left + width, y + 0.2 * size)


def luminance(colour):
    def linear(value):
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(value / 255) for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def rgb(text):
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


def test_drawing_them_again_gives_the_same_bytes(tmp_path):
    subprocess.run(
        [sys.executable, str(IMG / "draw.py"), str(tmp_path)], check=True, capture_output=True
    )
    drawn = {path.stem: path.read_bytes() for path in tmp_path.glob("*.svg")}
    assert set(drawn) == NAMES
    assert drawn == {path.stem: path.read_bytes() for path in IMG.glob("*.svg")}


@every_diagram
def test_it_names_and_describes_itself(path):
    root = ElementTree.parse(path).getroot()
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert (title.get("id"), description.get("id")) == ("title", "desc")
    assert len(title.text.split()) >= 3 and len(description.text.split()) >= 25


@every_diagram
def test_it_holds_no_script_and_refers_to_nothing_outside(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<script|<foreignObject|<image|<style|href|\bon\w+=|@import", source)
    assert re.findall(r"https?://[^\"]+", source) == ["http://www.w3.org/2000/svg"]
    assert set(re.findall(r"url\(([^)]*)\)", source)) <= {"#hatch"}


@every_diagram
def test_its_text_is_large_enough_stays_on_the_sheet_and_does_not_overlap(path):
    root = ElementTree.parse(path).getroot()
    width, height = float(root.get("width")), float(root.get("height"))
    assert (width, root.get("viewBox")) == (900, f"0 0 900 {root.get('height')}")
    boxes = []
    for node, (left, top, right, bottom) in texts(path):
        assert float(node.get("font-size")) >= 14, node.text
        assert left >= 4 and right <= width - 4 and top >= 4 and bottom <= height - 4, node.text
        boxes.append((node.text, left, top, right, bottom))
    for (a, *p), (b, *q) in combinations(boxes, 2):
        apart = p[2] <= q[0] or q[2] <= p[0] or p[3] <= q[1] or q[3] <= p[1]
        assert apart, (a, b)


@every_diagram
def test_its_text_has_contrast_on_everything_it_may_stand_on(path):
    root = ElementTree.parse(path).getroot()
    card = next(node for node in root.iter(f"{SVG}rect") if node.get("rx") == "12")
    assert (
        card.get("fill-opacity") is None
    )  # the page behind it, white or near-black, does not shine through
    ground = rgb(card.get("fill"))
    inks = {rgb(node.get("fill")) for node, _ in texts(path)}
    fills = {
        (node.get("fill"), float(node.get("fill-opacity") or 1))
        for node in root.iter(f"{SVG}rect")
        if node.get("fill").startswith("#")
    }
    for fill, alpha in fills:
        mixed = [alpha * f + (1 - alpha) * g for f, g in zip(rgb(fill), ground, strict=True)]
        for ink in inks:
            light, dark = sorted((luminance(mixed), luminance(ink)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (fill, alpha)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pipeline_stages", "I hate this."),
        ("tokenizer_anatomy", "Héllo, tokenizers!"),
        ("padding_and_mask", "This is a input."),
        ("padding_and_mask", "This is not"),
    ],
)
def test_pieces_and_ids_are_those_of_the_tokenizer(name, text):
    from transformers import AutoTokenizer

    from course_utils import checkpoint

    tokenizer = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    ids = tokenizer(text)["input_ids"]
    shown = [
        word for node, _ in texts(IMG / f"{name}.svg") for word in (node.text, *node.text.split())
    ]
    for number, piece in zip(ids, tokenizer.convert_ids_to_tokens(ids), strict=True):
        assert str(number) in shown and piece in shown
