"""The golden table: one small batch, every head and loss, to twelve digits, in float64.

Angles, not coordinates, define the inputs, so a test can make them in any precision.
"""

import json
import math
from pathlib import Path

import torch
from torch.nn import functional

import heads
import pair_losses
from heads import cosines

ANGLES, NORMS, LABELS = [0, 20, 40, 60, 80], [1, 2, 3, 4, 5], [0, 0, 1, 1, 2]
CLASS_ANGLES, CLASS_NORMS = [10, 50, 100], [0.5, 1, 2]
CENTER_ANGLES = [[10, 15], [50, 55], [100, 95]]
DEGREES = [90, 120, 151.4, 180]


def polar(angles, norms=None):
    """Points at angles in degrees."""
    radians = torch.tensor(angles, dtype=torch.float64) * math.pi / 180
    points = torch.stack([radians.cos(), radians.sin()], -1)
    return points if norms is None else points * torch.tensor(norms, dtype=torch.float64).unsqueeze(-1)


X, Y, W = polar(ANGLES, NORMS), torch.tensor(LABELS), polar(CLASS_ANGLES, CLASS_NORMS)
CENTERS = polar(CENTER_ANGLES)

PAPER_ARC = {"margin_radians": math.radians(28.6), "scale": 64.0, "overflow": "cosine", "gradient": "exact"}
ARC = {"margin_radians": 0.5, "scale": 30.0, "overflow": "cosine", "gradient": "exact"}
MAGNITUDE = {
    "lower_norm": 1.0,
    "upper_norm": 10.0,
    "lower_margin_radians": 0.45,
    "upper_margin_radians": 0.8,
    "scale": 64.0,
}
TRIPLET = {"distance": "euclidean", "normalize": True, "smooth": False, "swap": False}


def combined(*margins):
    return heads.combined_settings(*margins) | {"gradient": "exact"}


# Name to head, settings and parameters other than W.
HEAD_ROWS = {
    "crossEntropy": ("softmax", {}),
    "normSoftmax_20": ("normSoftmax", {"scale": 20.0}),
    "normSoftmax_16": ("normSoftmax", {"scale": 16.0}),
    "l2Softmax": ("l2Softmax", {"learnt_alpha": False, "alpha": 16.0}),
    "arcFace_28.6_degrees": ("arcFace", PAPER_ARC),
    "arcFace": ("arcFace", ARC),
    "arcFace_easy": ("arcFace", ARC | {"overflow": "easy"}),
    "cosFace_0.35_64": ("cosFace", {"margin": 0.35, "scale": 64.0}),
    "cosFace_0.4_30": ("cosFace", {"margin": 0.4, "scale": 30.0}),
    "sphereFace": ("sphereFace", {"multiplier": 4, "annealing": 0.0}),
    "sphereFace_annealed": ("sphereFace", {"multiplier": 4, "annealing": 1000 / 1.12}),
    "combinedMargin_1_0.3_0.2": ("combinedMargin", combined(1.0, 0.3, 0.2)),
    "combinedMargin_0.9_0.4_0.15": ("combinedMargin", combined(0.9, 0.4, 0.15)),
    "combinedMargin_1.35_0_0": ("combinedMargin", combined(1.35, 0.0, 0.0)),
    "intra": ("intra", {"factor": 1.0}),
    "inter": ("inter", {"factor": 1.0, "weighting": "samples"}),
    "adaFace": ("adaFace", {"margin": 0.4, "scale": 64.0, "h": 0.333, "momentum": 0.01}),
    "curricularFace": ("curricularFace", {"margin_radians": 0.5, "scale": 64.0, "momentum": 0.01}),
    "magFace": ("magFace", MAGNITUDE | {"overflow": "easy", "regularizer_weight": 0.0}),
    "subCenterArcFace": ("subCenterArcFace", PAPER_ARC | {"centers": 2}),
}

LOSS_ROWS = {
    "tripletMargin": ("tripletMargin", TRIPLET | {"margin": 0.05, "reducer": "meanNonZero"}),
    "tripletMargin_mean": ("tripletMargin", TRIPLET | {"margin": 0.2, "reducer": "mean"}),
    "tripletMargin_smooth": ("tripletMargin", TRIPLET | {"margin": 0.05, "smooth": True, "reducer": "meanNonZero"}),
    "tripletMargin_angular": (
        "tripletMargin",
        TRIPLET | {"distance": "angular", "margin": 0.35, "reducer": "mean", "given": True},
    ),
    "contrastive_0.9": (
        "contrastive",
        {"form": "hinge", "distance": "euclidean", "normalize": True, "positive_margin": 0.0, "negative_margin": 0.9},
    ),
    "multiSimilarity": ("multiSimilarity", {"alpha": 2.0, "beta": 50.0, "base": 0.5, "mining_epsilon": None}),
    "multiSimilarity_mined": ("multiSimilarity", {"alpha": 2.0, "beta": 50.0, "base": 0.5, "mining_epsilon": 0.1}),
    "circle": ("circle", {"margin": 0.4, "gamma": 80.0}),
    "rankedList": (
        "rankedList",
        {"boundary": 1.2, "margin": 0.4, "negative_share": 0.5, "positive_scale": 0.0, "negative_scale": 10.0},
    ),
    "rankedList_1": (
        "rankedList",
        {"boundary": 1.2, "margin": 1.0, "negative_share": 0.3, "positive_scale": 4.0, "negative_scale": 10.0},
    ),
    "ntXent": ("ntXent", {"temperature": 0.07}),
    "supCon": ("supCon", {"temperature": 0.1, "base_temperature": None, "reducer": "meanNonZero"}),
    "supCon_official": ("supCon", {"temperature": 0.07, "base_temperature": 0.07, "reducer": "mean"}),
    "nPairs": ("nPairs", {"normalize": True, "l2_weight": 0.0}),
    "proxyAnchor": ("proxyAnchor", {"margin": 0.1, "alpha": 32.0}),
    "proxyNCA": ("proxyNCA", {"form": "softmax", "scale": 1.0}),
    "proxyNCA_32": ("proxyNCA", {"form": "softmax", "scale": 32.0}),
    "proxyNCA_original": ("proxyNCA", {"form": "original", "scale": 1.0}),
    "softTriple": (
        "softTriple",
        {"scale": 20.0, "gamma": 0.1, "margin": 0.01, "centers": 2, "regularizer_weight": 0.0},
    ),
}


# Rows known from elsewhere that no value can be right for, and why.
NOT_REPRODUCED = {
    "contrastive": {
        "negative_margin": 1.0,
        "known": 0.669194417,
        "exact": 0.79795364121,
        "why": "two negative pairs are 60 degrees apart, at distance 1 exactly, rounding decides which of their zero "
        "terms count as non-zero: 0.797953641 if none, 0.722844094 if one, 0.669194417 if both; contrastive_0.9 is "
        "free of that",
    },
}


def head_row(head, settings):
    state = {key: torch.tensor(value, dtype=torch.float64) for key, value in heads.STATES.get(head, {}).items()}
    parameters = {"weight": CENTERS if head == "subCenterArcFace" else W, "bias": torch.zeros(3, dtype=torch.float64)}
    arguments = settings | ({"state": state} if state else {})
    result = heads.HEADS[head](X, Y, parameters, **arguments)
    row = {"value": float(result.value)} | {key: float(value) for key, value in state.items()}
    if head == "magFace":
        row["regularizer"] = float(result.extra["regularizer"])
    return row


def loss_row(loss, settings):
    arguments = {key: value for key, value in settings.items() if key not in ("given", "centers")}
    parameters = {"proxies": CENTERS if loss == "softTriple" else W}
    if settings.get("given"):
        parameters["triplets"] = torch.tensor([[0, 1, 2]])
    return {"value": float(pair_losses.LOSSES[loss](X, Y, parameters, **arguments)[0])}


def other_rows():
    """Rows of no fixture: L-Softmax, center loss and the prototypical loss."""
    own = (X.norm(dim=1) * W.norm(dim=1)[Y] * heads.psi(heads.picked(cosines(X, W), Y), 4)[0]).unsqueeze(1)
    logits = (X @ W.T).scatter(1, Y.unsqueeze(1), own)
    squares = (X - W[Y]).square().sum(1)
    episode = {"support": X[[0, 2]], "support_labels": Y[[0, 2]]}
    return {
        "largeMarginSoftmax": {"multiplier": 4, "value": float(functional.cross_entropy(logits, Y))},
        "center_sum": {"value": float(squares.sum() / 2)},
        "center_mean": {"value": float(squares.mean())},
        "prototypical": {
            "support": [0, 2],
            "queries": [1, 3],
            "value": float(pair_losses.prototypical(X[[1, 3]], Y[[1, 3]], episode)[0]),
        },
    }


def margin_curves():
    """Target logits over the scale at some angles in degrees."""
    cosine = torch.tensor([math.cos(math.radians(angle)) for angle in DEGREES], dtype=torch.float64)
    cosine[DEGREES.index(180)] = -1.0
    curves = {
        f"arcFace_{overflow}": heads.additive_angle(cosine, 0.5, overflow)[0]
        for overflow in ("cosine", "easy", "none", "clip")
    }
    curves |= {"cosFace_0.35": cosine - 0.35, "sphereFace_4": heads.psi(cosine, 4)[0]}
    curves["combinedMargin_1_0.3_0.2"] = heads.multiplied_cosine(cosine, 1.0, 0.3)[0] - 0.2
    curves["combinedMargin_0.9_0.4_0.15"] = heads.multiplied_cosine(cosine, 0.9, 0.4)[0] - 0.15
    return {name: [float(f"{value:.12g}") for value in values.tolist()] for name, values in curves.items()}


def table():
    values = {
        name: {"head": head} | settings | head_row(head, settings) for name, (head, settings) in HEAD_ROWS.items()
    }
    values |= {
        name: {"loss": loss} | settings | loss_row(loss, settings) for name, (loss, settings) in LOSS_ROWS.items()
    }
    values |= other_rows()
    results = {"value", "mean", "deviation", "t", "regularizer"}
    return {
        name: {
            key: float(f"{value:.12g}") if key in results and isinstance(value, float) else value
            for key, value in row.items()
        }
        for name, row in values.items()
    }


def generate(folder):
    inputs = {
        "embedding_degrees": ANGLES,
        "embedding_norms": NORMS,
        "labels": LABELS,
        "class_degrees": CLASS_ANGLES,
        "class_norms": CLASS_NORMS,
        "sub_center_degrees": CENTER_ANGLES,
    }
    content = {"inputs": inputs, "values": table(), "not_reproduced": NOT_REPRODUCED}
    content["curves"] = {"degrees": DEGREES} | margin_curves()
    (Path(folder) / "golden.json").write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
