"""Accuracy, precision, recall and F1 by scikit-learn; cross entropy and its gradient by PyTorch in float64."""

import numpy
import torch
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support
from torch.nn import functional

from fixture import Fixture, generator, normal


def label_cases():
    """Name to predictions, labels and the number of classes."""
    source = generator("classification")

    def draw(high, count):
        return torch.randint(0, high, [count], generator=source)

    labels = draw(7, 200)
    mostly = torch.where(draw(10, 200) < 7, labels, draw(7, 200))
    return {
        "random": (draw(10, 300), draw(10, 300), 10),
        "mostly_right": (mostly, labels, 7),
        "perfect": (labels, labels, 7),
        "all_wrong": ((labels + 1) % 7, labels, 7),
        "absent_from_labels": (draw(6, 60), draw(3, 60), 8),
        "absent_from_predictions": (draw(2, 60), draw(6, 60), 8),
        "one_class": (torch.zeros(9, dtype=torch.int64), torch.zeros(9, dtype=torch.int64), 1),
        "one_class_of_many": (draw(5, 20), torch.full([20], 3), 5),
        "one_sample": (torch.tensor([1]), torch.tensor([2]), 4),
    }


def scores(predictions, labels, classes):
    truth, guess, every = labels.numpy(), predictions.numpy(), numpy.arange(classes)
    precision, recall, f1, support = precision_recall_fscore_support(truth, guess, labels=every, zero_division=0)

    def averaged(first, second, average):
        # Only the classes that occur, as scikit-learn does when no list of labels is given.
        return torch.tensor(f1_score(first, second, average=average, zero_division=0), dtype=torch.float64)

    return {
        "accuracy": torch.tensor(accuracy_score(truth, guess), dtype=torch.float64),
        "precision": torch.from_numpy(precision).double(),
        "recall": torch.from_numpy(recall).double(),
        "f1": torch.from_numpy(f1).double(),
        "support": torch.from_numpy(support).long(),
        "macro_f1": averaged(truth, guess, "macro"),
        "macro_f1_every_class": torch.tensor(numpy.mean(f1), dtype=torch.float64),
        "weighted_f1": averaged(truth, guess, "weighted"),
        # The MNIST write-up hands the predictions over as the truth: a class weighs as often as it is predicted.
        "weighted_f1_swapped": averaged(guess, truth, "weighted"),
    }


def cross_entropy_cases():
    """Name to logits [N, C] and labels [N]."""
    source = generator("cross_entropy")

    def labels(count, classes):
        return torch.randint(0, classes, [count], generator=source)

    random = normal([8, 5], source)
    signs = torch.where(normal([6, 4], source) > 0, 1e4, -1e4).double()
    return {
        "cross_entropy_random": (random, labels(8, 5)),
        "cross_entropy_many": (normal([4, 100], source), labels(4, 100)),
        "cross_entropy_huge": (signs, labels(6, 4)),
        "cross_entropy_shifted": (normal([6, 4], source) + 1e4, labels(6, 4)),
        "cross_entropy_equal": (torch.full([3, 7], 2.0, dtype=torch.float64), labels(3, 7)),
        "cross_entropy_one_class": (normal([3, 1], source), torch.zeros(3, dtype=torch.int64)),
        "cross_entropy_one_sample": (normal([1, 3], source), labels(1, 3)),
    }


def generate(folder):
    fixture = Fixture("classification")
    for case, (predictions, labels, classes) in label_cases().items():
        tensors = {"predictions": predictions, "labels": labels} | scores(predictions, labels, classes)
        fixture.add(case, {"kind": "scores", "classes": classes}, tensors)
    for case, (logits, labels) in cross_entropy_cases().items():
        logits = logits.clone().requires_grad_()
        each = functional.cross_entropy(logits, labels, reduction="none")
        value = functional.cross_entropy(logits, labels)
        value.backward()
        tensors = {"logits": logits, "labels": labels, "each": each, "value": value, "gradient": logits.grad}
        fixture.add(case, {"kind": "cross_entropy"}, tensors)
    fixture.write(folder)
