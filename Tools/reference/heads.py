"""Classifier heads and their regularisers, from the papers' formulas, with float64 autograd.

Everywhere: x/max(|x|, 1e-12) for embeddings and class vectors, cosines held within [-1, 1] for the value while the
derivative passes through, and the mean cross entropy of the logits. `logits` carry no margin.

A case whose gradient does not exist or is infinite (a target cosine of exactly 1 or -1 under an angular margin) has
`gradients: finite` and stores no gradient: an implementation has to return finite numbers there, whichever.
"""

import math

import torch
from torch.nn import functional

from fixture import Fixture, generator, normal
from head_inputs import FEW, SHAPES, inputs

EPSILON = 1e-12
# Closer to 1 than this, a cosine of float64 cannot be told from 1.
TOUCHING = 1e-14


def unit(vectors):
    """Rows divided by max(|row|, 1e-12); the norm's derivative at zero is zero."""
    return functional.normalize(vectors, dim=-1, eps=EPSILON)


def held(cosine):
    """Within [-1, 1], the derivative unchanged."""
    return cosine + (cosine.clamp(-1, 1) - cosine).detach()


def cosines(embeddings, weight):
    return held(unit(embeddings) @ unit(weight).T)


def picked(table, labels):
    return table.gather(1, labels.unsqueeze(1)).squeeze(1)


def put(table, labels, target):
    return table.scatter(1, labels.unsqueeze(1), target.unsqueeze(1))


def touching(cosine):
    """Where the angle has no derivative."""
    return 1 - cosine.detach().abs() < TOUCHING


def sine(cosine):
    """sin(acos(c)); its derivative is left out where it is infinite."""
    square = torch.where(touching(cosine), 1.0, 1 - cosine * cosine)
    return torch.where(touching(cosine), 0.0, square.sqrt())


def angle(cosine):
    """acos(c); its derivative is left out where it is infinite."""
    inside = torch.where(touching(cosine), 0.0, cosine).acos()
    return torch.where(touching(cosine), cosine.detach().clamp(-1, 1).acos(), inside)


def straight_through(cosine, changed):
    """The changed value with the derivative of the cosine."""
    return cosine + (changed - cosine).detach()


def additive_angle(cosine, margin, overflow, clip_epsilon=1e-3):
    """cos(theta + m) under a rule for theta + m past pi, and where it has no derivative."""
    margin = torch.as_tensor(margin, dtype=cosine.dtype)
    raw = cosine * margin.cos() - sine(cosine) * margin.sin()
    if overflow == "none":
        return raw, touching(cosine) & (margin.sin() != 0)
    if overflow == "cosine":
        within = cosine > -margin.cos()
        changed = torch.where(within, raw, cosine - margin * margin.sin())
    elif overflow == "easy":
        within = cosine > 0
        changed = torch.where(within, raw, cosine)
    elif overflow == "clip":
        moved = angle(cosine).detach() + margin
        within = (moved > clip_epsilon) & (moved < math.pi - clip_epsilon)
        changed = torch.where(within, raw, moved.clamp(clip_epsilon, math.pi - clip_epsilon).cos())
    else:
        raise ValueError(overflow)
    return changed, touching(cosine) & within & (margin.sin() != 0)


def multiplied_cosine(cosine, multiplier, offset=0.0):
    """cos(m theta + offset), and where it has no derivative; at theta = 0 without offset the derivative is m
    squared."""
    if multiplier == 1:
        return additive_angle(cosine, offset, "none")
    ahead = 1 - cosine < TOUCHING if offset == 0 else torch.zeros_like(cosine, dtype=torch.bool)
    value = (multiplier * angle(cosine) + offset).cos()
    return torch.where(ahead, 1 + multiplier**2 * (cosine - 1), value), touching(cosine) & ~ahead


def psi(cosine, multiplier):
    """(-1)^k cos(m theta) - 2 k with theta in [k pi/m, (k + 1) pi/m], and where it has no derivative."""
    last = math.ceil(multiplier) - 1
    k = (multiplier * cosine.detach().clamp(-1, 1).acos() / math.pi).floor().clamp(max=last)
    if multiplier == int(multiplier):
        powers = [torch.ones_like(cosine), cosine]
        for _ in range(int(multiplier) - 1):
            powers.append(2 * cosine * powers[-1] - powers[-2])
        value, undefined = powers[int(multiplier)], torch.zeros_like(cosine, dtype=torch.bool)
    else:
        value, undefined = multiplied_cosine(cosine, multiplier)
    return (1 - 2 * (k % 2)) * value - 2 * k, undefined


class Result:
    """What a head computes: its value, the logits, and whether a gradient fails to exist."""

    label_smoothing = 0.0

    def __init__(self, labels, logits, with_margin, undefined=None, **extra):
        self.logits = logits
        self.target = picked(with_margin, labels)
        self.value = functional.cross_entropy(with_margin, labels, label_smoothing=self.label_smoothing)
        self.undefined = undefined is not None and bool(undefined.any())
        self.extra = extra


def scaled(cosine, labels, target, scale, undefined=None, **extra):
    return Result(labels, scale * cosine, scale * put(cosine, labels, target), undefined, **extra)


def softmax(x, labels, p, scale=None):
    logits = x @ p["weight"].T + p["bias"]
    return Result(labels, logits, logits)


def norm_softmax(x, labels, p, scale):
    cosine = cosines(x, p["weight"])
    return scaled(cosine, labels, picked(cosine, labels), scale)


def l2_softmax(x, labels, p, learnt_alpha, alpha):
    factor = p["alpha"] if learnt_alpha else alpha
    logits = factor * unit(x) @ p["weight"].T + p["bias"]
    return Result(labels, logits, logits)


def arc_face(x, labels, p, margin_radians, scale, overflow, gradient, clip_epsilon=1e-3):
    cosine = cosines(x, p["weight"])
    own = picked(cosine, labels)
    changed, undefined = additive_angle(own, margin_radians, overflow, clip_epsilon)
    if gradient == "straightThrough":
        return scaled(cosine, labels, straight_through(own, changed), scale)
    return scaled(cosine, labels, changed, scale, undefined)


def cos_face(x, labels, p, margin, scale):
    cosine = cosines(x, p["weight"])
    return scaled(cosine, labels, picked(cosine, labels) - margin, scale)


def sphere_face(x, labels, p, multiplier, annealing):
    norm = x.norm(dim=1, keepdim=True)
    cosine = cosines(x, p["weight"])
    own = picked(cosine, labels)
    changed, undefined = psi(own, multiplier)
    target = (annealing * own + changed) / (1 + annealing)
    # |x| cos theta is x . W / |W|, but its factors have no derivative at x = 0, nor has |x| psi.
    undefined = undefined | (norm.detach().squeeze(1) == 0)
    return Result(labels, norm * cosine, norm * put(cosine, labels, target), undefined)


def sphere_face_fixed(x, labels, p, multiplier, scale, gradient):
    cosine = cosines(x, p["weight"])
    own = picked(cosine, labels)
    changed, undefined = psi(own, multiplier)
    if gradient == "straightThrough":
        return scaled(cosine, labels, straight_through(own, changed), scale)
    return scaled(cosine, labels, changed, scale, undefined)


def combined_margin(
    x, labels, p, multiplier, margin_radians, cosine_margin, scale, overflow, gradient, clip_epsilon=1e-3
):
    cosine = cosines(x, p["weight"])
    own = picked(cosine, labels)
    if multiplier == 1:
        changed, undefined = additive_angle(own, margin_radians, overflow, clip_epsilon)
    else:
        changed, undefined = multiplied_cosine(own, multiplier, margin_radians)
        if overflow == "clip":
            moved = multiplier * own.detach().clamp(-1, 1).acos() + margin_radians
            within = (moved > clip_epsilon) & (moved < math.pi - clip_epsilon)
            changed = torch.where(within, changed, moved.clamp(clip_epsilon, math.pi - clip_epsilon).cos())
            undefined = undefined & within
        elif overflow != "none":
            raise ValueError(overflow)
    changed = changed - cosine_margin
    if gradient == "straightThrough":
        return scaled(cosine, labels, straight_through(own, changed), scale)
    return scaled(cosine, labels, changed, scale, undefined)


def sub_center_arc_face(x, labels, p, margin_radians, scale, overflow, gradient, centers):
    every = held(torch.einsum("nd,ckd->nck", unit(x), unit(p["weight"])))
    cosine, dominant = every.max(2)
    own = picked(cosine, labels)
    changed, undefined = additive_angle(own, margin_radians, overflow)
    ordered = every.detach().sort(2).values
    tie = (ordered[..., -1] - ordered[..., -2] == 0).any(1)
    if gradient == "straightThrough":
        changed, undefined = straight_through(own, changed), torch.zeros_like(tie)
    return scaled(cosine, labels, changed, scale, undefined | tie, dominant=picked(dominant, labels))


def ada_face(x, labels, p, margin, scale, h, momentum, state):
    """Cosines within 1e-3 of +-1 are clipped, derivative and all; norm, mean and deviation have no derivative."""
    norm = x.detach().norm(dim=1).clamp(0.001, 100)
    if len(norm) > 1:
        state["mean"] = momentum * norm.mean() + (1 - momentum) * state["mean"]
        state["deviation"] = momentum * norm.std() + (1 - momentum) * state["deviation"]
    g = (h * (norm - state["mean"]) / (state["deviation"] + 1e-3)).clamp(-1, 1)
    cosine = cosines(x, p["weight"])
    clipped = cosine.clamp(-1 + 1e-3, 1 - 1e-3)
    own = picked(clipped, labels)
    target = (own.acos() - margin * g).clamp(1e-3, math.pi - 1e-3).cos() - (margin + margin * g)
    return Result(labels, scale * cosine, scale * put(clipped, labels, target), quality=g)


def mag_face(
    x,
    labels,
    p,
    lower_norm,
    upper_norm,
    lower_margin_radians,
    upper_margin_radians,
    scale,
    overflow,
    regularizer_weight,
):
    norm = x.norm(dim=1).clamp(lower_norm, upper_norm)
    slope = (upper_margin_radians - lower_margin_radians) / (upper_norm - lower_norm)
    cosine = cosines(x, p["weight"])
    margin = slope * (norm - lower_norm) + lower_margin_radians
    changed, undefined = additive_angle(picked(cosine, labels), margin, overflow)
    result = scaled(cosine, labels, changed, scale, undefined, margins_radians=margin)
    regularizer = (norm / upper_norm**2 + 1 / norm).mean()
    result.extra |= {"cross_entropy": result.value, "regularizer": regularizer}
    result.value = result.value + regularizer_weight * regularizer
    return result


def curricular_face(x, labels, p, margin_radians, scale, momentum, state):
    cosine = cosines(x, p["weight"])
    own = picked(cosine, labels)
    raw, undefined = additive_angle(own, margin_radians, "none")
    changed, _ = additive_angle(own, margin_radians, "cosine")
    undefined = undefined & (own > -math.cos(margin_radians))
    state["t"] = momentum * own.detach().mean() + (1 - momentum) * state["t"]
    hard = cosine.detach() > raw.detach().unsqueeze(1)
    others = torch.where(hard, cosine * (state["t"] + cosine), cosine)
    return Result(
        labels,
        scale * cosine,
        scale * put(others, labels, changed),
        undefined,
        hard=put(hard, labels, torch.zeros_like(labels, dtype=torch.bool)).sum(1),
    )


def elastic_face(x, labels, p, form, plus, scale, overflow=None):
    cosine = cosines(x, p["weight"])
    own = picked(cosine, labels)
    margins = p["margins"]
    if plus:
        # The hardest sample, of the least cosine, gets the largest margin; equal cosines keep the order of the samples.
        margins = torch.empty_like(margins).index_copy(
            0, own.detach().argsort(descending=True, stable=True), margins.sort().values
        )
    if form == "cosine":
        return scaled(cosine, labels, own - margins, scale, assigned=margins)
    changed, undefined = additive_angle(own, margins, overflow)
    return scaled(cosine, labels, changed, scale, undefined, assigned=margins)


class Term:
    """A regulariser's value."""

    def __init__(self, value, undefined):
        self.value, self.undefined, self.extra = value, bool(undefined.any()), {}


def intra(x, labels, p, factor):
    own = picked(cosines(x, p["weight"]), labels)
    return Term(factor * angle(own).mean() / math.pi, touching(own))


def inter(x, labels, p, factor, weighting):
    rows = labels if weighting == "samples" else labels.unique()
    weight = p["weight"]
    between = held(unit(weight)[rows] @ unit(weight).T)
    other = rows.unsqueeze(1) != torch.arange(len(weight))
    angles = torch.where(other, angle(between), 0.0)
    divisor = math.pi * len(rows) * max(len(weight) - 1, 1)
    return Term(-factor * angles.sum() / divisor, touching(between) & other)


def arc_face_regularized(
    x, labels, p, margin_radians, scale, overflow, gradient, intra_factor, inter_factor, weighting
):
    result = arc_face(x, labels, p, margin_radians, scale, overflow, gradient)
    first, second = intra(x, labels, p, intra_factor), inter(x, labels, p, inter_factor, weighting)
    result.value = result.value + first.value + second.value
    result.undefined |= first.undefined or second.undefined
    return result


HEADS = {
    "softmax": softmax,
    "normSoftmax": norm_softmax,
    "l2Softmax": l2_softmax,
    "arcFace": arc_face,
    "cosFace": cos_face,
    "sphereFace": sphere_face,
    "sphereFaceFixed": sphere_face_fixed,
    "combinedMargin": combined_margin,
    "subCenterArcFace": sub_center_arc_face,
    "adaFace": ada_face,
    "magFace": mag_face,
    "curricularFace": curricular_face,
    "elasticFace": elastic_face,
    "intra": intra,
    "inter": inter,
    "arcFaceRegularized": arc_face_regularized,
}

# The large sets are for these heads only, to keep the file small.
LARGE = {
    "many_classes": ["normSoftmax", "arcFace", "cosFace", "sphereFace", "combinedMargin", "adaFace", "curricularFace"],
    "wide": ["normSoftmax", "l2Softmax", "arcFace", "cosFace", "sphereFace", "subCenterArcFace", "adaFace", "magFace"],
}

# Where no two samples are equally hard.
APART = ["two_classes", "planar", "medium", "norm_1e4", "angles"]

STATES = {"adaFace": {"mean": 20.0, "deviation": 100.0}, "curricularFace": {"t": 0.0}}


# Where pytorch-metric-learning 2.9 computes something else, and what.
PEER_DIFFERS = {
    ("normSoftmax", "zero_weights"): "normalises class vectors twice: the gradient of a zero one is 1e12 times this",
    ("arcFace", "parallel"): "gradients are NaN",
    ("arcFace", "antiparallel"): "gradients are NaN",
    ("arcFace", "parallel_random"): "gradients are NaN where the cosine rounds to 1",
    ("subCenterArcFace", "parallel"): "gradients are NaN",
    ("subCenterArcFace", "parallel_random"): "gradients are NaN where the cosine rounds to 1",
}


def combined_settings(multiplier, margin_radians, cosine_margin):
    margins = {"multiplier": multiplier, "margin_radians": margin_radians, "cosine_margin": cosine_margin}
    return margins | {"scale": 64.0, "overflow": "none"}


def variants():
    """Every head's settings; the sets of inputs they are tried on (nothing: all of them)."""
    exact = {"gradient": "exact"}
    arc = {"margin_radians": 0.5, "scale": 64.0, "overflow": "cosine"}
    yield "softmax", {}, None
    yield "normSoftmax", {"scale": 20.0}, None
    yield "normSoftmax", {"scale": 64.0}, ["medium", "parallel", "antiparallel"]
    yield "l2Softmax", {"learnt_alpha": False, "alpha": 16.0}, None
    yield "l2Softmax", {"learnt_alpha": True, "alpha": 16.0}, FEW
    for overflow in ("cosine", "easy", "none", "clip"):
        for gradient in ("exact", "straightThrough"):
            settings = {"margin_radians": 0.5, "scale": 64.0, "overflow": overflow, "gradient": gradient}
            if overflow == "clip":
                settings["clip_epsilon"] = 1e-3
            yield "arcFace", settings, None if (overflow, gradient) == ("cosine", "exact") else FEW
    yield "arcFace", {"margin_radians": 0.2, "scale": 10.0, "overflow": "cosine"} | exact, FEW
    yield "arcFace", {"margin_radians": 0.0, "scale": 10.0, "overflow": "cosine"} | exact, FEW
    yield "cosFace", {"margin": 0.35, "scale": 64.0}, None
    yield "cosFace", {"margin": 0.4, "scale": 30.0}, FEW
    for multiplier in (1, 2, 3, 4):
        yield "sphereFace", {"multiplier": multiplier, "annealing": 0.0}, None if multiplier == 4 else FEW
    yield "sphereFace", {"multiplier": 4, "annealing": 5.0}, FEW
    yield "sphereFace", {"multiplier": 4, "annealing": 1000 / 1.12}, FEW
    yield "sphereFaceFixed", {"multiplier": 1.7, "scale": 30.0} | exact, None
    yield "sphereFaceFixed", {"multiplier": 1.7, "scale": 30.0, "gradient": "straightThrough"}, FEW
    for margins in ((1.0, 0.3, 0.2), (0.9, 0.4, 0.15), (1.35, 0.0, 0.0), (1.0, 0.5, 0.0), (1.0, 0.0, 0.35)):
        settings = combined_settings(*margins)
        yield "combinedMargin", settings | exact, None if margins[0] == 0.9 else FEW
    first, second = combined_settings(1.0, 0.3, 0.2), combined_settings(0.9, 0.4, 0.15)
    yield "combinedMargin", first | {"overflow": "cosine"} | exact, FEW
    yield "combinedMargin", second | {"overflow": "clip", "clip_epsilon": 1e-3} | exact, FEW
    yield "combinedMargin", second | {"gradient": "straightThrough"}, FEW
    yield "subCenterArcFace", arc | exact | {"centers": 3}, None
    yield "subCenterArcFace", arc | {"gradient": "straightThrough", "centers": 3}, ["medium", "parallel_random"]
    yield "adaFace", {"margin": 0.4, "scale": 64.0, "h": 0.333, "momentum": 0.01, "calls": 1}, None
    yield (
        "adaFace",
        {"margin": 0.4, "scale": 64.0, "h": 0.333, "momentum": 0.01, "calls": 3},
        ["single", "planar", "medium", "large_norms"],
    )
    yield (
        "adaFace",
        {"margin": 0.4, "scale": 64.0, "h": 0.333, "momentum": 1.0, "calls": 1},
        ["medium", "large_norms", "planar"],
    )
    magnitude = {"lower_margin_radians": 0.45, "upper_margin_radians": 0.8, "scale": 64.0}
    paper = magnitude | {"lower_norm": 10.0, "upper_norm": 110.0, "regularizer_weight": 35.0}
    small = magnitude | {"lower_norm": 1.0, "upper_norm": 51.0, "regularizer_weight": 5.0}
    yield "magFace", paper | {"overflow": "easy"}, None
    yield "magFace", paper | {"overflow": "cosine"}, FEW + ["large_norms"]
    yield "magFace", small | {"overflow": "easy"}, FEW + ["large_norms"]
    yield "magFace", small | {"overflow": "cosine"}, FEW + ["large_norms"]
    curriculum = {"margin_radians": 0.5, "scale": 64.0, "momentum": 0.01}
    yield "curricularFace", curriculum | {"calls": 1}, None
    yield "curricularFace", curriculum | {"calls": 3}, ["single", "planar", "medium", "angles"]
    yield "elasticFace", {"form": "angle", "plus": False, "scale": 64.0, "overflow": "none"}, None
    yield "elasticFace", {"form": "angle", "plus": True, "scale": 64.0, "overflow": "none"}, APART
    yield "elasticFace", {"form": "angle", "plus": False, "scale": 64.0, "overflow": "cosine"}, FEW
    yield "elasticFace", {"form": "cosine", "plus": False, "scale": 64.0}, FEW
    yield "elasticFace", {"form": "cosine", "plus": True, "scale": 64.0}, APART
    yield "intra", {"factor": 1.0}, None
    yield "intra", {"factor": 0.1}, ["medium"]
    yield "inter", {"factor": 1.0, "weighting": "samples"}, None
    yield (
        "inter",
        {"factor": 0.1, "weighting": "unique"},
        ["single", "two_classes", "medium", "one_class", "duplicates", "parallel", "equal_classes"],
    )
    smooth = {"label_smoothing": 0.1}
    yield "softmax", smooth, FEW
    yield "normSoftmax", {"scale": 16.0} | smooth, FEW
    yield "l2Softmax", {"learnt_alpha": True, "alpha": 16.0} | smooth, FEW
    yield "arcFace", arc | exact | smooth, None
    yield "cosFace", {"margin": 0.35, "scale": 64.0} | smooth, FEW
    yield "sphereFace", {"multiplier": 4, "annealing": 5.0} | smooth, FEW
    yield "sphereFaceFixed", {"multiplier": 1.7, "scale": 30.0} | exact | smooth, FEW
    yield "combinedMargin", second | exact | smooth, FEW
    yield "subCenterArcFace", arc | exact | {"centers": 3} | smooth, FEW
    yield "adaFace", {"margin": 0.4, "scale": 64.0, "h": 0.333, "momentum": 0.01, "calls": 1} | smooth, APART
    yield "magFace", paper | {"overflow": "easy"} | smooth, FEW
    yield "curricularFace", curriculum | {"calls": 1} | smooth, FEW
    yield "elasticFace", {"form": "angle", "plus": False, "scale": 64.0, "overflow": "none"} | smooth, FEW
    both = {"intra_factor": 1.0, "inter_factor": 0.5, "weighting": "samples"}
    yield "arcFaceRegularized", arc | exact | both, ["medium", "planar", "two_classes"]


def parameters(head, settings, name, weight):
    """The head's parameters by name, from the set's class vectors, with draws of their own."""
    source = generator("heads parameters", name)
    values = {"weight": weight}
    if head in ("softmax", "l2Softmax"):
        values["bias"] = normal([len(weight)], source)
    if settings.get("learnt_alpha"):
        values["alpha"] = torch.tensor(settings["alpha"], dtype=torch.float64)
    if head == "subCenterArcFace":
        others = normal([len(weight), settings["centers"] - 1, weight.shape[1]], source)
        values["weight"] = torch.cat([weight.unsqueeze(1), others], 1)
    if head == "elasticFace":
        mean, deviation = (0.5, 0.05) if settings["form"] == "angle" else (0.35, 0.05)
        values["margins"] = (mean + deviation * normal([SHAPES[name][0]], source)).float().double()
    return values


def batches(head, settings, name):
    """Inputs of every call of a head with state, or of the only one."""
    embeddings, labels, weight = inputs(name)
    more = [(embeddings, labels)]
    for call in range(1, settings.get("calls", 1)):
        source = generator("heads calls", name, call)
        # A power of two keeps the draws exact in float32.
        more.append((normal(embeddings.shape, source) * 8**call, labels.flip(0)))
    return more, weight


def compute(head, settings, embeddings, labels, values, state):
    """Result, and the gradients by name."""
    arguments = {key: value for key, value in settings.items() if key not in ("calls", "label_smoothing")}
    Result.label_smoothing = settings.get("label_smoothing", 0.0)
    if state:
        arguments["state"] = state
    leaves = {key: value.clone().requires_grad_(key != "margins") for key, value in values.items()}
    x = embeddings.clone().requires_grad_()
    result = HEADS[head](x, labels, leaves, **arguments)
    wanted = {"embeddings": x} | {key: leaf for key, leaf in leaves.items() if leaf.requires_grad}
    found = torch.autograd.grad(result.value, list(wanted.values()), allow_unused=True)
    gradients = {
        key: torch.zeros_like(leaf) if gradient is None else gradient
        for (key, leaf), gradient in zip(wanted.items(), found, strict=True)
    }
    return result, gradients


def case_tensors(head, settings, name, first=True):
    """The tensors of one case, and whether its gradients exist; only a head's first variant has logits."""
    calls, weight = batches(head, settings, name)
    values = parameters(head, settings, name, weight)
    state = {key: torch.tensor(value, dtype=torch.float64) for key, value in STATES.get(head, {}).items()}
    rows, undefined = [], False
    for embeddings, labels in calls:
        result, gradients = compute(head, settings, embeddings, labels, values, state)
        undefined |= result.undefined
        row = {"embeddings": embeddings.float(), "labels": labels, "value": result.value} | result.extra
        if hasattr(result, "logits"):
            if name == "angles":
                row["target"] = result.target
            if first and result.logits.shape[1] <= 10:
                row["logits"] = result.logits
        row |= {f"gradient.{key}": gradient for key, gradient in gradients.items()}
        row |= {f"state.{key}": value for key, value in state.items()}
        rows.append(row)
    stacked = {key: torch.stack([row[key] for row in rows]) if "calls" in settings else rows[0][key] for key in rows[0]}
    if undefined:
        stacked = {key: value for key, value in stacked.items() if not key.startswith("gradient.")}
    return {key: value.float() for key, value in values.items()} | stacked, not undefined


def generate(folder):
    fixture = Fixture("heads")
    numbers = {}
    for head, settings, names in variants():
        numbers[head] = numbers.get(head, 0) + 1
        for name in names or SHAPES:
            if name in LARGE and head not in LARGE[name]:
                continue
            tensors, exist = case_tensors(head, settings, name, numbers[head] == 1)
            count, width, classes = SHAPES[name]
            entry = {
                "head": head,
                "input": name,
                "gradients": "stored" if exist else "finite",
                "shape": {"batch": count, "embedding": width, "classes": classes},
            }
            if (head, name) in PEER_DIFFERS:
                entry["peer_differs"] = PEER_DIFFERS[head, name]
            fixture.add(f"{head}{numbers[head]}_{name}", entry | settings, tensors)
    fixture.write(folder)
