"""Center loss with its three rules for moving the centres.

Every result is computed in float64 from the stored inputs, then rounded once to the case's precision. The rules:

paper     value 1/2 mean_i |x_i - c_y|^2; c_j -= rate * sum_{y_i = j} (c_j - x_i) / (1 + n_j)   (Wen et al. 2016, eq. 2, 4, 5)
gradient  value mean_i |x_i - c_y|^2;     c_j -= rate * 2 / N * sum_{y_i = j} (c_j - x_i)       (SGD on the centres)
average   value mean_i |x_i - c_y|^2;     c_j += rate * (mean_{y_i = j} x_i - c_j), classes present only

The paper sums over the batch in both of its losses; the mean in both keeps the weight that stands between them.
The weight scales the gradient that the embeddings get, never the movement of the centres.
"""

import torch

from fixture import Fixture, generator, normal

STEPS = 5
RULES = {"paper": 0.5, "gradient": 0.5, "average": 0.1}

# N, D, C, weight, and what the embeddings and labels look like.
CASES = {
    "single": (1, 2, 2, 1.0, "random"),
    "small": (5, 3, 4, 0.5, "random"),
    "batch": (64, 2, 10, 1.0, "random"),
    "wide": (4, 512, 3, 0.003, "random"),
    "many_classes": (16, 2, 1000, 1.0, "random"),
    "weight_zero": (6, 3, 4, 0.0, "random"),
    "one_class": (12, 4, 5, 1.0, "one_class"),
    "only_class": (7, 3, 1, 1.0, "one_class"),
    "absent_classes": (9, 3, 12, 1.0, "absent_classes"),
    "duplicates": (8, 3, 4, 1.0, "duplicates"),
    "at_centers": (6, 4, 3, 1.0, "at_centers"),
    "zero_vectors": (6, 3, 4, 1.0, "zero_vectors"),
    "norm_1e-6": (8, 4, 3, 1.0, "norm"),
    "norm_1e4": (8, 4, 3, 1.0, "norm"),
    "norm_1e6": (8, 4, 3, 1.0, "norm"),
}


def inputs(case, dtype):
    """Embeddings [5, N, D], labels [5, N] and centres [C, D], a batch for each step."""
    count, width, classes, _, kind = CASES[case]
    source = generator("center_loss", case)
    centers = normal([classes, width], source)
    embeddings = normal([STEPS, count, width], source)
    labels = torch.randint(0, classes, [STEPS, count], generator=source)
    if kind == "one_class":
        labels[:] = classes // 2
    elif kind == "absent_classes":
        labels = labels % 3 * 4
    elif kind == "duplicates":
        embeddings[:] = embeddings[0, 0]
        labels = labels % 2
    elif kind == "at_centers":
        embeddings = centers[labels]
    elif kind == "zero_vectors":
        embeddings[:, ::2] = 0.0
        centers[0] = 0.0
    elif kind == "norm":
        # Centres of the given norm, and embeddings a relative 2^-18 from them: |x|^2 + |c|^2 - 2 x.c loses it all.
        norm = float(case.removeprefix("norm_"))
        centers = centers / centers.norm(dim=1, keepdim=True) * norm
        embeddings = centers[labels] + embeddings * norm * 2**-18
    return embeddings.to(dtype), labels, centers.to(dtype)


def value_and_gradient(rule, embeddings, labels, centers, weight):
    """The unweighted value, and the gradient of weight times it with respect to the embeddings."""
    embeddings = embeddings.clone().requires_grad_()
    squares = (embeddings - centers[labels]).square().sum(1)
    value = squares.mean() / 2 if rule == "paper" else squares.mean()
    (weight * value).backward()
    return value.detach(), embeddings.grad


def moved(rule, rate, embeddings, labels, centers):
    """The centres after one step."""
    differences = torch.zeros_like(centers).index_add_(0, labels, centers[labels] - embeddings)
    counts = torch.bincount(labels, minlength=len(centers)).to(centers.dtype).unsqueeze(1)
    if rule == "paper":
        return centers - rate * differences / (1 + counts)
    if rule == "gradient":
        return centers - rate * 2 / len(labels) * differences
    return centers - rate * differences / counts.clamp(min=1)


def expanded(rule, embeddings, labels, centers):
    """The value by |x|^2 + |c|^2 - 2 x.c in the inputs' precision: what an implementation must not do."""
    chosen = centers[labels]
    squares = embeddings.square().sum(1) + chosen.square().sum(1) - 2 * (embeddings * chosen).sum(1)
    return squares.mean() / 2 if rule == "paper" else squares.mean()


def generate(folder):
    fixture = Fixture("center_loss")
    for case, (count, width, classes, weight, kind) in CASES.items():
        for precision in ("float64", "float32"):
            dtype = getattr(torch, precision)
            embeddings, labels, centers = inputs(case, dtype)
            tensors = {"embeddings": embeddings, "labels": labels, "centers": centers}
            for rule, rate in RULES.items():
                value, gradient = value_and_gradient(rule, embeddings[0].double(), labels[0], centers.double(), weight)
                tensors |= {f"{rule}.value": value.to(dtype), f"{rule}.gradient": gradient.to(dtype)}
                state = centers.double()
                for step in range(STEPS):
                    state = moved(rule, rate, embeddings[step].double(), labels[step], state)
                    if step in (0, STEPS - 1):
                        tensors[f"{rule}.centers{step + 1}"] = state.to(dtype)
                if kind == "norm" and precision == "float32":
                    tensors[f"{rule}.expanded_value"] = expanded(rule, embeddings[0], labels[0], centers)
            settings = {
                "precision": precision,
                "kind": kind,
                "weight": weight,
                "rates": RULES,
                "steps": STEPS,
                "shape": {"batch": count, "embedding": width, "classes": classes},
            }
            fixture.add(f"{case}_{precision}", settings, tensors)
    fixture.write(folder)
