"""Classifier heads again in NumPy, by angles instead of cosine algebra, and their gradients by finite differences."""

from functools import partial

import numpy

from checking import cases, close, slope

# Steps are relative to the norm of every row, or to 1e-12 for a row of zeros.
STEP = 1e-6
DIRECTIONS = 3


def unit(rows):
    return rows / numpy.maximum(numpy.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def cosines(x, weight):
    return numpy.clip(unit(x) @ unit(weight).T, -1, 1)


def added(theta, margin, overflow, clip_epsilon=1e-3):
    """cos(theta + margin) under a rule for what lies past pi."""
    moved = theta + margin
    if overflow == "cosine":
        return numpy.where(moved < numpy.pi, numpy.cos(moved), numpy.cos(theta) - margin * numpy.sin(margin))
    if overflow == "easy":
        return numpy.where(theta < numpy.pi / 2, numpy.cos(moved), numpy.cos(theta))
    return numpy.cos(numpy.clip(moved, clip_epsilon, numpy.pi - clip_epsilon) if overflow == "clip" else moved)


def psi(theta, multiplier):
    k = numpy.minimum(numpy.floor(multiplier * theta / numpy.pi), numpy.ceil(multiplier) - 1)
    return (-1.0) ** k * numpy.cos(multiplier * theta) - 2 * k


def cross_entropy(logits, labels, target, smoothing=0.0):
    logits = logits.copy()
    logits[numpy.arange(len(labels)), labels] = target
    largest = logits.max(1)
    wanted = numpy.full(logits.shape, smoothing / logits.shape[1])
    wanted[numpy.arange(len(labels)), labels] += 1 - smoothing
    sums = numpy.log(numpy.exp(logits - largest[:, None]).sum(1)) + largest
    return numpy.mean((wanted * (sums[:, None] - logits)).sum(1))


class Frozen:
    """What has no derivative, computed once from the point that the finite differences go around."""

    def __init__(self):
        self.kept = {}

    def __call__(self, key, compute):
        if key not in self.kept:
            self.kept[key] = compute()
        return self.kept[key]


def target_cosine(settings, own, frozen):
    """The target's cosine with its margin; straight through, only an offset is added to the cosine."""
    theta, overflow = numpy.arccos(own), settings.get("overflow")
    clip = settings.get("clip_epsilon", 1e-3)

    def changed():
        head = settings["head"]
        if head == "sphereFaceFixed":
            return psi(theta, settings["multiplier"])
        if head == "combinedMargin":
            moved = settings["multiplier"] * theta
            return added(moved, settings["margin_radians"], overflow, clip) - settings["cosine_margin"]
        return added(theta, settings["margin_radians"], overflow, clip)

    if settings.get("gradient") == "straightThrough":
        return own + frozen("offset", lambda: changed() - own)
    return changed()


def ada_face(settings, x, cosine, labels, frozen):
    rows = numpy.arange(len(labels))

    def quality():
        norm = numpy.clip(numpy.linalg.norm(x, axis=1), 0.001, 100)
        if len(norm) > 1:
            for key, value in (("mean", norm.mean()), ("deviation", norm.std(ddof=1))):
                frozen.state[key] += settings["momentum"] * (value - frozen.state[key])
        return numpy.clip(settings["h"] * (norm - frozen.state["mean"]) / (frozen.state["deviation"] + 1e-3), -1, 1)

    g, margin = frozen("quality", quality), settings["margin"]
    clipped = numpy.clip(cosine, -1 + 1e-3, 1 - 1e-3)
    theta = numpy.clip(numpy.arccos(clipped[rows, labels]) - margin * g, 1e-3, numpy.pi - 1e-3)
    return settings["scale"] * clipped, settings["scale"] * (numpy.cos(theta) - margin - margin * g)


def curricular_face(settings, cosine, own, frozen):
    def average():
        frozen.state["t"] += settings["momentum"] * (own.mean() - frozen.state["t"])
        return frozen.state["t"]

    t, margin, theta = frozen("t", average), settings["margin_radians"], numpy.arccos(own)
    hard = cosine > numpy.cos(theta + margin)[:, None]
    others = numpy.where(hard, cosine * (t + cosine), cosine)
    return settings["scale"] * others, settings["scale"] * added(theta, margin, "cosine")


def mag_face(settings, x, own):
    lower, upper = settings["lower_norm"], settings["upper_norm"]
    norm = numpy.clip(numpy.linalg.norm(x, axis=1), lower, upper)
    part = (norm - lower) / (upper - lower)
    margin = (1 - part) * settings["lower_margin_radians"] + part * settings["upper_margin_radians"]
    target = settings["scale"] * added(numpy.arccos(own), margin, settings["overflow"])
    return target, settings["regularizer_weight"] * numpy.mean(norm / upper**2 + 1 / norm)


def elastic_margins(settings, margins, own):
    if not settings["plus"]:
        return margins
    assigned, ascending = numpy.empty_like(margins), numpy.sort(margins)
    for sample, cosine in enumerate(own):
        assigned[sample] = ascending[(own > cosine).sum()]
    return assigned


def inter(weight, labels, weighting):
    rows = labels if weighting == "samples" else numpy.unique(labels)
    if len(weight) == 1:
        return 0.0
    angles = [numpy.arccos(cosines(weight[[y]], numpy.delete(weight, y, 0))).mean() for y in rows]
    return -numpy.mean(angles) / numpy.pi


def value(settings, p, labels, frozen):
    """The loss of a case's float tensors."""
    head, x, weight, scale = settings["head"], p["embeddings"], p["weight"], settings.get("scale")
    rows = numpy.arange(len(labels))
    entropy = partial(cross_entropy, smoothing=settings.get("label_smoothing", 0.0))
    if head in ("softmax", "l2Softmax"):
        alpha = p.get("alpha", settings.get("alpha"))
        logits = (x if head == "softmax" else alpha * unit(x)) @ weight.T + p["bias"]
        return entropy(logits, labels, logits[rows, labels])
    if head == "subCenterArcFace":
        cosine = numpy.stack([cosines(x, weight[:, k]) for k in range(weight.shape[1])]).max(0)
    else:
        cosine = cosines(x, weight)
    own = cosine[rows, labels]
    theta = numpy.arccos(own)
    if head == "intra":
        return settings["factor"] * theta.mean() / numpy.pi
    if head == "inter":
        return settings["factor"] * inter(weight, labels, settings["weighting"])
    if head == "normSoftmax":
        return entropy(scale * cosine, labels, scale * own)
    if head == "cosFace":
        return entropy(scale * cosine, labels, scale * (own - settings["margin"]))
    if head == "sphereFace":
        norm, annealing = numpy.linalg.norm(x, axis=1), settings["annealing"]
        target = norm * (annealing * own + psi(theta, settings["multiplier"])) / (1 + annealing)
        return entropy(norm[:, None] * cosine, labels, target)
    if head == "adaFace":
        logits, target = ada_face(settings, x, cosine, labels, frozen)
        return entropy(logits, labels, target)
    if head == "curricularFace":
        logits, target = curricular_face(settings, cosine, own, frozen)
        return entropy(logits, labels, target)
    if head == "magFace":
        target, penalty = mag_face(settings, x, own)
        return entropy(scale * cosine, labels, target) + penalty
    if head == "elasticFace":
        margins = frozen("margins", lambda: elastic_margins(settings, p["margins"], own))
        target = own - margins if settings["form"] == "cosine" else added(theta, margins, settings["overflow"])
        return entropy(scale * cosine, labels, scale * target)
    found = entropy(scale * cosine, labels, scale * target_cosine(settings, own, frozen))
    if head == "arcFaceRegularized":
        found += settings["intra_factor"] * theta.mean() / numpy.pi
        found += settings["inter_factor"] * inter(weight, labels, settings["weighting"])
    return found


def near(what, found, expected, tolerance):
    """Compares two numbers relative to their size, or absolutely where they are small."""
    if not abs(found - expected) <= tolerance * max(abs(expected), 1e-3):
        raise AssertionError(f"{what}: {found}, expected {expected}")


def check_slopes(what, function, leaves, gradients, random, tolerance=2e-5):
    """Compares every gradient with central differences along random directions, rows scaled by their norms."""
    for key, gradient in gradients.items():
        norms = (
            numpy.linalg.norm(leaves[key], axis=-1, keepdims=True)
            if leaves[key].ndim > 1
            else numpy.ones(leaves[key].shape)
        )
        for _ in range(DIRECTIONS):
            direction = random.standard_normal(gradient.shape) * numpy.maximum(norms, 1e-12)
            found = slope(lambda values: function(leaves | {key: values}), leaves[key], direction, STEP)
            expected = (gradient * direction).sum()
            limit = tolerance * max(numpy.abs(gradient * direction).sum(), 1e-2)
            if not abs(found - expected) <= limit:
                raise AssertionError(f"{what} {key}: slope {found}, gradient says {expected}")


def verify_heads(path):
    random = numpy.random.default_rng(7)
    for settings, tensors in cases(path):
        state = {"mean": 20.0, "deviation": 100.0, "t": 0.0}
        fixed = {key: tensors[key] for key in ("weight", "bias", "alpha", "margins") if key in tensors}
        for call in range(settings.get("calls", 1)):
            own = {
                key: entry[call] if "calls" in settings and key not in fixed else entry
                for key, entry in tensors.items()
            }
            what, labels = f"{settings['name']} call {call + 1}", own["labels"]
            frozen = Frozen()
            frozen.state = state
            leaves = fixed | {"embeddings": own["embeddings"]}
            # Next to a cosine of 1 or -1, an angle has half the digits of its cosine.
            tolerance = 1e-6 if settings["input"].endswith("parallel_random") else 1e-9
            near(f"{what} value", own["value"], value(settings, leaves, labels, frozen), tolerance)
            for key in ("mean", "deviation", "t"):
                if f"state.{key}" in own:
                    close(f"{what} {key}", own[f"state.{key}"], state[key], 1e-12)
            gradients = {
                key.removeprefix("gradient."): entry for key, entry in own.items() if key.startswith("gradient.")
            }
            if bool(gradients) != (settings["gradients"] == "stored"):
                raise AssertionError(f"{what}: gradients are not as announced")
            if settings.get("overflow") == "easy" and settings["input"].startswith("zero_"):
                # A cosine of 0 is where the easy margin jumps.
                continue
            check_slopes(what, lambda changed: value(settings, changed, labels, frozen), leaves, gradients, random)
