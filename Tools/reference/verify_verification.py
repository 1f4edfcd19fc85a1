"""Verification, unknown classes and few shots by counting, without scikit-learn or SciPy."""

import numpy

from checking import cases, close


def verify_scores(settings, tensors):
    name, scores, answers = settings["name"], tensors["scores"], tensors["answers"] == 1
    positive, negative = scores[answers], scores[~answers]
    won = (positive[:, None] > negative[None]) + (positive[:, None] == negative[None]) / 2
    close(f"{name} area", tensors["area"], won.mean(), 1e-12)
    for index, target in enumerate(settings["targets"]):
        measurable, threshold, true, false = tensors["points"][index]
        if not measurable:
            if target >= 1 / len(negative):
                raise AssertionError(f"{name}: {target} is measurable")
            continue
        found = [numpy.sum(positive > threshold), numpy.sum(negative > threshold)]
        close(f"{name} at {target}", found, [true, false], 0)
        # Accepting the threshold's own score as well would be too much, and nothing between is left out.
        if numpy.mean(negative > threshold) > target or (threshold > -1e300 and numpy.mean(negative >= threshold) <= target):
            raise AssertionError(f"{name}: {threshold} is not the largest acceptance at {target}")
    steps = [(numpy.sum(positive >= value), numpy.sum(negative >= value)) for value in numpy.unique(scores)[::-1]]
    recalled = numpy.diff([0, *(true for true, _ in steps)]) / len(positive)
    precision = [true / (true + false) for true, false in steps]
    close(f"{name} average precision", tensors["average_precision"], recalled @ numpy.array(precision), 1e-12)
    first = next(false for true, false in steps if true / len(positive) >= 0.95)
    close(f"{name} at 95", tensors["far_at_95"], first / len(negative), 1e-12)


def verify_folds(settings, tensors):
    distances, answers, folds = tensors["distances"], tensors["answers"] == 1, settings["folds"]
    for fold, test in enumerate(numpy.array_split(numpy.arange(len(distances)), folds)):
        train = numpy.setdiff1d(numpy.arange(len(distances)), test)
        for candidates in ["published", "observed"]:
            threshold = tensors[f"{candidates}.threshold"][fold]
            grid = numpy.arange(400) * 0.01 if candidates == "published" else numpy.append(distances[train], 1e300)
            right = ((distances[train][None] < grid[:, None]) == answers[train][None]).sum(axis=1)
            close(f"{settings['name']} threshold", threshold, grid[right == right.max()].min(), 1e-15)
            accuracy = numpy.mean((distances[test] < threshold) == answers[test])
            close(f"{settings['name']} accuracy", tensors[f"{candidates}.accuracy"][fold], accuracy, 1e-12)


def verify_gallery(settings, tensors):
    name, gallery, samples = settings["name"], tensors["gallery"], tensors["samples"]
    distances = numpy.linalg.norm(samples[:, None] - gallery[None], axis=2)
    distances.sort(axis=1)
    tolerance = 1e-5 if name == "gallery_far_from_zero" else 1e-6
    close(f"{name} nearest", tensors["nearest_euclidean"], distances[:, 0], tolerance)
    close(f"{name} fifth", tensors["fifth_euclidean"], distances[:, 4], tolerance)
    means = {label: gallery[tensors["labels"] == label].mean(axis=0) for label in numpy.unique(tensors["labels"])}
    residuals = numpy.stack([row - means[label] for row, label in zip(gallery, tensors["labels"])])
    covariance = residuals.T @ residuals / len(residuals)
    scale = numpy.trace(covariance) / len(covariance)
    identity = numpy.eye(len(covariance))
    spread = sum(((numpy.outer(row, row) - covariance) ** 2).sum() for row in residuals) / len(residuals) ** 2
    share = min(1, spread / ((covariance - scale * identity) ** 2).sum())
    close(f"{name} shrinkage", tensors["shrinkage"], share, 1e-9)
    for key, amount in {"ledoit_wolf": share, "fixed": 0.25, "full": 1}.items():
        shrunk = (1 - amount) * covariance + amount * scale * identity
        squares = [[(s - m) @ numpy.linalg.solve(shrunk, s - m) for m in means.values()] for s in samples]
        close(f"{name} {key}", tensors[f"mahalanobis_{key}"], numpy.min(squares, axis=1), 1e-8)


def verify_logits(settings, tensors):
    logits = tensors["logits"]
    greatest = logits.max(axis=1)
    close(f"{settings['name']} maximum", tensors["maximum"], -greatest, 0)
    for temperature in [1, 0.25, 100]:
        rest = numpy.exp((logits - greatest[:, None]) / temperature).sum(axis=1)
        energy = -greatest - temperature * numpy.log(rest)
        close(f"{settings['name']} energy", tensors[f"energy_{temperature}"], energy, 1e-13)


def verify_few_shot(settings, tensors):
    embeddings, shots = tensors["embeddings"], settings["shots"]
    for episode, groups in enumerate(tensors["rows"]):
        prototypes = [embeddings[group[:shots]].mean(axis=0) for group in groups]
        right = [
            numpy.argmin([numpy.linalg.norm(embeddings[row] - prototype) for prototype in prototypes]) == place
            for place, group in enumerate(groups)
            for row in group[shots:]
        ]
        close(f"{settings['name']} accuracy", tensors["euclidean"][episode], numpy.mean(right), 1e-12)


CHECKS = {
    "scores": verify_scores,
    "folds": verify_folds,
    "gallery": verify_gallery,
    "logits": verify_logits,
    "few_shot": verify_few_shot,
}


def verify_verification(path):
    for settings, tensors in cases(path):
        if check := CHECKS.get(settings["kind"]):
            check(settings, tensors)
