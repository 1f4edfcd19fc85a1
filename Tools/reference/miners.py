"""What miners select, in loops over the definition, in float64.

Where several candidates are equally far, the one of the least index counts. Distances come from differences.
"""

import itertools
import math

import torch

from fixture import Fixture
from heads import unit
from pair_inputs import SETS, inputs

# The line of pytorch-metric-learning's public test of its batch hard miner.
LINE = (torch.arange(9, dtype=torch.float64).unsqueeze(1), torch.tensor([0, 0, 1, 1, 0, 2, 1, 1, 1]))

# Angles 0, 20, ..., 80 degrees of the golden table.
GOLDEN = (
    torch.stack(
        [(torch.arange(5).double() * 20 * math.pi / 180).cos(), (torch.arange(5).double() * 20 * math.pi / 180).sin()],
        1,
    )
    .float()
    .double(),
    torch.tensor([0, 0, 1, 1, 2]),
)


def euclidean(x, normalize):
    rows = unit(x) if normalize else x
    return (rows.unsqueeze(1) - rows.unsqueeze(0)).square().sum(2).sqrt().tolist()


def members(labels, anchor):
    """Indices of the anchor's positives and of its negatives."""
    count = range(len(labels))
    return (
        [j for j in count if labels[j] == labels[anchor] and j != anchor],
        [j for j in count if labels[j] != labels[anchor]],
    )


def farthest(distances, candidates):
    return max(candidates, key=lambda j: (distances[j], -j), default=None)


def nearest(distances, candidates):
    return min(candidates, key=lambda j: (distances[j], j), default=None)


def batch_easy_hard(x, labels, normalize, positive, negative):
    """One triplet for every anchor that has both. A semihard negative is the nearest one farther than the positive; a
    semihard positive the farthest one nearer than the negative."""
    d, labels, found = euclidean(x, normalize), labels.tolist(), []
    for a in range(len(labels)):
        positives, negatives = members(labels, a)
        p = (nearest if positive == "easy" else farthest)(d[a], positives)
        n = (farthest if negative == "easy" else nearest)(d[a], negatives)
        if negative == "semihard" and p is not None:
            n = nearest(d[a], [j for j in negatives if d[a][j] > d[a][p]])
        if positive == "semihard" and n is not None:
            p = farthest(d[a], [j for j in positives if d[a][j] < d[a][n]])
        if p is not None and n is not None:
            found.append((a, p, n))
    return {"triplets": found}


def batch_hard(x, labels, normalize):
    return batch_easy_hard(x, labels, normalize, "hard", "hard")


def triplets_of(labels):
    for a in range(len(labels)):
        positives, negatives = members(labels, a)
        yield from ((a, p, n) for p, n in itertools.product(positives, negatives))


def semi_hard(x, labels, normalize, margin):
    """All triplets with d_ap < d_an <= d_ap + margin."""
    d, labels = euclidean(x, normalize), labels.tolist()
    return {"triplets": [(a, p, n) for a, p, n in triplets_of(labels) if 0 < d[a][n] - d[a][p] <= margin]}


def angular(x, labels, normalize, angle_radians):
    """All triplets with atan(|a - p| / (2 |n - (a + p)/2|)) above the angle (Wang et al. 2017)."""
    rows, found = (unit(x) if normalize else x).tolist(), []
    for a, p, n in triplets_of(labels.tolist()):
        middle = [(first + second) / 2 for first, second in zip(rows[a], rows[p], strict=True)]
        if math.atan2(math.dist(rows[a], rows[p]), 2 * math.dist(rows[n], middle)) > angle_radians:
            found.append((a, p, n))
    return {"triplets": found}


def multi_similarity(x, labels, epsilon):
    """Positives with s - epsilon under the greatest negative s; negatives with s + epsilon above the least positive
    s."""
    s, labels, positive, negative = (unit(x) @ unit(x).T).tolist(), labels.tolist(), [], []
    for a in range(len(labels)):
        positives, negatives = members(labels, a)
        if positives and negatives:
            hardest_negative, hardest_positive = max(s[a][j] for j in negatives), min(s[a][j] for j in positives)
            positive += [(a, j) for j in positives if s[a][j] - epsilon < hardest_negative]
            negative += [(a, j) for j in negatives if s[a][j] + epsilon > hardest_positive]
    return {"pairs.positive": positive, "pairs.negative": negative}


def distance_weighted(x, labels, cutoff, nonzero_loss_cutoff):
    """Chances of every negative of every anchor, from 1 / q(d), q = d^(D-2) (1 - d^2/4)^((D-3)/2), d not under the
    cutoff, none at or above the second one (Wu et al. 2017); zeros for an anchor without a candidate."""
    d, width = euclidean(x, True), x.shape[1]
    chances = torch.zeros(len(x), len(x), dtype=torch.float64)
    for a in range(len(x)):
        logs = {}
        for n in members(labels.tolist(), a)[1]:
            held = max(d[a][n], cutoff)
            if held < nonzero_loss_cutoff:
                logs[n] = (2 - width) * math.log(held) - (width - 3) / 2 * math.log(1 - held**2 / 4)
        total = sum(math.exp(value - max(logs.values())) for value in logs.values())
        for n, value in logs.items():
            chances[a, n] = math.exp(value - max(logs.values())) / total
    return {"probabilities": chances}


MINERS = {
    "batchHard": batch_hard,
    "batchEasyHard": batch_easy_hard,
    "semiHard": semi_hard,
    "distanceWeighted": distance_weighted,
    "multiSimilarity": multi_similarity,
    "angular": angular,
}

PEER_DIFFERS = {"angular": "pytorch-metric-learning 2.9 does not normalise here, and adds 1e-6 to every difference"}


def variants():
    """Every miner's settings."""
    for normalize in (True, False):
        yield "batchHard", {"normalize": normalize}
    for pair in (
        ("easy", "semihard"),
        ("hard", "semihard"),
        ("easy", "hard"),
        ("hard", "easy"),
        ("easy", "easy"),
        ("semihard", "hard"),
    ):
        yield "batchEasyHard", {"normalize": True, "positive": pair[0], "negative": pair[1]}
    yield "semiHard", {"normalize": True, "margin": 0.2}
    yield "semiHard", {"normalize": False, "margin": 1.0}
    yield "distanceWeighted", {"cutoff": 0.5, "nonzero_loss_cutoff": 1.4}
    yield "multiSimilarity", {"epsilon": 0.1}
    yield "multiSimilarity", {"epsilon": 0.5}
    for normalize in (True, False):
        yield "angular", {"normalize": normalize, "angle_radians": math.radians(20)}
    yield "angular", {"normalize": True, "angle_radians": math.radians(45)}


# Rounding would decide among equal similarities of the others.
BATCHES = [name for name in SETS if name not in ("large", "duplicates", "some_duplicates", "zero_vectors")]


def batches(miner, settings):
    for name in BATCHES:
        yield name, inputs(name)
    # There some negatives are as far as others, or as the positive: rounding would decide.
    if (
        miner not in ("distanceWeighted", "semiHard")
        and settings.get("negative") in (None, "hard")
        and settings.get("positive") != "semihard"
    ):
        yield "golden", GOLDEN
    if settings.get("normalize") is False:
        yield "line", LINE
    if miner in ("batchHard", "batchEasyHard"):
        yield "duplicates", inputs("duplicates")
    if miner == "distanceWeighted":
        yield "large", inputs("large")
        yield "duplicates", inputs("duplicates")


def generate(folder):
    fixture = Fixture("miners")
    numbers = {}
    for miner, settings in variants():
        numbers[miner] = numbers.get(miner, 0) + 1
        for name, (x, labels) in batches(miner, settings):
            tensors = {"embeddings": x.float(), "labels": labels}
            for key, found in MINERS[miner](x, labels, **settings).items():
                if key != "probabilities":
                    columns = 2 if key.startswith("pairs") else 3
                    found = torch.tensor(sorted(found), dtype=torch.int64).reshape(-1, columns)
                tensors[key] = found
            entry = {"miner": miner, "input": name, "ties": name in ("line", "duplicates")} | settings
            if miner in PEER_DIFFERS:
                entry["peer_differs"] = PEER_DIFFERS[miner]
            fixture.add(f"{miner}{numbers[miner]}_{name}", entry, tensors)
    fixture.write(folder)
