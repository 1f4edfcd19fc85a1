"""Optimizers and gradient clipping again in NumPy."""

import math

import numpy

from checking import cases, close


def drawn_back(value, slow, step, steps, lookahead):
    """The value after a step, from 0, of `steps`, and the slow one."""
    if not lookahead or (step + 1) % lookahead["interval"]:
        return value, slow
    kept = (1 - lookahead["share"]) * (step / steps) ** lookahead["power"]
    value = kept * slow + (1 - kept) * value
    return value, value


def sgd(value, gradients, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, lookahead=None):
    buffer, history, slow = None, [], value
    for index, gradient in enumerate(gradients):
        if gradient is not None:
            change = gradient + weight_decay * value
            if momentum:
                buffer = change if buffer is None else momentum * buffer + (1 - dampening) * change
                change = change + momentum * buffer if nesterov else buffer
            value = value - lr * change
        value, slow = drawn_back(value, slow, index, len(gradients), lookahead)
        history.append(value)
    return numpy.stack(history)


def adamw(value, gradients, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, amsgrad=False, lookahead=None):
    first = second = largest = numpy.zeros_like(value)
    history, step, slow = [], 0, value
    for index, gradient in enumerate(gradients):
        if gradient is not None:
            step += 1
            first = betas[0] * first + (1 - betas[0]) * gradient
            second = betas[1] * second + (1 - betas[1]) * gradient**2
            largest = numpy.maximum(largest, second)
            root = numpy.sqrt((largest if amsgrad else second) / (1 - betas[1] ** step))
            value = value * (1 - lr * weight_decay) - lr * first / (1 - betas[0] ** step) / (root + eps)
        value, slow = drawn_back(value, slow, index, len(gradients), lookahead)
        history.append(value)
    return numpy.stack(history)


def verify_optimizers(path):
    listed = list(cases(path))
    shared = listed[0][1]
    for settings, tensors in listed[1:]:
        what, kind = settings["name"], settings["kind"]
        if kind.startswith("clip"):
            gradients = {key: tensors[f"gradient.{key}"] for key in ("weight", "bias")}
            if kind == "clip_norm":
                norm = math.sqrt(sum((value**2).sum() for value in gradients.values()))
                close(f"{what} norm", tensors["norm"], norm)
                factor = min(1.0, settings["max_norm"] / (norm + 1e-6))
                expected = {key: value * factor for key, value in gradients.items()}
            else:
                limit = settings["clip_value"]
                expected = {key: value.clip(-limit, limit) for key, value in gradients.items()}
            for key, value in expected.items():
                close(f"{what} {key}", tensors[f"clipped.{key}"], value)
            continue
        groups = settings.get("groups", [{}, {}])
        for key, group in zip(("weight", "bias"), groups, strict=True):
            missing = settings.get("missing", []) if key == "bias" else []
            gradients = [
                None if step in missing else gradient for step, gradient in enumerate(shared[f"gradient.{key}"])
            ]
            rule = sgd if kind == "SGD" else adamw
            arguments = settings["settings"] | group | {"lookahead": settings.get("lookahead")}
            expected = rule(shared[f"start.{key}"], gradients, **arguments)
            # Adam divides by square roots of squares, which magnifies float32's rounding.
            tolerance = 1e-12 if settings["precision"] == "float64" else 1e-5
            close(f"{what} {key}", tensors[key], expected, tolerance)
