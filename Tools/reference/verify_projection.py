"""Checks of projections from their definitions: eigenvectors, entropies, and ranks by counting."""

import numpy

from checking import cases, close


def verify_projection(path):
    for case in (settings | tensors for settings, tensors in cases(path)):
        {"components": verify_components, "preservation": verify_preservation, "affinities": verify_affinities}.get(
            case["kind"], lambda case: None
        )(case)


def verify_components(case):
    rows = case["embeddings"]
    centered = rows - rows.mean(0)
    covariance = centered.T @ centered / (len(rows) - 1)
    found = case["components"]
    close("components of length 1", found @ found.T, numpy.eye(len(found)))
    close("eigenvectors", found @ covariance, case["variance"][:, None] * found)
    close("ratio", case["ratio"], case["variance"] / numpy.trace(covariance))
    close("projected", case["projected"], centered @ found.T)
    if (found[numpy.arange(len(found)), numpy.abs(found).argmax(1)] <= 0).any():
        raise AssertionError("the largest number of a component is negative")


def untrustworthiness(near, ranked, neighbours):
    count, excess = len(near), 0
    for i in range(count):
        others = numpy.array([j for j in range(count) if j != i])
        here = others[numpy.square(near[others] - near[i]).sum(1).argsort()][:neighbours]
        there = numpy.square(ranked - ranked[i]).sum(1)
        excess += sum(max(0, (there[others] <= there[j]).sum() - neighbours) for j in here)
    return 2 * excess / (count * neighbours * (2 * count - 3 * neighbours - 1))


def verify_preservation(case):
    rows, points, neighbours = case["embeddings"], case["points"], case["neighbours"]
    close("trustworthiness", 1 - untrustworthiness(points, rows, neighbours), case["trustworthiness"])
    close("continuity", 1 - untrustworthiness(rows, points, neighbours), case["continuity"])


def verify_affinities(case):
    rows, perplexity = case["embeddings"], case["perplexity"]
    joint = numpy.zeros((len(rows), len(rows)))
    for i, row in enumerate(rows):
        squares = numpy.square(rows - row).sum(1)
        near = squares.argsort()[1 : 3 * perplexity + 1]
        low, high = 0.0, 1e6
        for _ in range(200):
            weights = numpy.exp(-(squares[near] - squares[near[0]]) * (low + high) / 2)
            weights /= weights.sum()
            flat = -(weights * numpy.log(weights + 1e-300)).sum() > numpy.log(perplexity)
            low, high = ((low + high) / 2, high) if flat else (low, (low + high) / 2)
        joint[i, near] = weights
    # The reference stops searching where the entropy is right to 1e-5.
    close("affinities", case["affinities"], (joint + joint.T) / (2 * len(rows)), 2e-4)
