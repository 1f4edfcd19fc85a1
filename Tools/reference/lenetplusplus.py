"""The MNIST Center Loss network (LeNet++ with 5 x 5 convolutions and a 2-D feature) and three steps of its training.

Its 800,000 weights are not stored: a closed form gives every one of them, see `FORMULA`. All is computed in float64
from values rounded to float32.
"""

import math

import numpy
import torch
from torch import nn
from torch.nn import functional

from fixture import Fixture

FORMULA = (
    "element i (row-major) of a tensor with offset o and scale s: h = (i * 2654435761 + o) mod 2^32; "
    "h ^= h >> 16; h = h * 2246822507 mod 2^32; h ^= h >> 13; h = h * 3266489909 mod 2^32; h ^= h >> 16; "
    "value = float32((h / 2^32 - 0.5) * s), the division, difference and product in float64; "
    "a parameter's tensor with scale 0 is filled with `constant`"
)
STEPS = 3
BATCH = 4


def closed_form(shape, offset, scale):
    """Values between -scale / 2 and scale / 2 that any language can compute again."""
    mask = numpy.uint64(0xFFFFFFFF)
    index = numpy.arange(math.prod(shape), dtype=numpy.uint64)
    hashed = (index * numpy.uint64(2654435761) + numpy.uint64(offset)) & mask
    for shift, factor in ((16, 2246822507), (13, 3266489909)):
        hashed ^= hashed >> numpy.uint64(shift)
        hashed = (hashed * numpy.uint64(factor)) & mask
    hashed ^= hashed >> numpy.uint64(16)
    values = (hashed.astype(numpy.float64) / 2**32 - 0.5) * scale
    return torch.from_numpy(values.astype(numpy.float32).reshape(shape)).double()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1_1 = nn.Conv2d(1, 32, kernel_size=5, padding=2)
        self.prelu1_1 = nn.PReLU()
        self.conv1_2 = nn.Conv2d(32, 32, kernel_size=5, padding=2)
        self.prelu1_2 = nn.PReLU()
        self.conv2_1 = nn.Conv2d(32, 64, kernel_size=5, padding=2)
        self.prelu2_1 = nn.PReLU()
        self.conv2_2 = nn.Conv2d(64, 64, kernel_size=5, padding=2)
        self.prelu2_2 = nn.PReLU()
        self.conv3_1 = nn.Conv2d(64, 128, kernel_size=5, padding=2)
        self.prelu3_1 = nn.PReLU()
        self.conv3_2 = nn.Conv2d(128, 128, kernel_size=5, padding=2)
        self.prelu3_2 = nn.PReLU()
        self.ip1 = nn.Linear(128 * 3 * 3, 2)
        self.preluip1 = nn.PReLU()
        self.ip2 = nn.Linear(2, 10, bias=False)

    def forward(self, images):
        values = images
        for stage in (1, 2, 3):
            for layer in (1, 2):
                values = getattr(self, f"conv{stage}_{layer}")(values)
                values = getattr(self, f"prelu{stage}_{layer}")(values)
            values = functional.max_pool2d(values, 2)
        features = self.preluip1(self.ip1(values.flatten(1)))
        return features, self.ip2(features)


def recipe(key, parameter, layers):
    """Offset, scale and constant of a parameter; 4 / sqrt(fan_in) keeps the activations near one through the net."""
    offset = 1000 * list(layers).index(key) + 1
    if key.startswith("prelu"):
        return {"offset": offset, "scale": 0.0, "constant": 0.25}
    weight = layers[key.rsplit(".", 1)[0] + ".weight"]
    return {"offset": offset, "scale": 4 / math.sqrt(weight[0].numel()), "constant": 0.0}


def built():
    """The network, the centres, the images and the labels, with the recipes of the parameters."""
    net = Net().double()
    layers = dict(net.named_parameters())
    recipes = {key: recipe(key, value, layers) for key, value in layers.items()}
    with torch.no_grad():
        for key, parameter in layers.items():
            settings = recipes[key]
            if settings["scale"]:
                parameter.copy_(closed_form(parameter.shape, settings["offset"], settings["scale"]))
            else:
                parameter.fill_(settings["constant"])
    recipes["centers"] = {"offset": 900_001, "scale": 4.0, "constant": 0.0}
    recipes["images"] = {"offset": 910_001, "scale": 3.0, "constant": 0.0}
    centers = closed_form([10, 2], 900_001, 4.0).requires_grad_()
    images = closed_form([BATCH, 1, 28, 28], 910_001, 3.0)
    return net, centers, images, torch.tensor([3, 0, 9, 3]), recipes


def moments(tensors):
    """Sum and sum of squares of each tensor: [tensors, 2]."""
    return torch.stack([torch.stack([value.sum(), value.square().sum()]) for value in tensors])


def trained():
    """Three steps; tensors' first axis is the step, the parameters' order is that of the network, centres last."""
    net, centers, images, labels, recipes = built()
    optimizers = [
        torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9, weight_decay=0.0005),
        torch.optim.SGD([centers], lr=0.5),
    ]
    parameters = [*net.parameters(), centers]
    history = {}
    for _ in range(STEPS):
        before = [parameter.detach().clone() for parameter in parameters]
        features, logits = net(images)
        cross_entropy = functional.cross_entropy(logits, labels)
        center = (features - centers[labels]).square().sum(1).mean()
        for optimizer in optimizers:
            optimizer.zero_grad()
        (cross_entropy + 1.0 * center).backward()
        gradients = [parameter.grad.clone() for parameter in parameters]
        for optimizer in optimizers:
            optimizer.step()
        recorded = {
            "features": features,
            "logits": logits,
            "cross_entropy": cross_entropy,
            "center_loss": center,
            "loss": cross_entropy + center,
            "gradient_moments": moments(gradients),
            "parameter_moments": moments([parameter.detach() for parameter in parameters]),
            "update_moments": moments(
                [parameter.detach() - old for parameter, old in zip(parameters, before, strict=True)]
            ),
            "centers": centers,
        }
        for key, value in recorded.items():
            history.setdefault(key, []).append(value.detach().clone())
    tensors = {key: torch.stack(values) for key, values in history.items()} | {"labels": labels}
    return tensors, recipes, [name for name, _ in net.named_parameters()] + ["centers"]


def generate(folder):
    fixture = Fixture("lenetplusplus")
    tensors, recipes, order = trained()
    net, centers, images, _, _ = built()
    tensors["start_moments"] = moments([*(value.detach() for value in net.parameters()), centers.detach(), images])
    # The first eight values of each closed form, to find a mistake in it before looking at the network.
    tensors["first_values"] = torch.stack(
        [
            closed_form([8], recipes[key]["offset"], recipes[key]["scale"])
            if recipes[key]["scale"]
            else torch.full([8], recipes[key]["constant"], dtype=torch.float64)
            for key in [*order, "images"]
        ]
    )
    settings = {
        "formula": FORMULA,
        "recipes": recipes,
        "parameters": order,
        "input_shape": [BATCH, 1, 28, 28],
        "steps": STEPS,
        "center_weight": 1.0,
        "network_sgd": {"lr": 0.001, "momentum": 0.9, "weight_decay": 0.0005},
        "center_sgd": {"lr": 0.5},
    }
    fixture.add("lenetplusplus", settings, tensors)
    fixture.write(folder)
