"""Record what the question-answering pipeline of transformers 4.57 answers with the course's checkpoint.

That pipeline left the library in version 5, so its answers are recorded once, in an environment of its own, which
has neither transformers 5 nor the course's other requirements:

    python -m venv old
    old/bin/pip install "torch==2.13.0" "transformers==4.57.*"
    old/bin/python -m recipes.make_qa_golden "$(python -c 'import course_utils; print(course_utils.checkpoint("qa"))')"

Run it again whenever the delta in ``course_utils/deltas/qa``, the passages or the questions change; the tests say so.
"""

import gzip
import json
import os
import sys
from pathlib import Path

from course_utils.data.corpora import RECORD, digests, read_rows  # needs the standard library alone


def record(folder):
    """Answer every shipped question twice: with an answer forced, and with "no answer" allowed."""
    # Set here and not on import: the tests import this module, and their own processes must not go offline by it.
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    import torch
    import transformers
    from transformers import pipeline

    if not transformers.__version__.startswith("4.57."):
        sys.exit(
            f"expected transformers 4.57, got {transformers.__version__}: version 5 has no such pipeline"
        )
    answer = pipeline("question-answering", model=folder, device="cpu")
    contexts = {passage["id"]: passage["text"] for passage in read_rows("passages")}
    answers = []
    for question in read_rows("questions"):
        asked = {"question": question["question"], "context": contexts[question["passage"]]}
        answers.append(
            {
                "id": question["id"],
                "forced": answer(**asked),
                "allowed": answer(**asked, handle_impossible_answer=True),
            }
        )
    return {
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "sha256": digests(),
        "answers": answers,
    }


def main():
    if len(sys.argv) != 2 or not Path(sys.argv[1], "config.json").is_file():
        sys.exit("expected one argument: the folder of the checkpoint 'qa'")
    recorded = json.dumps(record(sys.argv[1]), indent=0, ensure_ascii=False)
    with (
        open(RECORD, "wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed,
    ):  # same input, same bytes
        packed.write(recorded.encode("utf-8"))
    print(f"{RECORD.name}: {RECORD.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
