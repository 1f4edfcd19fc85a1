"""t-SNE of embeddings that the driver wrote, by openTSNE with its own settings: 250 iterations with exaggeration 12, then 500.

Neighbours are approximate ones by Annoy, and repulsion is interpolated from 10,000 embeddings on, as it comes.

It answers the commands of `server.py`. Embeddings are there before memory is counted; the points are left in a file.
"""

import numpy
from openTSNE import TSNE
from safetensors.numpy import load_file, save_file

from server import arguments_parser, parse, serve


class Projection:
    def __init__(self, embeddings, points, threads):
        self.embeddings, self.points = embeddings, points
        self.tsne = TSNE(perplexity=30, n_jobs=threads, random_state=0)

    def step(self):
        points = numpy.ascontiguousarray(self.tsne.fit(self.embeddings), dtype=numpy.float32)
        save_file({"points": points}, self.points)
        return float(points.std())


def main():
    parser = arguments_parser(__doc__)
    parser.add_argument("--embeddings", required=True)
    parser.add_argument("--points", required=True)
    arguments = parse(parser)
    embeddings = load_file(arguments.embeddings)["embeddings"]
    serve(arguments, "openTSNE", Projection(embeddings, arguments.points, arguments.threads))


if __name__ == "__main__":
    main()
