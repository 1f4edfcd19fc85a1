"""The embeddings and labels that the cases of the pair, triplet and proxy losses and of the miners share."""

import torch

from fixture import generator, normal

# N, D and the labels of every set of inputs; None draws them.
SETS = {
    "single": (1, 4, [0]),
    "positive_pair": (2, 3, [1, 1]),
    "negative_pair": (2, 3, [0, 1]),
    "triplet": (3, 2, [0, 0, 1]),
    "medium": (16, 8, None),
    "large": (32, 16, None),
    "two_classes": (8, 2, [0, 1, 0, 0, 1, 1, 0, 1]),
    "no_positive": (5, 4, [3, 0, 2, 1, 4]),
    "class_of_one": (7, 4, [0, 1, 0, 2, 1, 0, 1]),
    "one_class": (6, 4, [2, 2, 2, 2, 2, 2]),
    "duplicates": (6, 3, [0, 1, 0, 1, 0, 1]),
    "some_duplicates": (8, 4, [0, 0, 1, 2, 1, 2, 0, 1]),
    "zero_vectors": (6, 4, [0, 1, 0, 1, 2, 2]),
    "norm_1e-6": (6, 4, [0, 1, 0, 1, 2, 2]),
    "norm_1e4": (6, 4, [0, 1, 0, 1, 2, 2]),
    "huge_labels": (8, 4, [2**24, 2**24 + 1, 2**40, 2**24, 2**40, 2**24 + 1, 2**40 + 1, 2**24]),
}

# Class vectors of the proxy losses: [5, D] for every set.
CLASSES = 5


def inputs(name, subject="pair_losses"):
    """Embeddings [N, D], float64 but exact in float32, and labels [N]."""
    count, width, listed = SETS[name]
    source = generator(subject, name, 3)
    embeddings = normal([count, width], source)
    labels = torch.arange(count) % (count // 4) if listed is None else torch.tensor(listed)
    if name == "duplicates":
        embeddings[:] = embeddings[0]
    elif name == "some_duplicates":
        # Rows 0 and 1 share a class, rows 2 and 3 do not.
        embeddings[1], embeddings[3] = embeddings[0], embeddings[2]
    elif name == "zero_vectors":
        embeddings[0] = embeddings[1] = embeddings[4] = 0.0
    elif name.startswith("norm_"):
        norm = float(name.removeprefix("norm_"))
        embeddings = (embeddings / embeddings.norm(dim=1, keepdim=True) * norm).float().double()
    return embeddings, labels
