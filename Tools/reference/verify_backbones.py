"""Published sizes, and the step of training from its gradients, without the networks."""

import math

import numpy

from checking import cases, close

# The numbers of parameters that torchvision and timm state, less their classifiers; insightface's by its own code.
PUBLISHED = {
    "resnet18": 11_689_512 - 513_000,
    "resnet34": 21_797_672 - 513_000,
    "resnet50": 25_557_032 - 2_049_000,
    "resnet101": 44_549_160 - 2_049_000,
    "resnet152": 60_192_808 - 2_049_000,
    "iresnet18": 24_025_600,
    "iresnet34": 34_139_328,
    "iresnet50": 43_590_848,
    "iresnet100": 65_156_160,
    "vit-s16": 22_050_664 - 385_000,
}


def closed_form(shape, offset, scale):
    hashed = numpy.arange(math.prod(shape), dtype=numpy.uint32) * numpy.uint32(2654435761) + numpy.uint32(offset)
    hashed = (hashed ^ (hashed >> 16)) * numpy.uint32(2246822507)
    hashed = (hashed ^ (hashed >> 13)) * numpy.uint32(3266489909)
    hashed = hashed ^ (hashed >> 16)
    return ((hashed / 2.0**32 - 0.5) * scale).astype(numpy.float32).astype(float).reshape(shape)


def start(name, shape, index):
    if "prelu" in name:
        center, scale = 0.25, 0.2
    elif len(shape) == 1:
        center, scale = (1, 0.5) if name.endswith("weight") else (0, 0.2)
    else:
        center, scale = 0, math.sqrt(24 / math.prod(shape[1:]))
    return center + closed_form(shape, 1000 * index + 1, scale)


def verify_backbones(path):
    for settings, tensors in cases(path):
        what, state = settings["name"], dict(settings["state"])
        if what in PUBLISHED:
            close(f"{what} parameters", settings["parameters"], PUBLISHED[what])
        buffers = ("running_mean", "running_var", "num_batches_tracked")
        sizes = [math.prod(shape) for name, shape in state.items() if not name.endswith(buffers)]
        close(f"{what} sizes", sum(sizes), settings["parameters"])
        if "gradients" not in tensors:
            continue
        filled = [name for name in sorted(state) if not name.endswith("num_batches_tracked")]
        after = dict(zip(sorted(state), tensors["state"], strict=True))
        rate, decay = settings["sgd"]["lr"], settings["sgd"]["weight_decay"]
        for name, (weighed, squares) in zip(settings["trained"], tensors["gradients"], strict=True):
            values = start(name, state[name], filled.index(name))
            before = (values * closed_form(values.shape, 7, 2)).sum()
            expected = before - rate * (weighed + decay * before)
            if abs(after[name][0] - expected) > 1e-9 * (1 + math.sqrt(values.size)):
                raise AssertionError(f"{what}: the step of {name} is not the gradient's")
        if not tensors["losses"][1] < tensors["losses"][0]:
            raise AssertionError(f"{what}: the loss does not fall")
