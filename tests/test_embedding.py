"""Embedding: hand-worked pooling, sentence-transformers as the oracle, the stored vectors, and the errors."""

import threading

import pytest
import torch

from course_utils import checkpoint
from course_utils.data.corpora import read_rows
from course_utils.data.vectors import (
    digest,
    entry_texts,
    perturbed_copies,
    stored_lengths,
    stored_vectors,
)
from course_utils.embedding import (
    embed_part,
    embed_texts,
    length_sorted_batches,
    load_encoder,
    pool,
)

ODD = ["", "a", "word " * 400, "a literal [PAD] in the text", "naïve café 日本語 🙂", "a"]


@pytest.fixture(scope="module")
def encoder():
    return load_encoder(checkpoint("embeddings"))


def test_pooling_by_hand():
    hidden = torch.tensor([[[1.0, -5.0], [3.0, -1.0], [9.0, 9.0]]])
    mask = torch.tensor([[1, 1, 0]])
    assert pool(hidden, mask).tolist() == [[2.0, -3.0]]
    assert pool(hidden, mask, pooling="cls").tolist() == [[1.0, -5.0]]
    assert pool(hidden, mask, pooling="max").tolist() == [[3.0, -1.0]]  # the pad's 9 must not win


def test_pooling_rejects_what_does_not_fit():
    with pytest.raises(ValueError, match="mean, cls or max"):
        pool(torch.zeros(1, 2, 3), torch.ones(1, 2), pooling="sum")
    with pytest.raises(ValueError, match=r"\(1, 2, 3\) and \(1, 3\)"):
        pool(torch.zeros(1, 2, 3), torch.ones(1, 3))


@pytest.mark.parametrize("budget", [1, 7, 64, 10_000])
def test_batches_hold_every_text_once_and_stay_within_the_budget(budget):
    lengths = torch.randint(0, 40, (200,), generator=torch.Generator().manual_seed(1)).tolist()
    batches = list(length_sorted_batches(lengths, budget))
    assert sorted(i for batch in batches for i in batch) == list(range(200))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= budget


def test_a_batch_changes_no_vector(encoder):
    together = embed_texts(*encoder, ODD)
    alone = torch.cat([embed_texts(*encoder, [text]) for text in ODD])
    assert (together - alone).abs().max() < 1e-5
    assert torch.allclose(together.norm(dim=1), torch.ones(len(ODD)), atol=1e-5)
    assert torch.allclose(together[1], together[5], atol=1e-6)


def test_equal_to_sentence_transformers_and_so_is_the_stored_reference(encoder):
    package = pytest.importorskip("sentence_transformers")
    texts = [row["text"] for row in read_rows("sentiment")]
    oracle = torch.from_numpy(
        package.SentenceTransformer(checkpoint("embeddings"), device="cpu").encode(
            texts + ODD, show_progress_bar=False
        )
    )
    assert (embed_texts(*encoder, texts + ODD) - oracle).abs().max() < 1e-5
    assert (
        stored_vectors("sentence_transformers", texts) - oracle[: len(texts)]
    ).abs().max() < 1e-5


def test_stored_corpus_equals_a_fresh_one(encoder):
    texts = entry_texts(read_rows("stdlib"))
    stored = stored_vectors("stdlib", texts)
    assert (
        embed_texts(*encoder, texts) - stored
    ).abs().max() < 1e-3  # what float16 leaves of numbers below one


def test_stored_lengths_are_those_of_the_unscaled_vectors(encoder):
    texts = entry_texts(read_rows("stdlib"))
    fresh = embed_texts(*encoder, texts[::60], normalised=False).norm(dim=-1)
    stored = stored_lengths(texts)
    assert stored.shape == (len(texts),)
    assert (stored[::60] - fresh).abs().max() < 5e-3  # float16 between 4 and 8
    with pytest.raises(ValueError, match="were made for texts"):
        stored_lengths(texts[1:])


def test_stored_vectors_refuse_other_texts_and_unknown_names():
    with pytest.raises(ValueError, match=r"were made for texts \w{16}, got"):
        stored_vectors("stdlib", ["another text"])
    with pytest.raises(ValueError, match="got 'nothing'"):
        stored_vectors("nothing", [])
    assert digest(["ab", "c"]) != digest(["a", "bc"])


def test_copies_keep_the_originals_and_stay_near_them():
    vectors = torch.nn.functional.normalize(
        torch.randn(10, 384, generator=torch.Generator().manual_seed(0)), dim=-1
    )
    copies = perturbed_copies(vectors, 25)
    assert torch.allclose(copies[:10], vectors)
    assert torch.allclose(copies.norm(dim=1), torch.ones(25))
    cosines = (copies[10:20] * vectors).sum(1)
    assert 0.85 < cosines.min() < cosines.max() < 0.99
    assert len(perturbed_copies(vectors, 4)) == 4


@pytest.mark.parametrize(
    ("texts", "message"), [("one", "a list of strings, got one string"), (["a", 3], "got int")]
)
def test_only_lists_of_strings_are_embedded(encoder, texts, message):
    with pytest.raises(TypeError, match=message):
        embed_texts(*encoder, texts)


def test_no_texts_give_no_vectors(encoder):
    assert embed_texts(*encoder, []).shape == (0, 384)


def test_progress_is_drawn_on_standard_output(encoder, capsys):
    embed_texts(*encoder, ["one", "two"], progress=True)
    shown = capsys.readouterr()
    assert "2/2" in shown.out
    assert shown.err == ""


def test_two_threads_embed_at_once(encoder):
    texts = [f"text number {i} " * (i % 40 + 1) for i in range(60)]
    found = {}
    threads = [
        threading.Thread(
            target=lambda k=k: found.__setitem__(k, embed_part(texts, checkpoint("embeddings")))
        )
        for k in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = embed_texts(*encoder, texts)
    assert sorted(found) == [0, 1, 2]
    assert all((torch.from_numpy(part) - expected).abs().max() < 1e-5 for part in found.values())


def test_two_workers_in_processes_of_their_own_give_the_same_vectors(encoder):
    distributed = pytest.importorskip("distributed")
    texts = [f"entry {i}: does something useful" for i in range(8)]
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster.scheduler_address) as client,
    ):
        futures = client.map(embed_part, [texts[:4], texts[4:]], folder=checkpoint("embeddings"))
        parts = [torch.from_numpy(part) for part in client.gather(futures)]
    assert (torch.cat(parts) - embed_texts(*encoder, texts)).abs().max() < 1e-5


def test_a_row_of_padding_has_the_mean_zero_and_no_nan():
    assert pool(torch.ones(1, 2, 3), torch.zeros(1, 2)).tolist() == [[0.0, 0.0, 0.0]]
