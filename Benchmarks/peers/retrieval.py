"""Exact search for neighbours and measures of retrieval, on embeddings that the driver wrote.

Forms:

faiss        the 100 nearest by inner product, IndexFlatIP
library      AccuracyCalculator of pytorch-metric-learning: precision at 1, R-precision and MAP@R, with as many neighbours as
             these need
library-all  the same with the reciprocal rank and the average precision, which need all neighbours

It answers the commands of `server.py`. Embeddings are there before memory is counted.
"""

import faiss
import torch
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
from safetensors.torch import load_file

from server import arguments_parser, parse, serve

SHORT = ("precision_at_1", "r_precision", "mean_average_precision_at_r")
LONG = (*SHORT, "mean_reciprocal_rank", "mean_average_precision")


class Search:
    def __init__(self, tensors, queries):
        self.gallery = tensors["embeddings"].numpy()
        self.queries = self.gallery[:queries]

    def step(self):
        index = faiss.IndexFlatIP(self.gallery.shape[1])
        index.add(self.gallery)
        values, _ = index.search(self.queries, 100)
        return float(values[0, 99])


class Measures:
    def __init__(self, tensors, metrics, k):
        self.embeddings, self.labels = tensors["embeddings"], tensors["labels"]
        self.calculator = AccuracyCalculator(include=metrics, k=k, device=torch.device("cpu"))

    def step(self):
        return self.calculator.get_accuracy(self.embeddings, self.labels)["mean_average_precision_at_r"]


def main():
    parser = arguments_parser(__doc__)
    parser.add_argument("--form", choices=["faiss", "library", "library-all"], required=True)
    parser.add_argument("--embeddings", required=True)
    parser.add_argument("--queries", type=int)
    arguments = parse(parser)
    faiss.omp_set_num_threads(arguments.threads)
    tensors = load_file(arguments.embeddings)
    measured = {
        "faiss": lambda: Search(tensors, arguments.queries),
        "library": lambda: Measures(tensors, SHORT, "max_bin_count"),
        "library-all": lambda: Measures(tensors, LONG, None),
    }[arguments.form]()
    serve(arguments, arguments.form, measured)


if __name__ == "__main__":
    main()
