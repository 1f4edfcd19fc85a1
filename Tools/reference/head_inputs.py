"""The embeddings, labels and class vectors that the cases of the classifier heads share."""

import math

import torch

from fixture import generator, normal

# N, D, C of every set of inputs; the name says what is special about it.
SHAPES = {
    "single": (1, 2, 2),
    "two_classes": (5, 2, 2),
    "planar": (6, 2, 10),
    "medium": (16, 8, 10),
    "wide": (6, 64, 10),
    "many_classes": (4, 2, 1000),
    "parallel": (3, 4, 3),
    "antiparallel": (3, 4, 3),
    "parallel_random": (4, 8, 5),
    "antiparallel_random": (4, 8, 5),
    "zero_embeddings": (4, 3, 4),
    "zero_weights": (4, 3, 4),
    "duplicates": (6, 3, 4),
    "one_class": (6, 4, 5),
    "equal_classes": (5, 3, 4),
    "norm_1e-6": (6, 4, 3),
    "norm_1e4": (6, 4, 3),
    "angles": (14, 2, 3),
    "large_norms": (10, 8, 6),
}

# What a second variant of a head is tried on; the first one gets all.
FEW = ["two_classes", "planar", "medium", "parallel", "antiparallel", "parallel_random", "zero_embeddings", "angles"]

# Degrees between the embedding and its class vector: about right angles, and on both sides of pi - 0.5 (151.35
# degrees).
ANGLES = [0.5, 5, 30, 60, 89.9, 90.1, 120, 145, 151.2, 151.3, 151.4, 151.5, 165, 179.5]


def inputs(name, subject="heads"):
    """Embeddings [N, D] and class vectors [C, D], float64 but exact in float32, and labels [N]."""
    count, width, classes = SHAPES[name]
    source = generator(subject, name)
    weight = normal([classes, width], source)
    embeddings = normal([count, width], source)
    labels = torch.randint(0, classes, [count], generator=source)
    if name in ("parallel", "antiparallel"):
        # Along the axes, where the norms are exact and the cosine is 1 to the last bit.
        sign = 1.0 if name == "parallel" else -1.0
        labels = torch.arange(count) % classes
        weight = torch.eye(classes, width, dtype=torch.float64) * torch.tensor([[0.5], [3.0], [2.0]]).double()
        embeddings = sign * 1.5 * torch.eye(count, width, dtype=torch.float64)
    elif name == "parallel_random":
        embeddings = 2.0 * weight[labels]
    elif name == "antiparallel_random":
        embeddings = -0.5 * weight[labels]
    elif name == "zero_embeddings":
        embeddings[::2] = 0.0
    elif name == "zero_weights":
        labels = torch.arange(count) % classes
        weight[1] = 0.0
    elif name == "duplicates":
        embeddings[:] = embeddings[0]
        labels = labels % 2
    elif name == "equal_classes":
        weight[2] = 2.0 * weight[0]
    elif name == "one_class":
        labels[:] = 2
    elif name.startswith("norm_"):
        norm = float(name.removeprefix("norm_"))
        embeddings = (embeddings / embeddings.norm(dim=1, keepdim=True) * norm).float().double()
    elif name == "angles":
        weight = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-0.5, -0.25]], dtype=torch.float64)
        labels = torch.zeros(count, dtype=torch.int64)
        radians = torch.tensor(ANGLES, dtype=torch.float64) * math.pi / 180
        norms = torch.linspace(0.5, 4.0, count, dtype=torch.float64).unsqueeze(1)
        embeddings = (norms * torch.stack([radians.cos(), radians.sin()], 1)).float().double()
    elif name == "large_norms":
        embeddings = embeddings * torch.linspace(1, 48, count).unsqueeze(1)
        embeddings = embeddings.float().double()
    return embeddings, labels, weight
