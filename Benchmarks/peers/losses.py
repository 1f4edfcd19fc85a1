"""Classification losses over many classes, forward and backward to the embeddings and the class vectors.

Forms:

library        ArcFaceLoss of pytorch-metric-learning
straight       the arithmetic of arcface-pytorch: the sine by a root, a mask of N x C, the margin on every class
linear         a linear layer and cross entropy, without a margin
products       the three matrix products that every form needs, alone: blocks of 4,096 classes through oneDNN, each
               operand already lying as oneDNN wants it
products-bf16  the same in bfloat16

It answers the commands of `server.py`. Weights, their gradient and the embeddings are there before memory is counted.
"""

import math

import torch
from pytorch_metric_learning.losses import ArcFaceLoss
from torch import nn
from torch.nn import functional

from server import arguments_parser, parse, serve

BLOCK = 4096
SCALE, MARGIN = 64.0, 0.5


class Straight(nn.Module):
    def __init__(self, classes, width):
        super().__init__()
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(classes, width)))

    def forward(self, embeddings, labels):
        cosine = functional.linear(functional.normalize(embeddings), functional.normalize(self.weight))
        sine = (1 - cosine.square()).clamp(0, 1).sqrt()
        widened = cosine * math.cos(MARGIN) - sine * math.sin(MARGIN)
        widened = torch.where(cosine > -math.cos(MARGIN), widened, cosine - math.sin(MARGIN) * MARGIN)
        mask = torch.zeros_like(cosine).scatter_(1, labels.unsqueeze(1), 1)
        return functional.cross_entropy(SCALE * (mask * widened + (1 - mask) * cosine), labels)


class Linear(nn.Module):
    def __init__(self, classes, width):
        super().__init__()
        self.layer = nn.Linear(width, classes, bias=False)

    def forward(self, embeddings, labels):
        return functional.cross_entropy(self.layer(embeddings), labels)


class Loss:
    def __init__(self, form, batch, classes, width):
        self.module = {
            "library": lambda: ArcFaceLoss(classes, width, margin=math.degrees(MARGIN), scale=SCALE),
            "straight": lambda: Straight(classes, width),
            "linear": lambda: Linear(classes, width),
        }[form]()
        self.embeddings = torch.randn(batch, width, requires_grad=True)
        self.labels = torch.randint(classes, (batch,))
        for parameter in self.module.parameters():
            parameter.grad = torch.ones_like(parameter)

    def step(self):
        self.embeddings.grad = None
        self.module.zero_grad(set_to_none=True)
        loss = self.module(self.embeddings, self.labels)
        loss.backward()
        return loss.item()


class Products:
    def __init__(self, dtype, batch, classes, width):
        embeddings = torch.randn(batch, width).to(dtype)
        self.embeddings, self.embeddings_transposed = embeddings, embeddings.t().contiguous()
        self.weights = list(torch.randn(classes, width).to(dtype).split(BLOCK))
        self.weights_transposed = [block.t().contiguous() for block in self.weights]
        self.gradients = [torch.randn(batch, len(block)).to(dtype) for block in self.weights]
        self.gradients_transposed = [block.t().contiguous() for block in self.gradients]

    def step(self):
        def product(left, right):
            return torch.ops.mkldnn._linear_pointwise(left, right, None, "none", [], "")

        cosines = [product(self.embeddings, block) for block in self.weights]
        for_embeddings = sum(map(product, self.gradients, self.weights_transposed))
        for_weights = [product(block, self.embeddings_transposed) for block in self.gradients_transposed]
        return float(cosines[0][0, 0] + for_embeddings[0, 0] + for_weights[0][0, 0])


def session(form, *shape):
    torch.manual_seed(0)
    if form.startswith("products"):
        return Products(torch.bfloat16 if form == "products-bf16" else torch.float32, *shape)
    return Loss(form, *shape)


def main():
    parser = arguments_parser(__doc__)
    forms = ["library", "straight", "linear", "products", "products-bf16"]
    parser.add_argument("--form", choices=forms, required=True)
    parser.add_argument("--classes", type=int, required=True)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--embedding", type=int, default=512)
    arguments = parse(parser)
    # What the libraries need for themselves at their first call is not the loss's.
    session(arguments.form, arguments.batch, 10, arguments.embedding).step()
    measured = session(arguments.form, arguments.batch, arguments.classes, arguments.embedding)
    serve(arguments, arguments.form, measured)


if __name__ == "__main__":
    main()
