"""Checks of retrieval by counting: a hit's rank is one more than how many others stand before it."""

import numpy

from checking import cases, close


def scores(queries, gallery, metric):
    """One pair at a time."""
    result = numpy.zeros((len(queries), len(gallery)))
    for i, left in enumerate(queries.astype(numpy.float64)):
        for j, right in enumerate(gallery.astype(numpy.float64)):
            if metric == "euclidean":
                result[i, j] = -numpy.sqrt(numpy.square(left - right).sum())
            else:
                lengths = numpy.sqrt(left @ left * (right @ right)) if metric == "cosine" else 1
                result[i, j] = left @ right / lengths if lengths > 0 else 0
    return result.astype(numpy.float32)


def verify_retrieval(path):
    for settings, tensors in cases(path):
        if settings["kind"] == "retrieval":
            verify_ranks(settings | tensors)


def verify_ranks(case):
    labels, groups = case["labels"], case.get("groups")
    alone = "gallery" not in case
    gallery = case["embeddings"] if alone else case["gallery"]
    others = labels if alone else case["gallery_labels"]
    other_groups = groups if alone else case.get("gallery_groups")
    values = scores(case["embeddings"], gallery, case["metric"])
    averages, firsts, hardest = [], [], []
    for i, row in enumerate(values):
        seen = [
            j
            for j in range(len(gallery))
            if not (alone and i == j)
            and not (groups is not None and others[j] == labels[i] and other_groups[j] == groups[i])
        ]
        ranks = sorted(
            1 + sum(row[other] > row[j] or (row[other] == row[j] and other < j) for other in seen)
            for j in seen
            if others[j] == labels[i]
        )
        if ranks:
            averages.append(sum((place + 1) / rank for place, rank in enumerate(ranks)) / len(ranks))
            firsts.append(1 / ranks[0])
            hardest.append(len(ranks) / ranks[-1])
    close(f"{case['name']} lone", case["lone"], len(labels) - len(averages))
    if averages:
        for key, own in [("map", averages), ("mrr", firsts), ("minp", hardest)]:
            close(f"{case['name']} {key}", case[f"micro.{key}"], numpy.mean(own), 1e-12)
