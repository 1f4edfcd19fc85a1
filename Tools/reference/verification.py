"""Curves, rates and scores of verification, unknown classes and few shots, by scikit-learn, SciPy and NumPy in float64."""

import numpy
import torch
from scipy.special import logsumexp
from sklearn.covariance import ledoit_wolf, shrunk_covariance
from sklearn.metrics import average_precision_score, pairwise_distances, roc_auc_score, roc_curve
from sklearn.model_selection import KFold

from fixture import Fixture, generator, normal
from splitmix import Generator

TARGETS = [1e-6, 0.001, 0.01, 0.1, 0.29, 0.5, 1.0]


def tensors(values):
    return {key: torch.as_tensor(numpy.asarray(value)) for key, value in values.items()}


def score_cases():
    """Name to scores and whether each is positive; ties, order and balance are what goes wrong elsewhere."""
    source = generator("verification")

    def draws(count, shift=0.0):
        return normal([count], source).numpy() + shift

    def joined(positive, negative):
        scores = numpy.concatenate([positive, negative])
        answers = numpy.arange(len(scores)) < len(positive)
        order = torch.randperm(len(scores), generator=source).numpy()
        return scores[order], answers[order]

    return {
        "random": joined(draws(200), draws(300)),
        "separable": joined(draws(150, 1.5), draws(450)),
        "ties": joined(numpy.round(draws(200, 1)), numpy.round(draws(300))),
        "half_steps": joined(numpy.round(2 * draws(60, 1)) / 2, numpy.round(2 * draws(500)) / 2),
        "all_equal": joined(numpy.full(30, 0.25), numpy.full(70, 0.25)),
        "constant_positive": joined(numpy.full(40, 0.5), draws(60)),
        "one_impostor": joined(draws(50), numpy.array([0.125])),
        "one_genuine": joined(numpy.array([0.125]), draws(50)),
        "one_of_each": joined(numpy.array([1.0]), numpy.array([1.0])),
        "perfect": joined(2 + numpy.abs(draws(90)), -numpy.abs(draws(110))),
        "reversed": joined(-1 - numpy.abs(draws(90)), numpy.abs(draws(110))),
        # Each score once on either side, in order: roc_curve drops the points between the ends as collinear.
        "paired": joined(numpy.arange(40.0), numpy.arange(40.0)),
        "hundred_impostors": joined(draws(80, 0.5), draws(100)),
        "rare": joined(draws(12, 1), draws(3000)),
    }


def equal_error_rate(far, tar):
    """Where the straight lines between the points cross far = 1 - tar."""
    gap = far + tar - 1
    last = int(numpy.argmax(gap >= 0))
    share = gap[last - 1] / (gap[last - 1] - gap[last])
    return far[last - 1] + share * (far[last] - far[last - 1])


def operating_point(scores, answers, target):
    """By its definition: the least of all thresholds (accepting what is above) whose rate is at most the target."""
    negative, positive = scores[~answers], scores[answers]
    if 1 / len(negative) > target:
        return [0, 0, 0, 0]
    for threshold in [-numpy.inf, *numpy.sort(numpy.unique(scores))]:
        accepted = numpy.sum(negative > threshold)
        if accepted / len(negative) <= target:
            return [1, max(threshold, -1e300), numpy.sum(positive > threshold), accepted]
    raise AssertionError("the greatest score accepts nothing")


def rates(scores, answers):
    """Everything that a curve tells. No point is dropped: the first rate of 0.95 may be a dropped one."""
    far, tar, thresholds = roc_curve(answers, scores, drop_intermediate=False)
    known_far, known_tar, _ = roc_curve(~answers, -scores, drop_intermediate=False)
    dropped_far, dropped_tar, _ = roc_curve(answers, scores)
    thresholds[0] = 1e300
    return {
        "far": far,
        "tar": tar,
        "thresholds": thresholds,
        "area": roc_auc_score(answers, scores),
        "equal_error_rate": equal_error_rate(far, tar),
        "average_precision": average_precision_score(answers, scores),
        "average_precision_exchanged": average_precision_score(~answers, -scores),
        "far_at_95": far[numpy.argmax(tar >= 0.95)],
        "far_at_95_exchanged": known_far[numpy.argmax(known_tar >= 0.95)],
        "far_at_95_dropped": dropped_far[numpy.argmax(dropped_tar >= 0.95)],
        # What programs report that take the point nearest to the target: it may accept more.
        "nearest_far": [far[numpy.argmin(numpy.abs(far - target))] for target in TARGETS],
        "points": numpy.array([operating_point(scores, answers, target) for target in TARGETS], dtype=numpy.float64),
    }


def bootstrap(scores, answers, seed, resamples, groups=None):
    """The percentile interval of the area, with the same draws and scikit-learn's weighted area."""
    areas = []
    for resample in range(resamples):
        source = Generator(seed, resample)
        if groups is None:
            weights = source.counts(len(scores))
        else:
            places = {name: place for place, name in enumerate(sorted(set(groups.flatten().tolist())))}
            drawn = source.counts(len(places))
            pairs = [(drawn[places[a]], drawn[places[b]], a == b) for a, b in groups.tolist()]
            weights = numpy.array([a if same else a * b for a, b, same in pairs])
        kept = weights > 0
        if len(set(answers[kept])) == 2:
            areas.append(roc_auc_score(answers[kept], scores[kept], sample_weight=weights[kept]))
    return [*numpy.quantile(areas, [0.05, 0.95]), len(areas)]


def fold_cases():
    """Name to squared distances, whether each pair is of one identity, and the number of folds."""
    source = generator("folds")

    def draws(folds, half, shift, digits=None):
        same = 1.0 + 0.45 * normal([folds, half], source).numpy()
        different = shift + 0.3 * normal([folds, half], source).numpy()
        distances = numpy.clip(numpy.concatenate([same, different], axis=1).flatten(), 0, 4)
        answers = numpy.tile(numpy.arange(2 * half) < half, folds)
        return (distances if digits is None else numpy.round(distances, digits)), answers, folds

    uneven, answers, _ = draws(7, 11, 1.9)
    return {
        "folds_random": draws(10, 60, 1.9),
        # Distances on the grid itself: strictly less is not the same as at most.
        "folds_on_the_grid": draws(10, 40, 1.8, 2),
        "folds_coarse": draws(10, 30, 1.7, 1),
        "folds_perfect": draws(5, 20, 3.7),
        "folds_equal": (numpy.full(80, 1.5), numpy.tile(numpy.arange(20) < 10, 4), 4),
        "folds_uneven": (uneven[:150], answers[:150], 7),
        "folds_full": draws(10, 300, 1.95),
    }


def folded(distances, answers, folds, candidates, target):
    """The protocol told again: strictly less, the first best threshold, population deviation."""
    values = {"threshold": [], "accuracy": [], "validation": [], "false_accept": []}
    for train, test in KFold(n_splits=folds).split(distances):
        grid = numpy.arange(0, 4, 0.01) if candidates == "published" else [*numpy.unique(distances[train]), 1e300]
        right = [numpy.mean((distances[train] < threshold) == answers[train]) for threshold in grid]
        threshold = grid[int(numpy.argmax(right))]
        values["threshold"].append(threshold)
        values["accuracy"].append(numpy.mean((distances[test] < threshold) == answers[test]))
        measurable, limit, _, _ = operating_point(-distances[train], answers[train], target)
        if measurable:
            accepted = -distances[test] > limit
            values["validation"].append(numpy.mean(accepted[answers[test]]))
            values["false_accept"].append(numpy.mean(accepted[~answers[test]]))
    return values


def open_set_classification(known, correct, unknown):
    """The area by its meaning, a mean over all couples; rates by their definition."""
    less = known[:, None] < unknown[None, :]
    equal = known[:, None] == unknown[None, :]
    area = numpy.mean(correct[:, None] * (less + equal / 2))
    at = []
    for target in TARGETS:
        if 1 / len(unknown) > target:
            at.append(-1.0)
            continue
        allowed = [t for t in [*numpy.unique(numpy.concatenate([known, unknown])), numpy.inf]
                   if numpy.mean(unknown < t) <= target]
        at.append(numpy.mean(correct & (known < max(allowed))))
    return {"oscr": area, "ccr": at, "closed_set_accuracy": numpy.mean(correct)}


def gallery_cases():
    """Name to gallery, labels and samples."""
    source = generator("gallery")
    labels = torch.randint(0, 6, [90], generator=source)
    centers = 2 * normal([6, 8], source)
    gallery = centers[labels] + normal([90, 8], source)
    samples = torch.cat([centers[labels[:20]] + normal([20, 8], source), 3 * normal([20, 8], source)])
    offset = 1000 * torch.ones(8, dtype=torch.float64)
    # 2^40 apart in their labels and equal in float32.
    return {
        "gallery": (gallery, labels, samples),
        "gallery_far_from_zero": ((gallery + offset).float().double(), labels, (samples + offset).float().double()),
        "gallery_wide_labels": (gallery, labels + 2**40, samples),
        "gallery_few_rows": (gallery[:7], labels[:7] % 2, samples),
        "gallery_duplicates": (gallery[:30].repeat(2, 1), labels[:30].repeat(2), gallery[:40]),
        "gallery_one_class": (gallery, torch.zeros_like(labels), samples),
    }


def gallery_scores(gallery, labels, samples):
    gallery, labels, samples = gallery.numpy(), labels.numpy(), samples.numpy()
    classes = numpy.unique(labels)
    unit = gallery / numpy.linalg.norm(gallery, axis=1, keepdims=True)
    result = {}
    for metric, rows in {"cosine": unit, "euclidean": gallery}.items():
        distances = numpy.sort(pairwise_distances(samples, gallery, metric=metric), axis=1)
        centers = numpy.stack([rows[labels == label].mean(axis=0) for label in classes])
        result[f"nearest_{metric}"] = distances[:, 0]
        result[f"fifth_{metric}"] = distances[:, 4]
        result[f"center_{metric}"] = pairwise_distances(samples, centers, metric=metric).min(axis=1)
    means = numpy.stack([gallery[labels == label].mean(axis=0) for label in classes])
    residuals = gallery - means[numpy.searchsorted(classes, labels)]
    estimate, shrinkage = ledoit_wolf(residuals, assume_centered=True)
    covariances = {
        "ledoit_wolf": estimate,
        "fixed": shrunk_covariance(residuals.T @ residuals / len(residuals), shrinkage=0.25),
        "full": shrunk_covariance(residuals.T @ residuals / len(residuals), shrinkage=1.0),
    }
    for name, covariance in covariances.items():
        inverse = numpy.linalg.inv(covariance)
        difference = samples[:, None, :] - means[None]
        result[f"mahalanobis_{name}"] = numpy.einsum("ncd,de,nce->nc", difference, inverse, difference).min(axis=1)
    return result | {"shrinkage": shrinkage}


def logit_cases():
    source = generator("logits")
    return {
        "logits_random": 3 * normal([40, 10], source),
        "logits_huge": 1e4 * normal([20, 5], source),
        "logits_shifted": normal([20, 5], source) - 1e5,
        "logits_one_class": normal([10, 1], source),
    }


def few_shot(embeddings, labels, seed, ways, shots, queries, episodes):
    """The episodes by the same draws; nearest prototypes by scikit-learn's distances."""
    members = {label: [row for row, own in enumerate(labels) if own == label] for label in sorted(set(labels))}
    classes = list(members)
    unit = embeddings / numpy.linalg.norm(embeddings, axis=1, keepdims=True)
    accuracies, rows = {"euclidean": [], "cosine": []}, []
    for episode in range(episodes):
        source = Generator(seed, episode)
        drawn = [classes[place] for place in source.permutation(len(classes))[:ways]]
        groups = [[members[label][place] for place in source.permutation(len(members[label]))[: shots + queries]]
                  for label in drawn]
        rows.append(groups)
        for metric, values in {"euclidean": embeddings, "cosine": unit}.items():
            prototypes = numpy.stack([values[group[:shots]].mean(axis=0) for group in groups])
            asked = numpy.concatenate([values[group[shots:]] for group in groups])
            nearest = pairwise_distances(asked, prototypes, metric=metric).argmin(axis=1)
            accuracies[metric].append(numpy.mean(nearest == numpy.repeat(numpy.arange(ways), queries)))
    summary = {
        f"{metric}_summary": [numpy.mean(values), 1.96 * numpy.std(values, ddof=1) / numpy.sqrt(len(values))]
        for metric, values in accuracies.items()
    }
    return accuracies | summary | {"rows": numpy.array(rows)}


def pair_scores(embeddings, first, second):
    unit = embeddings / numpy.linalg.norm(embeddings, axis=1, keepdims=True)
    return {
        "cosines": numpy.sum(unit[first] * unit[second], axis=1),
        "squared_distances": numpy.sum((unit[first] - unit[second]) ** 2, axis=1),
    }


def all_pairs(embeddings, labels):
    """Every pair once, cosines rounded to 2^-20."""
    unit = embeddings / numpy.linalg.norm(embeddings, axis=1, keepdims=True)
    rows, columns = numpy.triu_indices(len(labels), 1)
    exact = numpy.clip((unit @ unit.T)[rows, columns], -1, 1)
    answers = (labels[:, None] == labels[None])[rows, columns]
    rounded = numpy.floor(numpy.abs(exact) * 2**20 + 0.5) * numpy.sign(exact) / 2**20
    far, tar, thresholds = roc_curve(answers, rounded, drop_intermediate=False)
    thresholds[0] = 1e300
    return {
        "true_positives": numpy.rint(tar * answers.sum()).astype(numpy.int64),
        "false_positives": numpy.rint(far * (~answers).sum()).astype(numpy.int64),
        "thresholds": thresholds,
        "area": roc_auc_score(answers, exact),
    }


def generate(folder):
    fixture = Fixture("verification")
    for case, (scores, answers) in score_cases().items():
        values = {"scores": scores, "answers": answers.astype(numpy.int64)} | rates(scores, answers)
        if len(scores) <= 600:
            values["bootstrap"] = bootstrap(scores, answers, 7, 60)
        fixture.add(case, {"kind": "scores", "targets": TARGETS}, tensors(values))

    source = generator("identities")
    groups = torch.randint(0, 12, [150, 2], generator=source).numpy()
    answers = groups[:, 0] == groups[:, 1]
    scores = answers + normal([150], source).numpy()
    values = {"scores": scores, "groups": groups, "interval": bootstrap(scores, answers, 11, 80, groups)}
    fixture.add("identities", {"kind": "identities"}, tensors(values))

    for case, (distances, answers, folds) in fold_cases().items():
        values = {"distances": distances, "answers": answers.astype(numpy.int64)}
        for candidates in ["published", "observed"]:
            found = folded(distances, answers, folds, candidates, 0.01)
            values |= {f"{candidates}.{key}": numpy.array(value) for key, value in found.items() if len(value)}
        fixture.add(case, {"kind": "folds", "folds": folds}, tensors(values))

    source = generator("open_set")
    correct = torch.randint(0, 4, [120], generator=source).numpy() > 0
    known, unknown = normal([120], source).numpy(), normal([150], source).numpy() + 1
    cases = {
        "open_set_random": (known, correct, unknown),
        "open_set_ties": (numpy.round(known), correct, numpy.round(unknown)),
        "open_set_equal": (numpy.zeros(120), correct, numpy.zeros(150)),
        "open_set_none_right": (known, numpy.zeros(120, dtype=bool), unknown),
        "open_set_all_right": (known, numpy.ones(120, dtype=bool), unknown),
        "open_set_one_unknown": (known, correct, unknown[:1]),
    }
    for case, (known, correct, unknown) in cases.items():
        values = {"known": known, "correct": correct.astype(numpy.int64), "unknown": unknown}
        fixture.add(case, {"kind": "open_set", "targets": TARGETS},
                    tensors(values | open_set_classification(known, correct, unknown)))

    for case, (gallery, labels, samples) in gallery_cases().items():
        values = {"gallery": gallery, "labels": labels, "samples": samples} | gallery_scores(gallery, labels, samples)
        fixture.add(case, {"kind": "gallery"}, tensors(values))
    for case, logits in logit_cases().items():
        values = {"logits": logits, "maximum": -logits.numpy().max(axis=1)}
        for temperature in [1, 0.25, 100]:
            values[f"energy_{temperature}"] = -temperature * logsumexp(logits.numpy() / temperature, axis=1)
        fixture.add(case, {"kind": "logits"}, tensors(values))

    source = generator("few_shot")
    labels = torch.randint(0, 9, [400], generator=source) * 3 - 5
    embeddings = (normal([9, 6], source)[(labels + 5) // 3] + 1.5 * normal([400, 6], source)).numpy()
    for ways, shots, queries in [(5, 1, 15), (5, 5, 10), (9, 3, 4), (2, 2, 1)]:
        settings = {"kind": "few_shot", "seed": 5, "ways": ways, "shots": shots, "queries": queries}
        values = few_shot(embeddings, labels.tolist(), 5, ways, shots, queries, 40)
        fixture.add(f"few_shot_{ways}_{shots}", settings, tensors({"embeddings": embeddings, "labels": labels} | values))

    source = generator("pairs")
    embeddings = normal([50, 16], source).numpy() * numpy.exp(3 * normal([50, 1], source).numpy())
    # Rows that are equal, opposite and all but equal.
    embeddings[1], embeddings[3], embeddings[5] = embeddings[0], -embeddings[2], embeddings[4] * (1 + 1e-9)
    first = numpy.concatenate([[0, 2, 4], torch.randint(0, 50, [80], generator=source).numpy()])
    second = numpy.concatenate([[1, 3, 5], torch.randint(0, 50, [80], generator=source).numpy()])
    values = {"embeddings": embeddings, "first": first, "second": second} | pair_scores(embeddings, first, second)
    mirrored = normal([50, 16], source).numpy()
    total = embeddings + mirrored
    values |= {"mirrored": mirrored, "averaged": total / numpy.linalg.norm(total, axis=1, keepdims=True)}
    fixture.add("pairs", {"kind": "pairs"}, tensors(values))
    embeddings = normal([120, 8], source)
    labels = torch.randint(0, 10, [120], generator=source) + 2**24
    values = {"embeddings": embeddings, "labels": labels} | all_pairs(embeddings.numpy(), labels.numpy())
    fixture.add("all_pairs", {"kind": "all_pairs"}, tensors(values))
    fixture.write(folder)
