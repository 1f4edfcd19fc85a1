"""A training step of a head with many classes: loss, both gradients and the optimizer's step on the class vectors.

Forms, all in the arithmetic of insightface (the margin on the target cosine alone, and no gradient through it):

dense     all classes, torch.optim.SGD with momentum and weight decay
sampled   partial FC: the classes of the batch and a random share of the others, whose rows of weight and momentum alone
          are read and written

It answers the commands of `server.py`.
"""

import math

import torch
from torch.nn import functional

from server import arguments_parser, parse, serve

SCALE, MARGIN = 64.0, 0.5
RATE, MOMENTUM, DECAY = 0.1, 0.9, 5e-4


class Head:
    def __init__(self, classes, width, batch, share):
        self.classes, self.share = classes, share
        self.weight = torch.empty(classes, width).normal_(0, 0.01)
        self.embeddings = torch.randn(batch, width, requires_grad=True)
        self.labels = torch.randint(classes, (batch,))
        if share == 1:
            self.weight.requires_grad_()
            self.optimizer = torch.optim.SGD([self.weight], RATE, MOMENTUM, weight_decay=DECAY)
        else:
            self.momentum = torch.zeros_like(self.weight)

    def loss(self, weight, labels):
        cosine = functional.linear(functional.normalize(self.embeddings), functional.normalize(weight)).clamp(-1, 1)
        rows = torch.arange(len(labels))
        target = cosine[rows, labels]
        sine = (1 - target.square()).sqrt()
        widened = target * math.cos(MARGIN) - sine * math.sin(MARGIN)
        widened = torch.where(target > math.cos(math.pi - MARGIN), widened, target - math.sin(math.pi - MARGIN) * MARGIN)
        with torch.no_grad():
            cosine[rows, labels] = widened
            cosine.mul_(SCALE)
        return functional.cross_entropy(cosine, labels)

    def step(self):
        self.embeddings.grad = None
        return self.dense() if self.share == 1 else self.sampled()

    def dense(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.weight, self.labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def sampled(self):
        order = torch.rand(self.classes)
        order[self.labels.unique()] = 2
        index = order.topk(int(self.share * self.classes))[1].sort()[0]
        labels = torch.searchsorted(index, self.labels)
        rows = self.weight[index].requires_grad_()
        loss = self.loss(rows, labels)
        loss.backward()
        with torch.no_grad():
            momentum = self.momentum[index].mul_(MOMENTUM).add_(rows.grad).add_(rows, alpha=DECAY)
            self.momentum[index] = momentum
            self.weight[index] = rows - RATE * momentum
        return loss.item()


def main():
    parser = arguments_parser(__doc__)
    parser.add_argument("--share", type=float, required=True, help="the share of the classes that takes part")
    parser.add_argument("--classes", type=int, required=True)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--embedding", type=int, default=512)
    arguments = parse(parser)
    torch.manual_seed(0)
    head = Head(arguments.classes, arguments.embedding, arguments.batch, arguments.share)
    serve(arguments, "sampled" if arguments.share < 1 else "dense", head)


if __name__ == "__main__":
    main()
