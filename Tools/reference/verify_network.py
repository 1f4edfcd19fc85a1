"""The network again in NumPy, the sums of its gradients by finite differences."""

import math

import numpy

from checking import cases, close, slope
from verify_layers import convolution
from verify_losses import cross_entropy


def closed_form(shape, settings):
    """The formula of the metadata in Python's own integers."""
    if not settings["scale"]:
        return numpy.full(shape, settings["constant"])
    values = numpy.empty(math.prod(shape), numpy.float32)
    for index in range(len(values)):
        hashed = (index * 2654435761 + settings["offset"]) % 2**32
        hashed = (hashed ^ (hashed >> 16)) * 2246822507 % 2**32
        hashed = (hashed ^ (hashed >> 13)) * 3266489909 % 2**32
        hashed ^= hashed >> 16
        values[index] = (hashed / 2**32 - 0.5) * settings["scale"]
    return values.reshape(shape).astype(float)


def network_shapes():
    shapes = {}
    for name, inside, outside in (
        ("1_1", 1, 32),
        ("1_2", 32, 32),
        ("2_1", 32, 64),
        ("2_2", 64, 64),
        ("3_1", 64, 128),
        ("3_2", 128, 128),
    ):
        shapes |= {f"conv{name}.weight": (outside, inside, 5, 5), f"conv{name}.bias": (outside,)}
        shapes[f"prelu{name}.weight"] = (1,)
    shapes |= {"ip1.weight": (2, 1152), "ip1.bias": (2,), "preluip1.weight": (1,), "ip2.weight": (10, 2)}
    return shapes | {"centers": (10, 2)}


def network_losses(parameters, images, labels):
    def rectified(values, name):
        return numpy.where(values > 0, values, values * parameters[f"{name}.weight"])

    values = images
    for stage in (1, 2, 3):
        for layer in (1, 2):
            name = f"{stage}_{layer}"
            weight, bias = parameters[f"conv{name}.weight"], parameters[f"conv{name}.bias"]
            values = rectified(convolution(values, weight, bias, {"padding": 2}), f"prelu{name}")
        size = values.shape[2] // 2
        values = values[:, :, : 2 * size, : 2 * size].reshape(*values.shape[:2], size, 2, size, 2).max((3, 5))
    features = values.reshape(len(images), -1) @ parameters["ip1.weight"].T + parameters["ip1.bias"]
    features = rectified(features, "preluip1")
    logits = features @ parameters["ip2.weight"].T
    center = ((features - parameters["centers"][labels]) ** 2).sum(1).mean()
    return features, logits, cross_entropy(logits, labels).mean(), center


def verify_network(path):
    ((settings, tensors),) = cases(path)
    parameters = {name: closed_form(shape, settings["recipes"][name]) for name, shape in network_shapes().items()}
    if list(parameters) != settings["parameters"]:
        raise AssertionError("the parameters' names or order differ")
    images = closed_form(settings["input_shape"], settings["recipes"]["images"])
    for index, value in enumerate([*parameters.values(), images]):
        close("start", tensors["start_moments"][index], [value.sum(), (value**2).sum()], 1e-9)
    for index, name in enumerate([*parameters, "images"]):
        close("first values", tensors["first_values"][index], closed_form((8,), settings["recipes"][name]))
    labels = tensors["labels"]
    features, logits, entropy, center = network_losses(parameters, images, labels)
    close("features", tensors["features"][0], features)
    close("logits", tensors["logits"][0], logits)
    losses = [tensors[key][0] for key in ("cross_entropy", "center_loss", "loss")]
    close("losses", losses, [entropy, center, entropy + center])
    moved = parameters["centers"].copy()
    for feature, label in zip(features, labels, strict=True):
        moved[label] += 0.5 * 2 / len(labels) * (feature - parameters["centers"][label])
    close("centres", tensors["centers"][0], moved)
    for index, (name, value) in enumerate(parameters.items()):
        # The sum of a gradient's elements is the slope along the direction of ones.
        def loss(values, name=name):
            return sum(network_losses(parameters | {name: values}, images, labels)[2:])

        expected = slope(loss, value, numpy.ones_like(value), 1e-9)
        total, squares = tensors["gradient_moments"][0, index]
        if abs(total - expected) > 1e-5 * (abs(expected) + math.sqrt(squares)):
            raise AssertionError(f"gradient of {name}: sum {total}, finite difference {expected}")
        rate, decay = (0.5, 0.0) if name == "centers" else (0.001, 0.0005)
        close(f"update of {name}", tensors["update_moments"][0, index, 0], -rate * (total + decay * value.sum()), 1e-7)
        after = value.sum() + tensors["update_moments"][0, index, 0]
        if abs(tensors["parameter_moments"][0, index, 0] - after) > 1e-9 * numpy.abs(value).sum():
            raise AssertionError(f"{name}: the sum after the step is not the sum before it and the update")
