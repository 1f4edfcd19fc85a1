"""Fifty steps of SGD and AdamW, alone and in Lookahead, on two parameters with given gradients, in float64 and float32;
gradient clipping."""

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from fixture import Fixture, generator, normal

STEPS = 50
SHAPES = {"weight": [3, 4], "bias": [5]}

# `groups` lists one dictionary of settings per parameter: each then is a parameter group of its own.
# `missing` lists the steps in which the bias has no gradient: it must then not move, momentum or not.
# `lookahead` is Zhang et al., NeurIPS 2019, algorithm 1, with the optimizer's memory kept; `power` lets the share fall to `share`.
CASES = {
    "sgd": ("SGD", dict(lr=0.1), {}),
    "sgd_momentum": ("SGD", dict(lr=0.1, momentum=0.9), {}),
    "sgd_nesterov": ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True), {}),
    "sgd_dampening": ("SGD", dict(lr=0.1, momentum=0.9, dampening=0.5), {}),
    "sgd_weight_decay": ("SGD", dict(lr=0.1, weight_decay=0.01), {}),
    "sgd_everything": ("SGD", dict(lr=0.001, momentum=0.9, weight_decay=0.0005, nesterov=True), {}),
    "sgd_two_groups": (
        "SGD",
        dict(lr=0.1, momentum=0.9),
        dict(groups=[dict(lr=0.001, weight_decay=0.0005), dict(lr=0.5, momentum=0.0)]),
    ),
    "sgd_missing_gradient": ("SGD", dict(lr=0.1, momentum=0.9, weight_decay=0.01), dict(missing=[0, 5, 6, 7])),
    "adamw": ("AdamW", dict(lr=0.001), {}),
    "adamw_amsgrad": ("AdamW", dict(lr=0.01, amsgrad=True), {}),
    "adamw_weight_decay": ("AdamW", dict(lr=0.01, weight_decay=0.5), {}),
    "adamw_betas": ("AdamW", dict(lr=0.01, betas=[0.5, 0.9], eps=1e-4), {}),
    "adamw_two_groups": (
        "AdamW",
        dict(lr=0.01),
        dict(groups=[dict(lr=0.001, weight_decay=0.1), dict(lr=0.05, weight_decay=0.0, betas=[0.8, 0.99])]),
    ),
    "adamw_missing_gradient": ("AdamW", dict(lr=0.01), dict(missing=[0, 5, 6, 7])),
    "sgd_lookahead": (
        "SGD",
        dict(lr=0.1, momentum=0.9, weight_decay=0.01),
        dict(lookahead=dict(interval=5, share=0.5, power=0)),
    ),
    "sgd_lookahead_plain": ("SGD", dict(lr=0.1), dict(lookahead=dict(interval=1, share=0.3, power=0))),
    "sgd_lookahead_falling": (
        "SGD",
        dict(lr=0.1, momentum=0.9, nesterov=True),
        dict(lookahead=dict(interval=4, share=0.226, power=3), missing=[0, 5, 6, 7]),
    ),
    "adamw_lookahead": ("AdamW", dict(lr=0.01), dict(lookahead=dict(interval=6, share=0.8, power=0))),
}


def shared():
    """Initial values and gradients of all cases; the gradients of steps 20 to 22 are exactly zero."""
    source = generator("optimizers")
    start = {key: normal(shape, source) for key, shape in SHAPES.items()}
    gradients = {key: normal([STEPS, *shape], source) for key, shape in SHAPES.items()}
    for gradient in gradients.values():
        gradient[20:23] = 0.0
    return start, gradients


def arguments(settings):
    return {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}


def optimized(kind, settings, extra, dtype):
    """The parameters after every step: name to [50, ...]."""
    start, gradients = shared()
    parameters = {key: value.to(dtype).requires_grad_() for key, value in start.items()}
    groups = extra.get("groups", [{}, {}])
    listed = [{"params": [value], **arguments(group)} for value, group in zip(parameters.values(), groups, strict=True)]
    optimizer = getattr(torch.optim, kind)(listed, **arguments(settings))
    history = {key: [] for key in parameters}
    lookahead = extra.get("lookahead")
    slow = {key: parameter.detach().clone() for key, parameter in parameters.items()}
    for step in range(STEPS):
        for key, parameter in parameters.items():
            absent = key == "bias" and step in extra.get("missing", [])
            parameter.grad = None if absent else gradients[key][step].to(dtype)
        optimizer.step()
        if lookahead and (step + 1) % lookahead["interval"] == 0:
            share = 1 - (1 - lookahead["share"]) * (step / STEPS) ** lookahead["power"]
            for key, parameter in parameters.items():
                slow[key] = slow[key] + share * (parameter.detach() - slow[key])
                parameter.data.copy_(slow[key])
        for key, parameter in parameters.items():
            history[key].append(parameter.detach().clone())
    return {key: torch.stack(values) for key, values in history.items()}


def clipped(settings, scale):
    _, gradients = shared()
    before = {key: scale * value[0] for key, value in gradients.items()}
    parameters = [torch.zeros_like(value).requires_grad_() for value in before.values()]
    for parameter, gradient in zip(parameters, before.values(), strict=True):
        parameter.grad = gradient.clone()
    if "max_norm" in settings:
        tensors = {"norm": clip_grad_norm_(parameters, settings["max_norm"])}
    else:
        clip_grad_value_(parameters, settings["clip_value"])
        tensors = {}
    for (key, gradient), parameter in zip(before.items(), parameters, strict=True):
        tensors |= {f"gradient.{key}": gradient, f"clipped.{key}": parameter.grad}
    return tensors


def generate(folder):
    fixture = Fixture("optimizers")
    start, gradients = shared()
    tensors = {f"start.{key}": value for key, value in start.items()}
    tensors |= {f"gradient.{key}": value for key, value in gradients.items()}
    fixture.add("shared", {"kind": "shared", "steps": STEPS, "parameters": list(SHAPES)}, tensors)
    for case, (kind, settings, extra) in CASES.items():
        for precision in ("float64", "float32"):
            tensors = optimized(kind, settings, extra, getattr(torch, precision))
            details = {"kind": kind, "precision": precision, "settings": settings, **extra}
            fixture.add(f"{case}_{precision}", details, tensors)
    for max_norm in (0.1, 1.0, 5.0, 1000.0):
        settings = dict(max_norm=max_norm)
        fixture.add(f"clip_norm_{max_norm:g}", {"kind": "clip_norm", **settings}, clipped(settings, 1.0))
    settings = dict(max_norm=1.0)
    fixture.add("clip_norm_zero_gradient", {"kind": "clip_norm", **settings}, clipped(settings, 0.0))
    for clip_value in (0.1, 1.0, 100.0):
        settings = dict(clip_value=clip_value)
        fixture.add(f"clip_value_{clip_value:g}", {"kind": "clip_value", **settings}, clipped(settings, 1.0))
    fixture.write(folder)
