"""Similarity: scikit-learn as the oracle for figures and projections; any vectors, any labels."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text
from pictures import HOSTILE, check, check_golden, words_of
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise

from course_utils.maps import project
from course_utils.pictures.maps import plot_map
from course_utils.pictures.similarity import show_neighbours, show_similarity
from course_utils.similarity import (
    Neighbour,
    carrying_words,
    nearest,
    similarity_matrix,
)

ORACLES = {
    "cosine": pairwise.cosine_similarity,
    "dot": pairwise.linear_kernel,
    "euclidean": pairwise.euclidean_distances,
}
matrices = st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**31)).map(
    lambda t: np.random.default_rng(t[2]).normal(size=t[:2]).round(3)
)


class TestMatrix:
    """Every vector with every other."""

    @given(matrices, st.sampled_from(sorted(ORACLES)))
    @settings(max_examples=25, deadline=None)
    def test_agrees_with_scikit_learn(self, vectors, metric):
        others = vectors[::-1] + 0.5
        for ours, theirs in (
            (similarity_matrix(vectors, metric=metric), ORACLES[metric](vectors)),
            (similarity_matrix(vectors, others, metric=metric), ORACLES[metric](vectors, others)),
        ):
            np.testing.assert_allclose(ours.numpy(), theirs, atol=1e-6)

    def test_a_vector_of_zeros_is_similar_to_nothing(self):
        assert similarity_matrix([[0.0, 0.0], [1.0, 0.0]]).tolist() == [[0.0, 0.0], [0.0, 1.0]]

    def test_lists_of_tensors_arrays_and_half_precision(self):
        vectors = torch.tensor([[1.0, 0.5], [0.0, 2.0]])
        expected = similarity_matrix(vectors)
        for same in (
            list(vectors),
            vectors.numpy(),
            vectors.tolist(),
            vectors.half(),
            vectors.bfloat16(),
        ):
            torch.testing.assert_close(similarity_matrix(same), expected)

    @pytest.mark.parametrize(
        ("arguments", "error", "words"),
        [
            (
                ([[1.0]], None, "manhattan"),
                ValueError,
                "one of cosine, dot, euclidean, got 'manhattan'",
            ),
            (([[1.0]], [[1.0, 2.0]], "dot"), ValueError, "expected vectors of size 1, got size 2"),
            (([1.0], None, "dot"), ValueError, "expected 2 dimensions"),
            (([[1.0], [1.0, 2.0]], None, "dot"), TypeError, "lists of numbers of equal length"),
        ],
    )
    def test_errors(self, arguments, error, words):
        with pytest.raises(error, match=words):
            similarity_matrix(arguments[0], arguments[1], metric=arguments[2])


class TestNearest:
    """The nearest neighbours of a query."""

    @given(matrices, st.sampled_from(sorted(ORACLES)), st.integers(1, 8))
    @settings(max_examples=25, deadline=None)
    def test_agrees_with_sorting_everything(self, vectors, metric, k):
        scores = similarity_matrix(vectors[:1], vectors, metric=metric)[0].tolist()
        expected = sorted(
            range(len(vectors)), key=lambda i: scores[i] if metric == "euclidean" else -scores[i]
        )[:k]
        found = nearest(vectors[0], vectors, k=k, metric=metric)
        assert [n.index for n in found] == expected
        assert [n.score for n in found] == [scores[i] for i in expected]

    def test_nan_is_never_near(self):
        assert [n.index for n in nearest([1.0, 0.0], [[math.nan, 1.0], [1.0, 0.0]], k=2)] == [1]

    @pytest.mark.parametrize(
        ("query", "k", "words"),
        [
            ([1.0, 0.0], 0, "whole number from 1, got 0"),
            ([[1.0, 0.0], [0.0, 1.0]], 1, "expected one vector, got 2"),
            ([1.0], 1, "size 1, got size 2"),
        ],
    )
    def test_errors(self, query, k, words):
        with pytest.raises(ValueError, match=words):
            nearest(query, [[1.0, 0.0]], k=k)

    @given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 1000))
    @settings(max_examples=25, deadline=None)
    def test_the_words_add_up_to_the_cosine(self, tokens, size, seed):
        torch.manual_seed(seed)
        hidden, query = torch.randn(tokens, size), torch.randn(size)
        shares = carrying_words(query, hidden, [str(i) for i in range(tokens)])
        expected = torch.nn.functional.cosine_similarity(hidden.mean(0), query, dim=0).item()
        assert sum(share for _, share in shares) == pytest.approx(expected, abs=1e-5)

    def test_words_of_a_token_too_many(self):
        with pytest.raises(ValueError, match="tokens: expected one per token vector, 1"):
            carrying_words([1.0], [[1.0]], ["a", "b"])

    def test_golden_neighbours(self):
        view = show_neighbours(
            "water",
            [Neighbour(1, 0.7), Neighbour(0, -0.1)],
            ["bank", "river"],
            words=[[("river", 0.6), ("##s", 0.1)], [("bank", -0.1)]],
        )
        check_golden("neighbours", view)

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_hostile_strings_stay_text(self, hostile):
        check(
            show_neighbours(
                hostile,
                [Neighbour(0, 0.5)],
                [hostile],
                words=[[(hostile, 0.5)]],
                caption=hostile or None,
            )
        )

    def test_none_and_many(self):
        assert "best first" in check(show_neighbours("q", [], [])).text
        many = [Neighbour(0, 0.5)] * 900
        assert "of 900" in check(show_neighbours("q", many, ["x" * 100])).text

    def test_an_index_without_a_text(self):
        with pytest.raises(ValueError, match="expected an index from 0 to 0, got 3"):
            show_neighbours("q", [Neighbour(3, 0.5)], ["a"])


class TestHeatMap:
    """The matrix as a picture."""

    def test_golden(self):
        check_golden(
            "similarity", show_similarity([[1.0, 0.0], [0.6, 0.8], [-1.0, 0.1]], ["a", "b", "c"])
        )

    @given(matrices, st.sampled_from(sorted(ORACLES)), st.booleans())
    @settings(max_examples=25, deadline=None)
    def test_every_figure_is_in_both_faces(self, vectors, metric, cluster):
        view = check(
            show_similarity(
                vectors, [f"v{i}" for i in range(len(vectors))], metric=metric, cluster=cluster
            )
        )
        for value in similarity_matrix(vectors, metric=metric).flatten().tolist():
            figure = f"{value:.2f}".replace("-0.00", "0.00")
            assert figure in view.text and figure in words_of(view.html)

    def test_cluster_puts_similar_ones_beside_each_other(self):
        vectors = [[1.0, 0.0], [0.0, 1.0], [0.99, 0.01], [0.01, 0.99]]
        lines = show_similarity(vectors, list("abcd"), cluster=True).text.splitlines()[2:]
        order = [line.split()[1] for line in lines]
        assert {frozenset(order[:2]), frozenset(order[2:])} == {frozenset("ac"), frozenset("bd")}

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_hostile_labels_stay_text(self, hostile):
        check(show_similarity([[1.0], [2.0]], [hostile, "b"], caption=hostile or None))

    def test_nan_and_infinite_vectors(self):
        assert "nan" in check(show_similarity([[math.nan], [1.0]], ["a", "b"])).text
        check(show_similarity([[math.inf], [1.0]], ["a", "b"], metric="dot"))
        with pytest.raises(ValueError, match="cluster: expected finite vectors"):
            show_similarity([[math.nan], [1.0], [2.0]], list("abc"), cluster=True)

    def test_empty_one_and_many(self):
        assert "0 vectors" in check(show_similarity(torch.zeros(0, 3), [])).text
        assert "1.00" in check(show_similarity([[2.0]], ["a"])).text
        assert (
            "of 100 vectors" in check(show_similarity(torch.randn(100, 8), ["a label"] * 100)).text
        )

    def test_labels_must_fit(self):
        with pytest.raises(ValueError, match="labels: expected one per vector, 1, got 2"):
            show_similarity([[1.0]], ["a", "b"])
        with pytest.raises(TypeError, match="got one string"):
            show_similarity([[1.0], [1.0]], "ab")


class TestMap:
    """Vectors in a plane."""

    @given(matrices.filter(lambda m: len(m) > 2 and m.shape[1] > 1))
    @settings(max_examples=25, deadline=None)
    def test_pca_agrees_with_scikit_learn(self, vectors):
        points, kept = project(vectors)
        fitted = PCA(2).fit(vectors)
        np.testing.assert_allclose(
            points.abs().numpy(), np.abs(fitted.transform(vectors)), atol=1e-5
        )
        assert kept == pytest.approx(fitted.explained_variance_ratio_.sum(), abs=1e-5)

    def test_scaling_keeps_the_cosine_distances_where_two_directions_suffice(self):
        points, kept = project(
            torch.eye(3) * 2, method="mds"
        )  # right angles: an equilateral triangle of side 1
        expected = 1 - torch.eye(3, dtype=torch.float64)
        torch.testing.assert_close(torch.cdist(points, points), expected, atol=1e-6, rtol=0)
        assert kept == pytest.approx(1.0)

    @pytest.mark.parametrize("method", ["pca", "mds"])
    @pytest.mark.parametrize("shape", [(2, 1), (3, 2), (9, 4), (5, 60)])
    def test_points_are_those_of_the_eigenvectors_up_to_sign(self, method, shape):
        vectors = torch.randn(shape, generator=torch.Generator().manual_seed(3)).double()
        if method == "pca":
            gram = (vectors - vectors.mean(0)) @ (vectors - vectors.mean(0)).T
        else:
            squared = (1 - similarity_matrix(vectors)) ** 2
            centre = torch.eye(len(vectors)).double() - 1 / len(vectors)
            gram = -0.5 * centre @ squared @ centre
        values, axes = torch.linalg.eigh(gram)
        values = values.flip(0).clamp(min=0)
        points, kept = project(vectors, method=method)
        expected = (axes.flip(1)[:, :2] * values[:2].sqrt()).abs()
        torch.testing.assert_close(points.abs(), expected, atol=1e-7, rtol=0)
        total = values.sum()
        assert kept == pytest.approx((values[:2].sum() / total).item() if total else 1.0)
        assert (points.gather(0, points.abs().argmax(0, keepdim=True)) >= 0).all()

    def test_the_figure_shows_itself_and_says_its_points(self):
        figure = plot_map(
            [[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]], list("abc"), groups=list("xyx"), title="Found it"
        )
        data, metadata = figure._repr_mimebundle_()
        assert (
            set(data) == {"image/png", "text/html", "text/plain"}
            and metadata["image/png"]["alt"]
            == "Found it. 3 points: second direction from -0.445 to 0.512 over first direction from -0.831 to 1.37."
        )
        assert data["text/plain"].splitlines()[:2] == ["Found it", "label  group  first   second"]
        assert figure._repr_mimebundle_()[0] == data

    def test_labels_of_one_place_do_not_cover_each_other(self):
        figure = plot_map([[0.0, 0.0]] * 4 + [[5.0, 1.0]], ["same place"] * 4 + ["far"])
        figure.draw_without_rendering()
        boxes = [
            Text.get_window_extent(label) for label in figure.axes[0].texts
        ]  # without the line to the point
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_hostile_labels_are_drawn(self, hostile):
        plot_map(
            [[0.0], [1.0]], [hostile, "b"], groups=[hostile, "g"], title=hostile
        )._repr_mimebundle_()

    @pytest.mark.parametrize(
        ("vectors", "options", "words"),
        [
            ([[1.0]], {}, "at least two finite vectors"),
            ([[1.0], [math.nan]], {}, "NaN or infinite"),
            ([[1.0], [2.0]], {"method": "tsne"}, "'pca' or 'mds', got 'tsne'"),
            ([[1.0], [2.0]], {"groups": ["a"]}, "groups: expected one per vector, 2, got 1"),
        ],
    )
    def test_errors(self, vectors, options, words):
        with pytest.raises(ValueError, match=words):
            plot_map(vectors, [str(i) for i in range(len(vectors))], **options)
