"""What miners select again in NumPy, by whole matrices, and the known digits of the golden table."""

import json

import numpy

from checking import cases, close
from verify_heads import near, unit


def lengths(x, normalize):
    rows = unit(x) if normalize else x
    return numpy.linalg.norm(rows[:, None] - rows[None], axis=2)


def kinds(labels):
    same = labels[:, None] == labels[None]
    return same & ~numpy.eye(len(labels), dtype=bool), ~same


def chosen(d, candidates, far):
    """The farthest or nearest candidate of every row, the first of equal ones, and whether there is any."""
    table = numpy.where(candidates, d, -numpy.inf if far else numpy.inf)
    return (table.argmax(1) if far else table.argmin(1)), candidates.any(1)


def batch_easy_hard(s, x, labels):
    d = lengths(x, s["normalize"])
    positive, negative = kinds(labels)
    strategies = (s.get("positive", "hard"), s.get("negative", "hard"))
    rows = numpy.arange(len(labels))
    p, has_positive = chosen(d, positive, strategies[0] != "easy")
    n, has_negative = chosen(d, negative, strategies[1] == "easy")
    if strategies[1] == "semihard":
        n, has_negative = chosen(d, negative & (d > d[rows, p][:, None]), False)
    if strategies[0] == "semihard":
        p, has_positive = chosen(d, positive & (d < d[rows, n][:, None]), True)
    kept = has_positive & has_negative
    return {"triplets": numpy.stack([rows, p, n], 1)[kept]}


def every_triplet(labels, condition):
    positive, negative = kinds(labels)
    return {"triplets": numpy.argwhere(positive[:, :, None] & negative[:, None, :] & condition)}


def semi_hard(s, x, labels):
    d = lengths(x, s["normalize"])
    gap = d[:, None, :] - d[:, :, None]
    return every_triplet(labels, (gap > 0) & (gap <= s["margin"]))


def angular(s, x, labels):
    rows = unit(x) if s["normalize"] else x
    middles = (rows[:, None] + rows[None]) / 2
    apart = numpy.linalg.norm(middles[:, :, None] - rows[None, None], axis=3)
    return every_triplet(labels, lengths(rows, False)[:, :, None] > 2 * apart * numpy.tan(s["angle_radians"]))


def multi_similarity(s, x, labels):
    scores = unit(x) @ unit(x).T
    positive, negative = kinds(labels)
    both = (positive.any(1) & negative.any(1))[:, None]
    greatest = numpy.where(negative, scores, -numpy.inf).max(1, keepdims=True)
    least = numpy.where(positive, scores, numpy.inf).min(1, keepdims=True)
    return {
        "pairs.positive": numpy.argwhere(both & positive & (scores < greatest + s["epsilon"])),
        "pairs.negative": numpy.argwhere(both & negative & (scores > least - s["epsilon"])),
    }


def distance_weighted(s, x, labels):
    d, width = numpy.maximum(lengths(x, True), s["cutoff"]), x.shape[1]
    allowed = kinds(labels)[1] & (d < s["nonzero_loss_cutoff"])
    inside = numpy.where(allowed, d, 1.0)
    chances = numpy.where(allowed, inside ** (2 - width) * (1 - inside**2 / 4) ** ((3 - width) / 2), 0.0)
    sums = chances.sum(1, keepdims=True)
    return {"probabilities": chances / numpy.where(sums > 0, sums, 1.0)}


MINERS = {
    "batchHard": batch_easy_hard,
    "batchEasyHard": batch_easy_hard,
    "semiHard": semi_hard,
    "distanceWeighted": distance_weighted,
    "multiSimilarity": multi_similarity,
    "angular": angular,
}

# The public test's answer; several negatives are equally far from the fourth anchor on.
LINE = {"anchors": [0, 1, 2, 3, 4, 6, 7, 8], "positives": [4, 4, 8, 8, 0, 2, 2, 2]}
LINE_NEGATIVES = [{2}, {2}, {1}, {4}, {3, 5}, {5}, {5}, {5}]

# Digits from runs of the methods' public implementations.
KNOWN = {
    "crossEntropy": 1.083598628,
    "normSoftmax_20": 0.079758174,
    "normSoftmax_16": 0.117066551,
    "l2Softmax": 3.610392558,
    "arcFace_28.6_degrees": 4.848662737,
    "arcFace": 2.386657962,
    "arcFace_easy": 2.386657962,
    "cosFace_0.35_64": 11.332332758,
    "cosFace_0.4_30": 6.806112601,
    "sphereFace": 1.459842754,
    "sphereFace_annealed": 0.624523119,
    "largeMarginSoftmax": 1.913974470,
    "combinedMargin_1_0.3_0.2": 8.957978823,
    "combinedMargin_0.9_0.4_0.15": 8.482714326,
    "combinedMargin_1.35_0_0": 0.037263710,
    "intra": 0.066666667,
    "inter": -0.322222222,
    "adaFace": 13.317559956,
    "curricularFace": 1.401649778,
    "magFace": 6.397289460,
    "subCenterArcFace": 4.444516576,
    "softTriple": 0.117191826,
    "tripletMargin": 0.05,
    "tripletMargin_mean": 0.05,
    "tripletMargin_smooth": 0.550801420,
    "tripletMargin_angular": 0.000934150,
    "multiSimilarity": 0.543828938,
    "multiSimilarity_mined": 0.367962484,
    "circle": 39.408773469,
    "ntXent": 0.581423891,
    "supCon": 0.648706204,
    "supCon_official": 0.465139113,
    "nPairs": 0.595211028,
    "proxyAnchor": 30.077860150,
    "proxyNCA": 0.694010292,
    "proxyNCA_32": 0.001984405,
    "proxyNCA_original": -0.014283714,
    "center_sum": 12.982207892,
    "center_mean": 5.192883157,
    "prototypical": 0.240380871,
}


def verify_miners(path):
    for settings, tensors in cases(path):
        what, labels = settings["name"], tensors["labels"]
        for key, found in MINERS[settings["miner"]](settings, tensors["embeddings"], labels).items():
            close(f"{what} {key}", tensors[key], found, 1e-9 if key == "probabilities" else 0)
        if what == "batchHard2_line":
            anchors, positives, negatives = tensors["triplets"].T.tolist()
            if {"anchors": anchors, "positives": positives} != LINE:
                raise AssertionError(f"{what}: not the public test's pairs")
            if not all(n in allowed for n, allowed in zip(negatives, LINE_NEGATIVES, strict=True)):
                raise AssertionError(f"{what}: not the public test's negatives")


def verify_golden(path):
    content = json.loads(path.read_text())
    for name, known in KNOWN.items():
        found = content["values"][name]["value"]
        if not abs(found - known) <= 6e-10:
            raise AssertionError(f"{name}: {found}, known {known}")
    curves, degrees = content["curves"], content["curves"]["degrees"]
    known = {
        "arcFace_cosine": [-0.479426, -0.853986, -1.117696, -1.239713],
        "combinedMargin_1_0.3_0.2": [-0.495520, -0.933596, None, -1.155336],
    }
    for name, values in known.items():
        for angle, found, value in zip(degrees, curves[name], values, strict=True):
            if value is not None:
                near(f"{name} at {angle}", round(found, 6), value, 1e-9)
