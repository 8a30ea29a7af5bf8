"""Draw every diagram of the course as SVG: ``python img/draw.py [FOLDER]``; the same bytes at every run."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # the course's own drawing code, installed or not

import diagrams_01_02  # noqa: E402
import diagrams_03  # noqa: E402
import diagrams_03_04  # noqa: E402
import diagrams_05_08  # noqa: E402
import diagrams_06  # noqa: E402
import diagrams_07  # noqa: E402

DIAGRAMS = (
    *diagrams_01_02.DIAGRAMS,
    *diagrams_03.DIAGRAMS,
    *diagrams_03_04.DIAGRAMS,
    *diagrams_05_08.DIAGRAMS,
    *diagrams_07.DIAGRAMS,
    *diagrams_06.DIAGRAMS,
)


def draw_all(folder):
    """Write one SVG file for each diagram into a folder and return the paths."""
    paths = []
    for diagram in DIAGRAMS:
        path = Path(folder) / f"{diagram.__name__}.svg"
        path.write_text(diagram().svg(), encoding="utf-8", newline="\n")
        paths.append(path)
    return paths


if __name__ == "__main__":
    for written in draw_all(sys.argv[1] if len(sys.argv) > 1 else HERE):
        print(written.name)
