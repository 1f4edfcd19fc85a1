"""Pair, triplet and proxy losses again in NumPy, anchor by anchor, and their gradients by finite differences."""

import math

import numpy

from checking import cases
from verify_heads import Frozen, check_slopes, near, unit


def distances(x, kind, normalize):
    rows = unit(x) if normalize or kind in ("cosine", "angular") else x
    if kind in ("cosine", "angular"):
        similarity = numpy.clip(rows @ rows.T, -1, 1)
        return 1 - similarity if kind == "cosine" else numpy.arccos(similarity)
    lengths = numpy.linalg.norm(rows[:, None] - rows[None], axis=2)
    return lengths**2 if kind == "squared" else lengths


def total(values):
    """log sum exp, minus infinity for nothing."""
    values = numpy.asarray(values, dtype=float)
    if not len(values):
        return -math.inf
    largest = values.max()
    return largest + math.log(numpy.exp(values - largest).sum())


def reduced(terms, reducer):
    terms = [term for term in terms if term > 0 or reducer == "mean"]
    return sum(terms) / len(terms) if terms else 0.0


def sides(labels, anchor):
    """Indices of the anchor's positives and negatives."""
    same = labels == labels[anchor]
    negatives = numpy.flatnonzero(~same)
    same[anchor] = False
    return numpy.flatnonzero(same), negatives


def softplus(value):
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))


def contrastive(s, p, labels, frozen):
    d = distances(p["embeddings"], s["distance"], s["normalize"])
    near_terms, far_terms = [], []
    for i in range(len(labels)):
        for j in range(i):
            if s["form"] == "squaredHinge":
                near_terms.append(
                    d[i, j] ** 2 / 2 if labels[i] == labels[j] else max(s["negative_margin"] - d[i, j], 0) ** 2 / 2
                )
            elif labels[i] == labels[j]:
                near_terms.append(max(d[i, j] - s["positive_margin"], 0))
            else:
                far_terms.append(max(s["negative_margin"] - d[i, j], 0))
    if s["form"] == "squaredHinge":
        return reduced(near_terms, "mean")
    return reduced(near_terms, "meanNonZero") + reduced(far_terms, "meanNonZero")


def triplet_margin(s, p, labels, frozen):
    d, terms = distances(p["embeddings"], s["distance"], s["normalize"]), []
    chosen = p["triplets"].tolist() if s.get("given") else []
    for a in range(0 if s.get("given") else len(labels)):
        positives, negatives = sides(labels, a)
        chosen += [(a, q, n) for q in positives for n in negatives]
    for a, q, n in chosen:
        far = min(d[a, n], d[q, n]) if s["swap"] else d[a, n]
        violation = d[a, q] - far + s["margin"]
        terms.append(softplus(violation) if s["smooth"] else max(violation, 0.0))
    return reduced(terms, s["reducer"])


def n_pairs(s, p, labels, frozen):
    x = unit(p["embeddings"]) if s["normalize"] else p["embeddings"]
    pairs = [numpy.flatnonzero(labels == label)[:2] for label in numpy.unique(labels)]
    pairs = [pair for pair in pairs if len(pair) == 2]
    terms = [total([x[a] @ x[other[1]] for other in pairs]) - x[a] @ x[q] for a, q in pairs]
    penalty = s["l2_weight"] * numpy.mean([x[i] @ x[i] for pair in pairs for i in pair]) if pairs else 0.0
    return reduced(terms, "mean") + penalty


def nt_xent(s, p, labels, frozen):
    x, terms = unit(p["embeddings"]), []
    scores = x @ x.T / s["temperature"]
    for a in range(len(labels)):
        positives, negatives = sides(labels, a)
        terms += [total([scores[a, q], *scores[a, negatives]]) - scores[a, q] for q in positives]
    return reduced(terms, "mean")


def sup_con(s, p, labels, frozen):
    x, terms = unit(p["embeddings"]), []
    scores = x @ x.T / s["temperature"]
    for a in range(len(labels)):
        positives, _ = sides(labels, a)
        others = total(numpy.delete(scores[a], a))
        terms.append(numpy.mean([others - scores[a, q] for q in positives]) if len(positives) else 0.0)
    factor = s["temperature"] / s["base_temperature"] if s["base_temperature"] else 1.0
    return factor * reduced(terms, s["reducer"])


def multi_similarity(s, p, labels, frozen):
    x, terms = unit(p["embeddings"]), []
    scores = x @ x.T
    for a in range(len(labels)):
        near_ones, far_ones = sides(labels, a)
        if s["mining_epsilon"] is not None and len(near_ones) and len(far_ones):
            least, greatest = scores[a, near_ones].min(), scores[a, far_ones].max()
            near_ones = near_ones[scores[a, near_ones] - s["mining_epsilon"] < greatest]
            far_ones = far_ones[scores[a, far_ones] + s["mining_epsilon"] > least]
        elif s["mining_epsilon"] is not None:
            near_ones = far_ones = []
        pull = total([0, *(-s["alpha"] * (scores[a, q] - s["base"]) for q in near_ones)]) / s["alpha"]
        terms.append(pull + total([0, *(s["beta"] * (scores[a, n] - s["base"]) for n in far_ones)]) / s["beta"])
    return reduced(terms, "mean")


def circle(s, p, labels, frozen):
    x, terms, m, gamma = unit(p["embeddings"]), [], s["margin"], s["gamma"]
    scores = x @ x.T
    fixed = frozen("scores", scores.copy)
    for a in range(len(labels)):
        positives, negatives = sides(labels, a)
        if len(positives) and len(negatives):
            near_ones = [-gamma * max(1 + m - fixed[a, q], 0) * (scores[a, q] - 1 + m) for q in positives]
            far_ones = [gamma * max(fixed[a, n] + m, 0) * (scores[a, n] - m) for n in negatives]
            terms.append(softplus(total(near_ones) + total(far_ones)))
    return reduced(terms, "meanNonZero")


def lifted_structure(s, p, labels, frozen):
    d, terms = distances(p["embeddings"], "euclidean", s["normalize"]), []
    for i in range(len(labels)):
        for j in range(i):
            if labels[i] == labels[j]:
                push = [s["margin"] - d[end, n] for end in (i, j) for n in sides(labels, end)[1]]
                terms.append(max(total(push) + d[i, j], 0) ** 2 / 2)
    return reduced(terms, "mean")


def generalized_lifted_structure(s, p, labels, frozen):
    d, terms = distances(p["embeddings"], "euclidean", s["normalize"]), []
    for a in range(len(labels)):
        positives, negatives = sides(labels, a)
        pull, push = total(d[a, positives] - s["positive_margin"]), total(s["negative_margin"] - d[a, negatives])
        terms.append(max(pull + push, 0))
    return reduced(terms, "mean")


def fast_ap(s, p, labels, frozen):
    d, terms, bins = distances(p["embeddings"], "squared", True), [], s["bins"]

    def histogram(squares):
        counts = numpy.zeros(bins + 1)
        for square in squares:
            place = min(max(square / 4 * bins, 0), bins)
            low = min(int(place), bins - 1)
            counts[low] += 1 - (place - low)
            counts[low + 1] += place - low
        return counts

    for a in range(len(labels)):
        positives, negatives = sides(labels, a)
        if len(positives):
            own = histogram(d[a, positives])
            every = numpy.cumsum(own + histogram(d[a, negatives]))
            parts = [h * upto / all_ for h, upto, all_ in zip(own, numpy.cumsum(own), every, strict=True) if all_ > 0]
            terms.append(1 - sum(parts) / len(positives))
    return reduced(terms, "mean")


def ranked_list(s, p, labels, frozen):
    x, terms = unit(p["embeddings"]), []
    others = frozen("others", x.copy)

    def part(key, excesses, scale):
        counted = [e for e in excesses if e > 0]
        weights = frozen(key, lambda: [math.exp(scale * e) for e in counted])
        return sum(w * e for w, e in zip(weights, counted, strict=True)) / sum(weights) if counted else 0.0

    for a in range(len(labels)):
        lengths = numpy.linalg.norm(x[a] - others, axis=1)
        positives, negatives = sides(labels, a)
        near_part = part(("near", a), lengths[positives] - (s["boundary"] - s["margin"]), s["positive_scale"])
        far_part = part(("far", a), s["boundary"] - lengths[negatives], s["negative_scale"])
        terms.append((1 - s["negative_share"]) * near_part + s["negative_share"] * far_part)
    return reduced(terms, "mean")


def proxy_nca(s, p, labels, frozen):
    x, proxies, terms = unit(p["embeddings"]), unit(p["proxies"]), []
    for row, label in zip(x, labels, strict=True):
        logits = -s["scale"] * ((row - proxies) ** 2).sum(1)
        terms.append(total(numpy.delete(logits, label) if s["form"] == "original" else logits) - logits[label])
    return reduced(terms, "mean")


def proxy_anchor(s, p, labels, frozen):
    scores = unit(p["embeddings"]) @ unit(p["proxies"]).T
    pull = [total([0, *(-s["alpha"] * (scores[labels == c, c] - s["margin"]))]) for c in numpy.unique(labels)]
    push = [total([0, *(s["alpha"] * (scores[labels != c, c] + s["margin"]))]) for c in range(scores.shape[1])]
    return numpy.mean(pull) + numpy.mean(push)


def soft_triple(s, p, labels, frozen):
    x, centers, terms = unit(p["embeddings"]), unit(p["proxies"]), []
    for row, label in zip(x, labels, strict=True):
        logits = []
        for c, own in enumerate(centers):
            scores = own @ row
            weights = numpy.exp(scores / s["gamma"] - total(scores / s["gamma"]))
            logits.append(s["scale"] * (weights @ scores - (s["margin"] if c == label else 0)))
        terms.append(total(logits) - logits[label])
    count = centers.shape[1]
    apart = [math.sqrt(2 - 2 * own[i] @ own[j]) for own in centers for i in range(count) for j in range(i)]
    return reduced(terms, "mean") + s["regularizer_weight"] * sum(apart) / (len(centers) * count * (count - 1))


def prototypical(s, p, labels, frozen):
    classes, terms = numpy.unique(p["support_labels"]), []
    prototypes = [p["support"][p["support_labels"] == label].mean(0) for label in classes]
    for query, label in zip(p["queries"], labels, strict=True):
        logits = [-((query - prototype) ** 2).sum() for prototype in prototypes]
        terms.append(total(logits) - logits[classes.tolist().index(label)])
    return reduced(terms, "mean")


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


def verify_pair_losses(path):
    random = numpy.random.default_rng(11)
    for settings, tensors in cases(path):
        what, function = settings["name"], LOSSES[settings["loss"]]
        labels = tensors["query_labels" if settings["loss"] == "prototypical" else "labels"]
        gradients = {
            key.removeprefix("gradient."): entry for key, entry in tensors.items() if key.startswith("gradient.")
        }
        leaves = {key: entry for key, entry in tensors.items() if not key.startswith("gradient.")}
        frozen = Frozen()
        near(f"{what} value", tensors["value"], function(settings, leaves, labels, frozen), 1e-9)
        if bool(gradients) != (settings["gradients"] == "stored"):
            raise AssertionError(f"{what}: gradients are not as announced")
        if "duplicates" not in settings["input"]:
            # Next to equal embeddings roots and bins turn sharply; the gradients there are zero by symmetry or not
            # stored.
            check_slopes(what, lambda changed: function(settings, changed, labels, frozen), leaves, gradients, random)
