"""Center loss, cross entropy and classification scores again in NumPy."""

import numpy

from checking import cases, close


def cross_entropy(logits, labels):
    logits = logits.astype(numpy.longdouble)
    largest = logits.max(1, keepdims=True)
    total = numpy.log(numpy.exp(logits - largest).sum(1)) + largest[:, 0]
    return total - logits[numpy.arange(len(labels)), labels]


def verify_center_loss(path):
    for settings, tensors in cases(path):
        what, weight, rates = settings["name"], settings["weight"], settings["rates"]
        double = settings["precision"] == "float64"
        # float32 results were rounded once: half a unit in the last place, or 6e-8.
        tolerance = 1e-10 if double else 1e-7
        embeddings, labels = tensors["embeddings"], tensors["labels"]
        for rule, rate in rates.items():
            differences = [x - tensors["centers"][y] for x, y in zip(embeddings[0], labels[0], strict=True)]
            total = sum(float(difference @ difference) for difference in differences)
            factor = (0.5 if rule == "paper" else 1) / len(labels[0])
            close(f"{what} {rule} value", tensors[f"{rule}.value"], factor * total, tolerance)
            gradient = weight * 2 * factor * numpy.stack(differences)
            close(f"{what} {rule} gradient", tensors[f"{rule}.gradient"], gradient, tolerance)
            centers = tensors["centers"].copy()
            for step in range(settings["steps"]):
                old = centers.copy()
                for index in range(len(centers)):
                    members = embeddings[step][labels[step] == index]
                    if not len(members):
                        continue
                    if rule == "paper":
                        centers[index] -= rate * (old[index] - members).sum(0) / (1 + len(members))
                    elif rule == "gradient":
                        centers[index] -= rate * 2 * (old[index] - members).sum(0) / len(labels[step])
                    else:
                        centers[index] = (1 - rate) * old[index] + rate * members.mean(0)
                if step in (0, settings["steps"] - 1):
                    close(f"{what} {rule} centres", tensors[f"{rule}.centers{step + 1}"], centers, tolerance)
        if what in ("norm_1e4_float32", "norm_1e6_float32"):
            value, expanded = tensors["gradient.value"], tensors["gradient.expanded_value"]
            if abs(expanded - value) < 0.01 * value:
                raise AssertionError(f"{what}: the expanded form is too good to tell the two apart")


def verify_classification(path):
    for settings, tensors in cases(path):
        what = settings["name"]
        labels = tensors["labels"]
        if settings["kind"] == "cross_entropy":
            logits = tensors["logits"]
            close(f"{what} each", tensors["each"], cross_entropy(logits, labels), 1e-12)
            close(f"{what} value", tensors["value"], cross_entropy(logits, labels).mean(), 1e-12)
            powers = numpy.exp(logits - logits.max(1, keepdims=True))
            gradient = powers / powers.sum(1, keepdims=True)
            gradient[numpy.arange(len(labels)), labels] -= 1
            close(f"{what} gradient", tensors["gradient"], gradient / len(labels), 1e-12)
            continue
        predictions, classes = tensors["predictions"], settings["classes"]
        table = numpy.zeros((classes, classes))
        for label, prediction in zip(labels, predictions, strict=True):
            table[label, prediction] += 1
        right, actual, guessed = table.diagonal(), table.sum(1), table.sum(0)
        f1 = 2 * right / numpy.maximum(actual + guessed, 1)
        occurs = actual + guessed > 0
        expected = {
            "accuracy": right.sum() / table.sum(),
            "precision": right / numpy.maximum(guessed, 1),
            "recall": right / numpy.maximum(actual, 1),
            "f1": f1,
            "support": actual,
            "macro_f1": f1[occurs].mean(),
            "macro_f1_every_class": f1.mean(),
            "weighted_f1": (f1 * actual).sum() / actual.sum(),
            "weighted_f1_swapped": (f1 * guessed).sum() / guessed.sum(),
        }
        for key, value in expected.items():
            close(f"{what} {key}", tensors[key], value, 1e-12)
