"""Neighbours, measures of retrieval, clusterings and votes of neighbours.

The order of a gallery is worked out in float64 by NumPy, rounded once to float32, and sorted by (value, id). From it each measure
is computed by its definition, query by query. Where a peer measures the same and no order depends on a tie, its number
must agree or the script stops: pytorch-metric-learning's AccuracyCalculator, torchmetrics, scikit-learn. Where a peer is wrong
the case says so in `peer_differs`, and holds the definition's number.
"""

import numpy
import torch
from pytorch_metric_learning.distances import CosineSimilarity, DotProductSimilarity, LpDistance
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
from pytorch_metric_learning.utils.inference import CustomKNN
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score, average_precision_score, normalized_mutual_info_score
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from torchmetrics.functional import retrieval as torchmetrics

from fixture import Fixture, generator, normal

CUTOFFS = [1, 2, 5, 10]
CURVE = 20
TOLERANCE = 1e-6


def scores(queries, gallery, metric):
    """Greater where closer, rounded to float32."""
    left, right = queries.astype(numpy.float64), gallery.astype(numpy.float64)
    if metric == "euclidean":
        each = [numpy.sqrt(((row - right) ** 2).sum(1)) for row in left]
        return -numpy.array(each).reshape(len(left), len(right)).astype(numpy.float32)
    product = left @ right.T
    if metric == "cosine":
        lengths = numpy.linalg.norm(left, axis=1)[:, None] * numpy.linalg.norm(right, axis=1)[None]
        product = numpy.where(lengths > 0, product / numpy.where(lengths > 0, lengths, 1), 0)
    return product.astype(numpy.float32)


def order(row, removed):
    """Gallery ids by (score, id), without those removed."""
    ids = numpy.lexsort([numpy.arange(len(row)), -row])
    return ids[~removed[ids]]


def measures(hits, count):
    """All measures of one query, from its hits as a list of truth values over its whole order."""
    ranks = numpy.flatnonzero(hits) + 1
    shares = numpy.arange(1, len(ranks) + 1) / ranks
    result = {
        "precision_at_1": float(ranks[0] == 1),
        "r_precision": (ranks <= count).sum() / count,
        "map_at_r": shares[ranks <= count].sum() / count,
        "map": shares.sum() / count,
        "mrr": 1 / ranks[0],
        "minp": count / ranks[-1],
    }
    found = [(ranks <= k) for k in CUTOFFS]
    result["recall"] = [float(each.any()) for each in found]
    result["precision"] = [each.sum() / k for each, k in zip(found, CUTOFFS)]
    result["map_over_hits"] = [shares[each].sum() / count for each in found]
    result["map_over_reachable"] = [shares[each].sum() / min(count, k) for each, k in zip(found, CUTOFFS)]
    result["map_over_found"] = [shares[each].sum() / max(1, each.sum()) for each in found]
    return {key: numpy.asarray(value, dtype=numpy.float64) for key, value in result.items()}


def agree(name, ours, theirs):
    if not numpy.allclose(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE):
        raise ValueError(f"{name}: the definition gives {ours}, the peer {theirs}")


def check_query(name, values, measured, hits):
    """torchmetrics and scikit-learn on one query without ties."""
    predicted = torch.arange(len(hits), 0, -1).double()
    target = torch.tensor(hits)
    agree(f"{name} mrr", measured["mrr"], torchmetrics.retrieval_reciprocal_rank(predicted, target))
    agree(f"{name} r-precision", measured["r_precision"], torchmetrics.retrieval_r_precision(predicted, target))
    agree(f"{name} map", measured["map"], average_precision_score(hits, values))
    for index, k in enumerate(CUTOFFS):
        if k > len(hits):
            continue
        agree(f"{name} recall", measured["recall"][index], torchmetrics.retrieval_hit_rate(predicted, target, top_k=k))
        agree(f"{name} p@k", measured["precision"][index], torchmetrics.retrieval_precision(predicted, target, top_k=k))
        found = torchmetrics.retrieval_average_precision(predicted, target, top_k=k)
        # torchmetrics divides by the hits among the K nearest.
        agree(f"{name} map@k", measured["map_over_found"][index], found)


def calculator(metric, **options):
    distance = {
        "cosine": CosineSimilarity(),
        "dot": DotProductSimilarity(normalize_embeddings=False),
        "euclidean": LpDistance(normalize_embeddings=False),
    }[metric]
    return AccuracyCalculator(
        exclude=("NMI", "AMI"), knn_func=CustomKNN(distance), device=torch.device("cpu"), **options
    )


def check_library(name, case, micro, macro):
    """pytorch-metric-learning on a whole case."""
    names = {
        "precision_at_1": "precision_at_1",
        "r_precision": "r_precision",
        "mean_average_precision_at_r": "map_at_r",
        "mean_average_precision": "map",
        "mean_reciprocal_rank": "mrr",
    }
    for averages, expected in [(False, micro), (True, macro)]:
        arguments = [case["embeddings"], case["labels"]]
        if "gallery" in case:
            arguments += [case["gallery"], case["gallery_labels"]]
        theirs = calculator(case["metric"], avg_of_avgs=averages).get_accuracy(*arguments)
        for peer, own in names.items():
            agree(f"{name} {peer}", expected[own], theirs[peer])


def retrieval(name, case):
    metric = case["metric"]
    queries, labels = case["embeddings"].numpy(), case["labels"].numpy()
    leaves_one_out = "gallery" not in case
    gallery = queries if leaves_one_out else case["gallery"].numpy()
    gallery_labels = labels if leaves_one_out else case["gallery_labels"].numpy()
    values = scores(queries, gallery, metric)
    removed = numpy.eye(len(queries), dtype=bool) if leaves_one_out else numpy.zeros(values.shape, dtype=bool)
    if "groups" in case:
        groups = case["groups"].numpy()
        gallery_groups = groups if leaves_one_out else case["gallery_groups"].numpy()
        removed = removed | ((labels[:, None] == gallery_labels) & (groups[:, None] == gallery_groups))
    orders = [order(row, gone) for row, gone in zip(values, removed)]
    rows, classes, lone, tied, untied = [], [], 0, 0, True
    curve = numpy.zeros(min(CURVE, len(gallery)))
    for query, ids in enumerate(orders):
        hits = gallery_labels[ids] == labels[query]
        if not hits.any():
            lone += 1
            continue
        own = values[query][ids]
        is_tied = bool(numpy.isin(own[hits], own[~hits]).any())
        tied += is_tied
        untied = untied and not is_tied
        measured = measures(hits, hits.sum())
        if len(numpy.unique(own)) == len(own):
            check_query(name, own, measured, hits)
        curve[numpy.flatnonzero(hits)[0] :] += 1
        rows.append(measured)
        classes.append(labels[query])
    tensors = {key: case[key] for key in case if key != "metric"}
    settings = {"kind": "retrieval", "metric": metric, "lone": lone, "tied": tied, "classes": len(set(classes))}
    if rows:
        classes = numpy.array(classes)
        micro = {key: numpy.mean([row[key] for row in rows], axis=0) for key in rows[0]}
        macro = {
            key: numpy.mean(
                [
                    numpy.mean([row[key] for row, own in zip(rows, classes) if own == label], axis=0)
                    for label in numpy.unique(classes)
                ],
                axis=0,
            )
            for key in rows[0]
        }
        differs = PEER_DIFFERS.get(name)
        if differs:
            settings["peer_differs"] = differs
            try:
                check_library(name, case, micro, macro)
            except ValueError:
                pass
            else:
                raise ValueError(f"{name}: pytorch-metric-learning is right by now")
        elif untied and "groups" not in case:
            check_library(name, case, micro, macro)
            settings["agrees_with"] = "pytorch-metric-learning 2.9"
        for key in micro:
            tensors[f"micro.{key}"] = torch.tensor(micro[key])
            tensors[f"macro.{key}"] = torch.tensor(macro[key])
        tensors["curve"] = torch.from_numpy(curve / len(rows))
    return settings, tensors


PEER_DIFFERS = {
    "labels_from_2_24": "pytorch-metric-learning casts labels to float32, where neighbours above 2^24 are one class",
}


def drawn(name, count, width, classes, spread=1.0):
    """Embeddings around class means, and their labels."""
    source = generator("retrieval", name)
    labels = torch.randint(classes, [count], generator=source)
    means = normal([classes, width], source, torch.float32)
    return means[labels] * spread + normal([count, width], source, torch.float32), labels


def retrieval_cases():
    cases = {}
    for metric in ["cosine", "euclidean", "dot"]:
        embeddings, labels = drawn(metric, 90, 24, 7)
        cases[f"random_{metric}"] = {"metric": metric, "embeddings": embeddings, "labels": labels}
        embeddings, labels = drawn(f"{metric}2", 60, 2, 5)
        cases[f"two_dimensions_{metric}"] = {"metric": metric, "embeddings": embeddings, "labels": labels}
        embeddings, labels = drawn(f"{metric}gallery", 120, 19, 8, spread=0.5)
        # The last class of the queries has no embedding in the gallery.
        absent = labels[50:] == 7
        cases[f"gallery_{metric}"] = {
            "metric": metric,
            "embeddings": embeddings[:50],
            "labels": labels[:50],
            "gallery": embeddings[50:][~absent],
            "gallery_labels": labels[50:][~absent],
        }
        source = generator("retrieval", metric, "grid")
        # Whole numbers, whose values are the same in whatever order they are summed.
        grid = torch.randint(-2, 3, [80, 3], generator=source).float()
        labels = torch.randint(4, [80], generator=source)
        cases[f"duplicates_{metric}"] = {"metric": metric, "embeddings": grid, "labels": labels}
        cases[f"all_equal_{metric}"] = {
            "metric": metric,
            "embeddings": torch.tensor([[3.0, 4.0, 0.0]]).repeat(40, 1),
            "labels": labels[:40],
        }
        zeros = grid.clone()
        zeros[::3] = 0
        cases[f"zeros_{metric}"] = {"metric": metric, "embeddings": zeros, "labels": labels}
    embeddings, labels = drawn("one class", 40, 8, 1)
    cases["one_class"] = {"metric": "cosine", "embeddings": embeddings, "labels": labels}
    embeddings, labels = drawn("lone", 50, 8, 4)
    labels[::5] = torch.arange(100, 110)
    cases["some_lone"] = {"metric": "cosine", "embeddings": embeddings, "labels": labels}
    cases["all_lone"] = {"metric": "cosine", "embeddings": embeddings, "labels": torch.arange(50)}
    cases["one_sample"] = {"metric": "cosine", "embeddings": embeddings[:1], "labels": labels[:1]}
    embeddings, labels = drawn("large labels", 60, 6, 6)
    cases["labels_from_2_24"] = {"metric": "cosine", "embeddings": embeddings, "labels": labels + 2**24}
    cases["labels_from_2_62"] = {"metric": "cosine", "embeddings": embeddings, "labels": labels + 2**62}
    PEER_DIFFERS["labels_from_2_62"] = PEER_DIFFERS["labels_from_2_24"]
    embeddings, labels = drawn("far", 60, 16, 6)
    cases["far_from_zero"] = {"metric": "euclidean", "embeddings": embeddings / 64 + 4096, "labels": labels}
    PEER_DIFFERS["far_from_zero"] = "pytorch-metric-learning expands the square, which loses all digits in float32"
    embeddings, labels = drawn("groups", 120, 12, 10)
    groups = torch.randint(3, [120], generator=generator("retrieval", "groups"))
    cases["groups_leaving_one_out"] = {
        "metric": "cosine",
        "embeddings": embeddings,
        "labels": labels,
        "groups": groups,
    }
    cases["groups_gallery"] = {
        "metric": "euclidean",
        "embeddings": embeddings[:40],
        "labels": labels[:40],
        "groups": groups[:40],
        "gallery": embeddings[40:],
        "gallery_labels": labels[40:],
        "gallery_groups": groups[40:],
    }
    return cases


def neighbours(name, case, k):
    """The k nearest ids and values, among others for a set alone."""
    metric = case["metric"]
    queries = case["embeddings"].numpy()
    alone = "gallery" not in case
    gallery = queries if alone else case["gallery"].numpy()
    values = scores(queries, gallery, metric)
    removed = numpy.eye(len(queries), dtype=bool) if alone else numpy.zeros(values.shape, dtype=bool)
    k = min(k, len(gallery) - alone)
    orders = [order(row, gone) for row, gone in zip(values, removed)]
    indices = numpy.array([ids[:k] for ids in orders])
    nearest = numpy.take_along_axis(values, indices, 1)
    ties = sum((row[ids[:k]][: len(ids) - 1] == row[ids[1 : k + 1]]).sum() for row, ids in zip(values, orders))
    if metric != "dot" and not numpy.any(numpy.linalg.norm(queries, axis=1) == 0):
        search = NearestNeighbors(n_neighbors=k, algorithm="brute", metric=metric)
        distances, theirs = search.fit(gallery.astype(numpy.float64)).kneighbors(
            None if alone else queries.astype(numpy.float64)
        )
        agree(f"{name} values", nearest, 1 - distances if metric == "cosine" else -distances)
        if ties == 0 and name != "far_from_zero" and (theirs != indices).any():
            raise ValueError(f"{name}: scikit-learn finds other neighbours")
    sign = -1 if metric == "euclidean" else 1
    return {"k": k, "ties": int(ties)}, {
        "neighbours": torch.from_numpy(indices),
        "values": torch.from_numpy(sign * nearest),
    }


def agreement_cases():
    source = generator("agreement")

    def draw(high, count):
        return torch.randint(high, [count], generator=source)

    labels = draw(6, 300)
    return {
        "random": (draw(5, 200), draw(7, 200)),
        "mostly": (labels, torch.where(draw(10, 300) < 7, labels, draw(6, 300))),
        "same": (labels, labels),
        "renamed": (labels, 5 - labels),
        "large_numbers": (labels + 2**60, labels * 3 - 2**60),
        "one_group": (torch.zeros(20, dtype=torch.int64), torch.zeros(20, dtype=torch.int64)),
        "one_against_many": (torch.zeros(30, dtype=torch.int64), draw(3, 30)),
        "all_apart": (torch.arange(25), torch.arange(25)),
        "all_apart_against_few": (torch.arange(40), draw(4, 40)),
        "one_item": (torch.tensor([4]), torch.tensor([9])),
        "many_groups": (draw(90, 1000), draw(120, 1000)),
    }


def clustering_cases():
    for name, count, width, groups, spread in [("blobs", 120, 5, 6, 6.0), ("mixed", 150, 3, 8, 1.0)]:
        embeddings, _ = drawn(name, count, width, groups, spread)
        yield name, embeddings, embeddings[:groups].clone()


def vote_cases():
    embeddings, labels = drawn("vote", 140, 5, 4)
    for metric in ["cosine", "euclidean"]:
        for k, temperature in [(1, 0), (7, 0), (15, 0), (9, 0.07), (20, 1.0)]:
            yield f"{metric}_{k}_{temperature}", metric, k, temperature, embeddings, labels


def votes(metric, k, temperature, embeddings, labels):
    queries, gallery = embeddings[:50].numpy(), embeddings[50:].numpy()
    truth = labels[50:].numpy()
    values = scores(queries, gallery, metric)
    predictions, even = [], []
    for row in values:
        ids = order(row, numpy.zeros(len(row), dtype=bool))[:k]
        weights = numpy.exp(row[ids].astype(numpy.float64) / temperature) if temperature else numpy.ones(k)
        totals = {label: weights[truth[ids] == label].sum() for label in truth[ids]}
        most = max(totals.values())
        predictions.append(next(label for label in truth[ids] if totals[label] == most))
        even.append(sum(total == most for total in totals.values()) > 1)

    def weight(distances):
        return numpy.exp((1 - distances if metric == "cosine" else -distances) / temperature)

    peer = KNeighborsClassifier(k, weights=weight if temperature else "uniform", metric=metric, algorithm="brute")
    theirs = peer.fit(gallery.astype(numpy.float64), truth).predict(queries.astype(numpy.float64))
    # scikit-learn gives even votes to the least label.
    if ((theirs != predictions) & ~numpy.array(even)).any():
        raise ValueError("scikit-learn predicts otherwise")
    return numpy.array(predictions), int(sum(even))


def generate(folder):
    fixture = Fixture("retrieval")
    for name, case in retrieval_cases().items():
        settings, tensors = retrieval(name, case)
        if "groups" not in case and len(case["embeddings"]) > 1:
            more, found = neighbours(name, case, 12)
            settings, tensors = settings | more, tensors | found
        fixture.add(name, settings, tensors)
    for name, (first, second) in agreement_cases().items():
        scored = [
            score(first.numpy(), second.numpy()) for score in (normalized_mutual_info_score, adjusted_mutual_info_score)
        ]
        tensors = {"first": first, "second": second, "nmi_ami": torch.tensor(scored, dtype=torch.float64)}
        fixture.add(f"agreement_{name}", {"kind": "agreement"}, tensors)
    for name, embeddings, start in clustering_cases():
        peer = KMeans(len(start), init=start.double().numpy(), n_init=1, algorithm="lloyd", max_iter=100, tol=0)
        peer.fit(embeddings.double().numpy())
        tensors = {
            "embeddings": embeddings,
            "start": start,
            "groups": torch.from_numpy(peer.labels_).long(),
            "centers": torch.from_numpy(peer.cluster_centers_),
            "inertia": torch.tensor(peer.inertia_, dtype=torch.float64),
        }
        fixture.add(f"clusters_{name}", {"kind": "clusters"}, tensors)
    for name, metric, k, temperature, embeddings, labels in vote_cases():
        predictions, even = votes(metric, k, temperature, embeddings, labels)
        settings = {"kind": "vote", "metric": metric, "k": k, "temperature": temperature, "even": even}
        tensors = {"embeddings": embeddings, "labels": labels, "predictions": torch.from_numpy(predictions)}
        fixture.add(f"vote_{name}", settings, tensors)
    fixture.write(folder)
