"""Pair, triplet and proxy losses, from the papers' formulas, with float64 autograd.

Distances come from differences, never from |x|^2 + |y|^2 - 2 x.y, and the root's derivative at zero is left out. A case
whose gradient needs it (two equal embeddings that the loss pulls or pushes by their Euclidean distance) has
`gradients: finite` and stores no gradient. Where there is nothing to learn from, the value is 0 and so is the gradient.
"""

import math

import torch
from torch.nn import functional

from fixture import Fixture, generator, normal
from heads import angle, held, touching, unit
from pair_inputs import CLASSES, SETS, inputs


def masks(labels):
    """Which pairs [N, N] are positive and which negative; nothing is its own positive."""
    same = labels.unsqueeze(1) == labels.unsqueeze(0)
    return same & ~torch.eye(len(labels), dtype=torch.bool), ~same


class Distances:
    """Distances [N, N] of one kind, as a graph node of their own, and where they have no derivative; `one_sided` has
    none for the columns."""

    def __init__(self, x, kind, normalize, one_sided=False):
        rows = unit(x) if normalize or kind in ("cosine", "angular") else x
        self.singular = torch.zeros(len(x), len(x), dtype=torch.bool)
        if kind in ("cosine", "angular"):
            similarity = held(rows @ rows.T)
            self.values = 1 - similarity
            if kind == "angular":
                self.singular = touching(similarity)
                self.values = angle(similarity)
        else:
            others = rows.detach() if one_sided else rows
            squares = (rows.unsqueeze(1) - others.unsqueeze(0)).square().sum(2)
            self.values = squares
            if kind == "euclidean":
                self.singular = squares.detach() == 0
                self.values = torch.where(self.singular, 0.0, torch.where(self.singular, 1.0, squares).sqrt())


def softplus(values):
    """log(1 + exp) at any size; PyTorch's own is the identity above 20."""
    return torch.logaddexp(values, torch.zeros_like(values))


def mean_non_zero(terms):
    kept = terms > 0
    return torch.where(kept, terms, 0.0).sum() / kept.sum().clamp(min=1)


def mean(terms):
    return terms.sum() / max(terms.numel(), 1)


REDUCERS = {"mean": mean, "meanNonZero": mean_non_zero}


def log_sum_exp(table, mask):
    """Log-sum-exp of the masked entries of every row; -inf for a row without any, with a zero derivative."""
    any_ = mask.any(1)
    filled = torch.where(mask, table, -math.inf)
    filled = torch.where(any_.unsqueeze(1), filled, 0.0)
    return torch.where(any_, filled.logsumexp(1), -math.inf)


def log1p_sum_exp(table, mask):
    """log(1 + sum exp) of the masked entries of every row."""
    filled = torch.where(mask, table, -math.inf)
    return torch.cat([torch.zeros_like(table[:, :1]), filled], 1).logsumexp(1)


def contrastive(x, labels, p, form, distance, normalize, positive_margin, negative_margin):
    """hinge: mean of the non-zero [d - m_p]+ plus that of [m_n - d]+; squaredHinge: mean over pairs of 1/2 d^2 or 1/2
    [m_n - d]+^2."""
    d = Distances(x, distance, normalize)
    positive, negative = masks(labels)
    once = torch.ones_like(positive).triu(1)
    near, far = d.values[positive & once], d.values[negative & once]
    if form == "hinge":
        value = mean_non_zero((near - positive_margin).relu()) + mean_non_zero((negative_margin - far).relu())
    else:
        value = mean(torch.cat([near.square(), (negative_margin - far).relu().square()]) / 2)
    return value, d


def all_triplets(labels):
    positive, negative = masks(labels)
    return torch.nonzero(positive.unsqueeze(2) & negative.unsqueeze(1))


def triplet_margin(x, labels, p, distance, normalize, margin, smooth, swap, reducer):
    """relu or softplus of d_ap - d_an + margin; swap takes the lesser of d_an and d_pn. Angular distances are in
    radians."""
    d = Distances(x, distance, normalize)
    a, positive, n = (p["triplets"] if "triplets" in p else all_triplets(labels)).T
    far = d.values[a, n]
    if swap:
        far = torch.minimum(far, d.values[positive, n])
    violation = d.values[a, positive] - far + margin
    return REDUCERS[reducer](softplus(violation) if smooth else violation.relu()), d


def n_pairs(x, labels, p, normalize, l2_weight):
    """The first two samples of every class that has two, classes ascending: cross entropy over a_i . p_j, plus
    l2_weight mean |x|^2."""
    rows = [torch.nonzero(labels == label).flatten()[:2] for label in labels.unique()]
    rows = (
        torch.stack([row for row in rows if len(row) == 2])
        if any(len(row) == 2 for row in rows)
        else torch.empty([0, 2], dtype=torch.int64)
    )
    if not len(rows):
        return (x * 0).sum(), None
    used = unit(x) if normalize else x
    anchors, positives = used[rows[:, 0]], used[rows[:, 1]]
    value = functional.cross_entropy(anchors @ positives.T, torch.arange(len(rows)))
    return value + l2_weight * torch.cat([anchors, positives]).square().sum(1).mean(), None


def similarities(x):
    return held(unit(x) @ unit(x).T)


def nt_xent(x, labels, p, temperature):
    """Over ordered positive pairs: -log of exp(s_p/T) / (exp(s_p/T) + sum over the anchor's negatives)."""
    scaled = similarities(x) / temperature
    positive, negative = masks(labels)
    others = log_sum_exp(scaled, negative).unsqueeze(1).expand_as(scaled)[positive]
    own = scaled[positive]
    return mean(torch.stack([own, others], 1).logsumexp(1) - own), None


def sup_con(x, labels, p, temperature, base_temperature, reducer):
    """-1/|P| sum over positives of log softmax over all others; times T / T_base if there is one; an anchor without
    positive is 0."""
    scaled = similarities(x) / temperature
    positive, _ = masks(labels)
    others = log_sum_exp(scaled, ~torch.eye(len(x), dtype=torch.bool))
    pull = torch.where(positive, scaled - others.unsqueeze(1), 0.0).sum(1) / positive.sum(1).clamp(min=1)
    factor = 1.0 if base_temperature is None else temperature / base_temperature
    return REDUCERS[reducer](-factor * pull), None


def mined(similarity, positive, negative, epsilon):
    """The pairs that MultiSimilarity keeps: positives under the hardest negative plus epsilon, negatives over the
    hardest positive minus it."""
    hardest_negative = torch.where(negative, similarity, -math.inf).max(1, keepdim=True).values
    hardest_positive = torch.where(positive, similarity, math.inf).min(1, keepdim=True).values
    return positive & (similarity - epsilon < hardest_negative), negative & (similarity + epsilon > hardest_positive)


def multi_similarity(x, labels, p, alpha, beta, base, mining_epsilon):
    """Mean over all anchors of 1/a log(1 + sum exp(-a (s_p - l))) + 1/b log(1 + sum exp(b (s_n - l)))."""
    similarity = similarities(x)
    positive, negative = masks(labels)
    if mining_epsilon is not None:
        positive, negative = mined(similarity.detach(), positive, negative, mining_epsilon)
    pull = log1p_sum_exp(alpha * (base - similarity), positive) / alpha
    push = log1p_sum_exp(beta * (similarity - base), negative) / beta
    return (pull + push).mean(), None


def circle(x, labels, p, margin, gamma):
    """Per anchor with a positive and a negative, the factors [1 + m - s_p]+ and [s_n + m]+ constant; mean of the
    non-zero ones."""
    similarity = similarities(x)
    positive, negative = masks(labels)
    near = -gamma * (1 + margin - similarity.detach()).relu() * (similarity - (1 - margin))
    far = gamma * (similarity.detach() + margin).relu() * (similarity - margin)
    both = positive.any(1) & negative.any(1)
    exponents = torch.where(both, log_sum_exp(near, positive), 0.0) + torch.where(both, log_sum_exp(far, negative), 0.0)
    return mean_non_zero(torch.where(both, softplus(exponents), 0.0)), None


def lifted_structure(x, labels, p, margin, normalize):
    """Song et al. 2016, eq. 4: 1/(2 |P|) sum over unordered positive pairs of [log(sum exp(m - d) over both ends'
    negatives) + d]+^2."""
    d = Distances(x, "euclidean", normalize)
    positive, negative = masks(labels)
    push = log_sum_exp(margin - d.values, negative)
    first, second = torch.nonzero(positive.triu(1)).T
    if not len(first) or not negative.any():
        return (x * 0).sum(), d
    each = torch.logaddexp(push[first], push[second]) + d.values[first, second]
    return mean(each.relu().square()) / 2, d


def generalized_lifted_structure(x, labels, p, positive_margin, negative_margin, normalize):
    """Hermans et al. 2017, page 4: mean over all anchors of [log sum exp(d_p - m_p) + log sum exp(m_n - d_n)]+, 0
    without either."""
    d = Distances(x, "euclidean", normalize)
    positive, negative = masks(labels)
    both = positive.any(1) & negative.any(1)
    near, far = log_sum_exp(d.values - positive_margin, positive), log_sum_exp(negative_margin - d.values, negative)
    return (torch.where(both, near, 0.0) + torch.where(both, far, 0.0)).relu().mean(), d


def fast_ap(x, labels, p, bins):
    """Cakir et al. 2019: soft histograms of the squared distances of unit vectors over [0, 4]; mean of 1 - AP of
    anchors with a positive."""
    d = Distances(x, "squared", True)
    positive, negative = masks(labels)
    width = 4.0 / bins
    middles = torch.arange(bins + 1, dtype=torch.float64).view(-1, 1, 1) * width
    pulses = (1 - (d.values - middles).abs() / width).relu()
    own, every = (pulses * positive).sum(2).T, (pulses * (positive | negative)).sum(2).T
    product, total = own * own.cumsum(1), every.cumsum(1)
    precision = torch.where(total > 0, product / torch.where(total > 0, total, 1.0), 0.0).sum(1)
    counts = positive.sum(1)
    each = torch.where(counts > 0, 1 - precision / counts.clamp(min=1), 0.0)
    return each.sum() / (counts > 0).sum().clamp(min=1), None


def ranked_list(x, labels, p, boundary, margin, negative_share, positive_scale, negative_scale):
    """Wang et al. 2019: the mean over all anchors of the weighted means of [d_p - (boundary - margin)]+ and
    [boundary - d_n]+ over those above 0; the weights e^(scale excess) and what an anchor is compared with constant."""
    d = Distances(x, "euclidean", True, one_sided=True)
    positive, negative = masks(labels)

    def part(excess, mask, scale):
        counted = mask & (excess > 0)
        weights = torch.where(counted, scale * excess.detach(), -math.inf).exp()
        total = torch.where(counted, weights * excess, 0.0).sum(1)
        return total / torch.where(counted.any(1), weights.sum(1), 1.0)

    near = part(d.values - (boundary - margin), positive, positive_scale)
    far = part(boundary - d.values, negative, negative_scale)
    return mean((1 - negative_share) * near + negative_share * far), d


def proxy_nca(x, labels, p, form, scale):
    """-log of exp(-s d_y) / sum exp(-s d), d squared, unit vectors; `original` leaves the own proxy out of the sum."""
    logits = -scale * (unit(x).unsqueeze(1) - unit(p["proxies"]).unsqueeze(0)).square().sum(2)
    own = functional.one_hot(labels, len(p["proxies"])).bool()
    counted = ~own if form == "original" else torch.ones_like(own)
    return (log_sum_exp(logits, counted) - logits[own]).mean(), None


def proxy_anchor(x, labels, p, margin, alpha):
    similarity = held(unit(x) @ unit(p["proxies"]).T).T
    own = functional.one_hot(labels, len(p["proxies"])).bool().T
    pull = log1p_sum_exp(-alpha * (similarity - margin), own)
    push = log1p_sum_exp(alpha * (similarity + margin), ~own)
    return pull.sum() / own.any(1).sum() + push.mean(), None


def soft_triple(x, labels, p, scale, gamma, margin, regularizer_weight):
    """Cross entropy of scale (S - margin at the label), S_c = sum_k softmax_k(s/gamma) s; plus weight times the mean
    distance of a class's centres over K (K - 1)."""
    centers = unit(p["proxies"])
    similarity = held(torch.einsum("nd,ckd->nck", unit(x), centers))
    pooled = (functional.softmax(similarity / gamma, 2) * similarity).sum(2)
    own = functional.one_hot(labels, len(centers)).to(pooled.dtype)
    value = functional.cross_entropy(scale * (pooled - margin * own), labels)
    if regularizer_weight:
        count = centers.shape[1]
        first, second = torch.triu_indices(count, count, 1)
        apart = (centers[:, first] - centers[:, second]).square().sum(2).sqrt()
        value = value + regularizer_weight * apart.sum() / (len(centers) * count * (count - 1))
    return value, None


def prototypical(queries, labels, p):
    """Mean over queries of -log softmax of minus the squared distance to each class's mean of its support."""
    prototypes = torch.stack(
        [p["support"][p["support_labels"] == label].mean(0) for label in p["support_labels"].unique()]
    )
    distances = (queries.unsqueeze(1) - prototypes.unsqueeze(0)).square().sum(2)
    return functional.cross_entropy(-distances, torch.searchsorted(p["support_labels"].unique(), labels)), None


LOSSES = {
    "contrastive": contrastive,
    "tripletMargin": triplet_margin,
    "nPairs": n_pairs,
    "ntXent": nt_xent,
    "supCon": sup_con,
    "multiSimilarity": multi_similarity,
    "circle": circle,
    "liftedStructure": lifted_structure,
    "generalizedLiftedStructure": generalized_lifted_structure,
    "fastAP": fast_ap,
    "rankedList": ranked_list,
    "proxyNCA": proxy_nca,
    "proxyAnchor": proxy_anchor,
    "softTriple": soft_triple,
    "prototypical": prototypical,
}

# Where pytorch-metric-learning 2.9 computes something else, and what.
PEER_DIFFERS = {
    ("contrastive", "squaredHinge"): "has no squared form",
    ("tripletMargin", "angular"): "has no angular distance",
    ("nPairs", "l2"): "has no penalty of the norm",
    ("supCon", "official"): "has no other averaging",
    ("proxyNCA", "original"): "has the own proxy in the denominator",
    ("supCon", "one_class"): "is 0 without any negative, though the others still compete",
    ("rankedList", None): "differentiates weights and both ends, adds 1e-5 a sample to the weights' sum, and passes over "
    "negatives at distance 0",
    ("multiSimilarity", "mined_triplet"): "is 0 when mining leaves one pair of each kind",
}
# An anchor without positives or without negatives counts its log-sum-exp over nothing as 0 there, not as minus
# infinity.
EMPTY_SUM = ["positive_pair", "triplet", "no_positive", "class_of_one", "one_class", "huge_labels"]
PEER_DIFFERS |= {("generalizedLiftedStructure", name): "takes the log of an empty sum for 0" for name in EMPTY_SUM}

FEW = ["single", "triplet", "medium", "class_of_one", "one_class", "duplicates", "zero_vectors", "norm_1e4"]
# Rounding decides which of equal terms are zero: no set where only some are.
CLEAR = [name for name in SETS if name not in ("some_duplicates", "zero_vectors")]
# A unit vector is at distance 1, the margin, from a zero vector.
UNIT_FREE = [name for name in SETS if name != "zero_vectors"]
# No set where the lesser of two equal distances is taken.
UNTIED = [name for name in FEW if name != "zero_vectors"]
PROXY = [name for name in SETS if name != "huge_labels"]


def variants():
    """Every loss's settings, and the sets of inputs they are tried on."""
    every = list(SETS)
    for normalize in (True, False):
        hinge = {
            "form": "hinge",
            "distance": "euclidean",
            "normalize": normalize,
            "positive_margin": 0.0,
            "negative_margin": 1.0,
        }
        yield "contrastive", hinge, UNIT_FREE if normalize else FEW
        yield "contrastive", hinge | {"form": "squaredHinge"}, FEW if normalize else every
    yield (
        "contrastive",
        {"form": "hinge", "distance": "cosine", "normalize": True, "positive_margin": 0.0, "negative_margin": 1.0},
        CLEAR,
    )
    triplet = {
        "distance": "euclidean",
        "normalize": True,
        "margin": 0.05,
        "smooth": False,
        "swap": False,
        "reducer": "meanNonZero",
    }
    yield "tripletMargin", triplet, every
    yield "tripletMargin", triplet | {"margin": 0.2, "reducer": "mean"}, every
    yield "tripletMargin", triplet | {"margin": 0.3, "normalize": False}, FEW
    yield "tripletMargin", triplet | {"margin": 0.3, "distance": "squared", "reducer": "mean"}, every
    yield "tripletMargin", triplet | {"margin": 0.3, "distance": "squared", "normalize": False}, FEW
    yield "tripletMargin", triplet | {"margin": 0.1, "distance": "cosine"}, every
    yield "tripletMargin", triplet | {"margin": 0.35, "distance": "angular"}, every
    yield "tripletMargin", triplet | {"margin": 0.05, "smooth": True}, FEW
    yield "tripletMargin", triplet | {"margin": 0.0, "smooth": True, "distance": "squared", "reducer": "mean"}, FEW
    yield "tripletMargin", triplet | {"margin": 0.2, "swap": True, "reducer": "mean"}, UNTIED
    yield (
        "tripletMargin",
        triplet | {"margin": 0.2, "swap": True, "smooth": True, "distance": "cosine", "reducer": "mean"},
        UNTIED,
    )
    yield (
        "tripletMargin",
        triplet | {"margin": 0.2, "given": True},
        ["triplet", "medium", "class_of_one", "norm_1e4", "huge_labels"],
    )
    yield "nPairs", {"normalize": True, "l2_weight": 0.0}, every
    yield "nPairs", {"normalize": False, "l2_weight": 0.0}, FEW
    yield "nPairs", {"normalize": False, "l2_weight": 0.02}, ["medium", "class_of_one", "no_positive"]
    yield "ntXent", {"temperature": 0.07}, every
    yield "ntXent", {"temperature": 0.5}, FEW
    yield "supCon", {"temperature": 0.1, "base_temperature": None, "reducer": "meanNonZero"}, every
    yield "supCon", {"temperature": 0.07, "base_temperature": 0.07, "reducer": "mean"}, every
    yield "supCon", {"temperature": 0.1, "base_temperature": 0.07, "reducer": "mean"}, ["medium", "class_of_one"]
    similarity = {"alpha": 2.0, "beta": 50.0, "base": 0.5}
    yield "multiSimilarity", similarity | {"mining_epsilon": None}, every
    yield "multiSimilarity", similarity | {"mining_epsilon": 0.1}, every
    yield "circle", {"margin": 0.4, "gamma": 80.0}, every
    yield "circle", {"margin": 0.25, "gamma": 256.0}, FEW
    yield "liftedStructure", {"margin": 1.0, "normalize": True}, every
    yield "liftedStructure", {"margin": 1.0, "normalize": False}, FEW
    lifted = {"positive_margin": 0.0, "negative_margin": 1.0, "normalize": True}
    yield "generalizedLiftedStructure", lifted, every
    yield "generalizedLiftedStructure", lifted | {"normalize": False}, FEW
    yield "fastAP", {"bins": 10}, every
    yield "fastAP", {"bins": 25}, FEW
    ranked = {"boundary": 1.2, "margin": 0.4, "negative_share": 0.5, "positive_scale": 0.0, "negative_scale": 10.0}
    yield "rankedList", ranked, every
    yield "rankedList", ranked | {"margin": 1.0, "negative_share": 0.3, "positive_scale": 4.0}, every
    yield "proxyNCA", {"form": "original", "scale": 1.0}, PROXY
    yield "proxyNCA", {"form": "softmax", "scale": 1.0}, PROXY
    yield "proxyNCA", {"form": "softmax", "scale": 32.0}, FEW
    yield "proxyAnchor", {"margin": 0.1, "alpha": 32.0}, PROXY
    yield "softTriple", {"scale": 20.0, "gamma": 0.1, "margin": 0.01, "centers": 2, "regularizer_weight": 0.0}, PROXY
    yield "softTriple", {"scale": 20.0, "gamma": 0.1, "margin": 0.01, "centers": 3, "regularizer_weight": 0.2}, FEW


# Ways, shots, queries a way, D and a norm of the episodes.
EPISODES = {
    "two_ways": (2, 1, 1, 2, 1.0),
    "five_ways": (5, 1, 2, 4, 1.0),
    "five_shots": (5, 5, 3, 8, 1.0),
    "one_way": (1, 2, 3, 4, 1.0),
    "large_norms": (3, 2, 2, 4, 64.0),
    "huge_labels": (3, 2, 2, 4, 1.0),
    "duplicates": (3, 2, 2, 4, 0.0),
}


def extras(loss, settings, name, width, labels):
    """Proxies or given triplets by name."""
    source = generator("pair_losses", loss, name)
    if loss in ("proxyNCA", "proxyAnchor"):
        return {"proxies": normal([CLASSES if name != "large" else 8, width], source)}
    if loss == "softTriple":
        return {"proxies": normal([CLASSES if name != "large" else 8, settings["centers"], width], source)}
    if settings.get("given"):
        found = all_triplets(labels)
        return {"triplets": found[torch.randperm(len(found), generator=source)[:7]]}
    return {}


def compute(loss, settings, x, labels, values):
    """Value, gradients by name, and whether they exist."""
    arguments = {key: value for key, value in settings.items() if key not in ("given", "centers")}
    leaves = {
        key: value.clone().requires_grad_() if value.is_floating_point() else value for key, value in values.items()
    }
    x = x.clone().requires_grad_()
    value, distances = LOSSES[loss](x, labels, leaves, **arguments)
    wanted = {"embeddings": x} | {key: leaf for key, leaf in leaves.items() if leaf.requires_grad}
    exist = True
    if not value.requires_grad:
        value = value + x.sum() * 0
    if distances is not None:
        pulled = torch.autograd.grad(value, distances.values, retain_graph=True, allow_unused=True)[0]
        exist = pulled is None or not bool((distances.singular & (pulled != 0)).any())
    gradients = torch.autograd.grad(value, list(wanted.values()), allow_unused=True)
    return (
        value,
        {
            key: torch.zeros_like(leaf) if g is None else g
            for (key, leaf), g in zip(wanted.items(), gradients, strict=True)
        },
        exist,
    )


def peer_note(loss, settings, name):
    keys = [settings.get("form"), settings.get("distance"), "l2" if settings.get("l2_weight") else None]
    keys += ["official" if settings.get("base_temperature") else None, name]
    keys += [f"mined_{name}" if settings.get("mining_epsilon") else None]
    for key in keys:
        if (loss, key) in PEER_DIFFERS:
            return {"peer_differs": PEER_DIFFERS[loss, key]}
    return {}


def generate(folder):
    fixture = Fixture("pair_losses")
    numbers = {}
    for loss, settings, names in variants():
        numbers[loss] = numbers.get(loss, 0) + 1
        for name in names:
            x, labels = inputs(name)
            values = extras(loss, settings, name, x.shape[1], labels)
            value, gradients, exist = compute(loss, settings, x, labels, values)
            entry = {"loss": loss, "input": name, "gradients": "stored" if exist else "finite"} | settings
            tensors = {key: v.float() if v.is_floating_point() else v for key, v in values.items()}
            tensors |= {"embeddings": x.float(), "labels": labels, "value": value}
            if exist:
                tensors |= {f"gradient.{key}": gradient for key, gradient in gradients.items()}
            fixture.add(f"{loss}{numbers[loss]}_{name}", entry | peer_note(loss, settings, name), tensors)
    add_episodes(fixture)
    fixture.write(folder)


def add_episodes(fixture):
    for name, (ways, shots, queries, width, norm) in EPISODES.items():
        source = generator("episodes", name)
        labels = torch.arange(ways) if name != "huge_labels" else torch.tensor([2**24, 2**24 + 1, 2**40])
        support, x = normal([ways * shots, width], source) * norm, normal([ways * queries, width], source) * norm
        values = {"support": support, "support_labels": labels.repeat_interleave(shots)}
        query_labels = labels.repeat_interleave(queries)
        value, gradients, _ = compute("prototypical", {}, x, query_labels, values)
        entry = {"loss": "prototypical", "input": name, "gradients": "stored", "ways": ways, "shots": shots}
        tensors = {"support": support.float(), "support_labels": values["support_labels"], "queries": x.float()}
        tensors |= {"query_labels": query_labels, "value": value}
        tensors |= {"gradient.queries": gradients["embeddings"], "gradient.support": gradients["support"]}
        fixture.add(f"prototypical1_{name}", entry, tensors)
