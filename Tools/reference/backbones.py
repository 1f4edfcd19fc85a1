"""Backbones: torchvision's ResNet, timm's VisionTransformer, and insightface's IResNet built again.

Neither weights nor gradients are stored: a closed form gives the first, and the second are summed up.
"""

import math

import timm
import torch
import torchvision
from torch import nn

from fixture import Fixture
from iresnet import IResNet
from lenetplusplus import FORMULA, closed_form

STATE = (
    "the k-th of the state's names in sorted order, counted from 0, num_batches_tracked left out, has the offset "
    "1000 * k + 1 and is center + closed form: running_var 1 and scale 0.5; a name with `prelu` 0.25 and 0.2; a vector "
    "that ends in `weight` 1 and 0.5; another vector 0 and 0.2; any other 0 and sqrt(24 / (elements / first dimension)); "
    "images have the offset 3 and scale 3, targets 5 and 2, what moments are weighed with 7 and 2"
)
SGD = dict(lr=0.01, momentum=0.9, weight_decay=0.0005)


def resnet(name, stem="imagenet", projection="none", channels=3, embedding=512):
    model = getattr(torchvision.models, name)(weights=None)
    features = model.fc.in_features
    if stem == "cifar":
        model.conv1 = nn.Conv2d(channels, 64, 3, padding=1, bias=False)
        model.maxpool = nn.Identity()
    elif channels != 3:
        model.conv1 = nn.Conv2d(channels, 64, 7, 2, padding=3, bias=False)
    model.fc = nn.Linear(features, embedding) if projection == "linear" else nn.Identity()
    return ConcatPooled(model, features, embedding) if projection == "concat-pool" else model


class ConcatPool(nn.Module):
    def forward(self, values):
        return torch.cat([values.amax((2, 3), keepdim=True), values.mean((2, 3), keepdim=True)], 1)


class ConcatPooled(nn.Module):
    """A ResNet's body under fast.ai's head: the layers that `print(learn.model)` of fast.ai 1.0 shows, but the last."""

    def __init__(self, model, features, embedding):
        super().__init__()
        for name, layer in list(model.named_children())[:-2]:
            setattr(self, name, layer)
        self.head = nn.Sequential(
            ConcatPool(),
            nn.Flatten(),
            nn.BatchNorm1d(2 * features),
            nn.Dropout(0.25),
            nn.Linear(2 * features, embedding),
            nn.ReLU(),
            nn.BatchNorm1d(embedding),
            nn.Dropout(0.5),
        )

    def forward(self, values):
        for layer in self.children():
            values = layer(values)
        return values


def transformer(**settings):
    return timm.create_model("vit_small_patch16_224", **{"num_classes": 0} | settings)


SMALL = dict(img_size=32, patch_size=8, embed_dim=48, depth=2, num_heads=3, num_classes=10)

# Embedded, but not trained: the smaller transformer has all its parts.
EVALUATED = ["vit-s16"]

# Name of the case: the maker, its arguments, the shape of the images; None where names and shapes are all.
CASES = {
    "resnet18": (resnet, {}, [3, 3, 64, 48]),
    "resnet18_cifar_linear": (resnet, dict(stem="cifar", projection="linear"), [2, 3, 32, 32]),
    "resnet18_concat_pool": (resnet, dict(projection="concat-pool", channels=1), [4, 1, 64, 64]),
    "resnet34": (resnet, {}, None),
    "resnet50": (resnet, {}, [3, 3, 48, 48]),
    "resnet101": (resnet, {}, None),
    "resnet152": (resnet, {}, None),
    "iresnet18": (lambda name: IResNet([2, 2, 2, 2]), {}, [3, 3, 112, 112]),
    "iresnet34": (lambda name: IResNet([3, 4, 6, 3]), {}, None),
    "iresnet50": (lambda name: IResNet([3, 4, 14, 3]), {}, None),
    "iresnet100": (lambda name: IResNet([3, 13, 30, 3]), {}, None),
    "vit-s16": (lambda name: transformer(), {}, [1, 3, 224, 224]),
    "vit_small": (lambda name, **settings: transformer(**settings), SMALL, [3, 3, 32, 32]),
}


@torch.no_grad()
def fill(model):
    state = {name: value for name, value in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    for index, name in enumerate(sorted(state)):
        value = state[name]
        if name.endswith("running_var"):
            center, scale = 1, 0.5
        elif "prelu" in name:
            center, scale = 0.25, 0.2
        elif value.ndim == 1:
            center, scale = (1, 0.5) if name.endswith("weight") else (0, 0.2)
        else:
            center, scale = 0, math.sqrt(24 / (value.numel() / value.shape[0]))
        value.copy_(center + closed_form(value.shape, 1000 * index + 1, scale))


def moments(tensors):
    """The sum of each tensor, weighed by a closed form, and the sum of its squares: [tensors, 2]."""
    return torch.stack(
        [
            torch.stack([(value.double() * closed_form(value.shape, 7, 2)).sum(), value.double().square().sum()])
            for value in tensors
        ]
    )


def trained(model, images, embeddings):
    """One step of training on the distance to targets, and the loss after it."""
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.Dropout):
            layer.eval()
    targets = closed_form(embeddings.shape, 5, 2)
    optimizer = torch.optim.SGD(model.parameters(), **SGD)
    embeddings = model(images)
    loss = (embeddings - targets).square().mean()
    loss.backward()
    names = sorted(name for name, value in model.named_parameters() if value.grad is not None)
    parameters = dict(model.named_parameters())
    results = {"training": embeddings, "gradients": moments([parameters[name].grad for name in names])}
    optimizer.step()
    state = model.state_dict()
    results["state"] = moments([state[name] for name in sorted(state)])
    results["losses"] = torch.stack([loss, (model(images) - targets).square().mean()])
    return names, results


def generate(folder):
    fixture = Fixture("backbones")
    for case, (make, arguments, shape) in CASES.items():
        torch.manual_seed(0)
        model = make(case.split("_")[0], **arguments)
        settings = {
            "state": [[name, list(value.shape)] for name, value in sorted(model.state_dict().items())],
            "parameters": sum(value.numel() for value in model.parameters()),
            **arguments,
        }
        tensors = {}
        if shape:
            settings |= {"images": shape, "sgd": SGD, "formula": FORMULA, "state_formula": STATE}
            model.double()
            fill(model)
            images = closed_form(shape, 3, 3)
            tensors["evaluation"] = model.eval()(images)
            if case not in EVALUATED:
                settings["trained"], results = trained(model, images, tensors["evaluation"])
                tensors |= results
        fixture.add(case, settings, tensors)
    fixture.write(folder)
