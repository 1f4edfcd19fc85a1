"""Principal components, the joint probabilities of t-SNE, trustworthiness, and what scikit-learn's t-SNE reaches on real images.

The reference of each is scikit-learn. UMAP has no part in it; its test has umap-learn's number with the command beside it.
"""

import numpy
import torch
from scipy.sparse import csr_matrix
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities_nn
from sklearn.neighbors import NearestNeighbors

from fixture import Fixture, generator, normal

SHAPES = {"tall": (60, 8, 3), "wide": (12, 30, 4), "one_number": (40, 1, 1), "two_numbers": (50, 2, 2)}


def components(fixture):
    for name, (count, width, kept) in SHAPES.items():
        scale = torch.linspace(3, 0.5, width, dtype=torch.float64).mul(8).round().div(8)
        rows = normal((count, width), generator("projection", name)) * scale + 2
        reference = PCA(kept, svd_solver="full").fit(rows.numpy())
        fixture.add(
            f"components_{name}",
            {"kind": "components"},
            {
                "embeddings": rows,
                "mean": torch.from_numpy(reference.mean_),
                "components": torch.from_numpy(reference.components_),
                "variance": torch.from_numpy(reference.explained_variance_),
                "ratio": torch.from_numpy(reference.explained_variance_ratio_),
                "projected": torch.from_numpy(reference.transform(rows.numpy())),
            },
        )


def preservation(fixture):
    for name, count, neighbours in (("few", 40, 5), ("default", 200, 5), ("twelve", 200, 12), ("one", 11, 1)):
        source = generator("projection", "preservation", name)
        rows = normal((count, 8), source)
        points = rows[:, :2] + 0.5 * normal((count, 2), source).mul(16).round().div(16)
        rows_, points_ = rows.numpy(), points.numpy()
        fixture.add(
            f"preservation_{name}",
            {
                "kind": "preservation",
                "neighbours": neighbours,
                "trustworthiness": float(trustworthiness(rows_, points_, n_neighbors=neighbours)),
                "continuity": float(trustworthiness(points_, rows_, n_neighbors=neighbours)),
            },
            {"embeddings": rows, "points": points},
        )


def affinities(fixture):
    for name, count, perplexity in (("thirty", 120, 30), ("five", 80, 5)):
        rows = normal((count, 6), generator("projection", "affinities", name))
        graph = NearestNeighbors(n_neighbors=3 * perplexity).fit(rows.numpy()).kneighbors_graph(mode="distance")
        graph.sort_indices()
        graph.data **= 2
        joint = _joint_probabilities_nn(csr_matrix(graph), perplexity, verbose=0).toarray()
        fixture.add(
            f"affinities_{name}",
            {"kind": "affinities", "perplexity": perplexity},
            {"embeddings": rows, "affinities": torch.from_numpy(joint)},
        )


def digits(fixture):
    images = load_digits().data[:1000]
    points = TSNE(init="pca", random_state=0).fit_transform(images.astype(numpy.float32))
    fixture.add(
        "digits",
        {"kind": "digits", "trustworthiness": float(trustworthiness(images, points))},
        {"images": torch.from_numpy(images.astype(numpy.uint8))},
    )


def generate(folder):
    fixture = Fixture("projection")
    components(fixture)
    preservation(fixture)
    affinities(fixture)
    digits(fixture)
    fixture.write(folder)
