"""PyTorch trains the MNIST Center Loss network (LeNet++, 2-D feature, two SGDs) on preloaded batches.

Two forms:

tutorial  as the write-ups have it: NCHW, float32, default optimizers and zero_grad. The images are normalised to
          float32 before the clock starts, as if a data loader had done it for nothing.
tuned     channels-last model and images, bfloat16 autocast, zero_grad(set_to_none=True), fused SGD; the images stay
          bytes and each batch is normalised on the clock.

On the clock in both: forward, both losses, backward, both optimizer steps, `loss.item()` of every step. In neither:
reading the file, and the write-up's Python lists of predictions and labels, which no benchmark should charge to a
framework. Nothing is compiled.

It answers the commands of `server.py`, and

profile [K]  K steps under the profiler: operators by their own time on the processor, in milliseconds per step
"""

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from server import arguments_parser, parse, serve

MEAN, DEVIATION = 0.1307, 0.3081


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1_1 = nn.Conv2d(1, 32, kernel_size=5, padding=2)
        self.prelu1_1 = nn.PReLU()
        self.conv1_2 = nn.Conv2d(32, 32, kernel_size=5, padding=2)
        self.prelu1_2 = nn.PReLU()
        self.conv2_1 = nn.Conv2d(32, 64, kernel_size=5, padding=2)
        self.prelu2_1 = nn.PReLU()
        self.conv2_2 = nn.Conv2d(64, 64, kernel_size=5, padding=2)
        self.prelu2_2 = nn.PReLU()
        self.conv3_1 = nn.Conv2d(64, 128, kernel_size=5, padding=2)
        self.prelu3_1 = nn.PReLU()
        self.conv3_2 = nn.Conv2d(128, 128, kernel_size=5, padding=2)
        self.prelu3_2 = nn.PReLU()
        self.ip1 = nn.Linear(128 * 3 * 3, 2)
        self.preluip1 = nn.PReLU()
        self.ip2 = nn.Linear(2, 10, bias=False)

    def forward(self, images):
        values = self.prelu1_2(self.conv1_2(self.prelu1_1(self.conv1_1(images))))
        values = functional.max_pool2d(values, 2)
        values = self.prelu2_2(self.conv2_2(self.prelu2_1(self.conv2_1(values))))
        values = functional.max_pool2d(values, 2)
        values = self.prelu3_2(self.conv3_2(self.prelu3_1(self.conv3_1(values))))
        values = functional.max_pool2d(values, 2)
        features = self.preluip1(self.ip1(values.flatten(1)))
        return features, functional.log_softmax(self.ip2(features), dim=1)


class CenterLoss(nn.Module):
    """The mean over the batch of the squared distance to the centre of the sample's class."""

    def __init__(self, classes, width):
        super().__init__()
        self.centers = nn.Parameter(torch.randn(classes, width))

    def forward(self, labels, features):
        return (features.float() - self.centers[labels]).square().sum(1).mean()


class Session:
    def __init__(self, form, batches):
        torch.manual_seed(0)
        self.tuned = form == "tuned"
        self.net = Net()
        self.center = CenterLoss(10, 2)
        self.images = list(batches["images"])
        self.labels = list(batches["labels"])
        if self.tuned:
            self.net = self.net.to(memory_format=torch.channels_last)
        else:
            self.images = [self.normalized(images) for images in self.images]
        options = {"fused": True} if self.tuned else {}
        self.optimizers = [
            torch.optim.SGD(self.net.parameters(), lr=0.001, momentum=0.9, weight_decay=0.0005, **options),
            torch.optim.SGD(self.center.parameters(), lr=0.5, **options),
        ]
        self.position = 0

    @staticmethod
    def normalized(images):
        return images.float().mul_(1 / (255 * DEVIATION)).sub_(MEAN / DEVIATION)

    def step(self):
        images = self.images[self.position % len(self.images)]
        labels = self.labels[self.position % len(self.labels)]
        self.position += 1
        if self.tuned:
            images = self.normalized(images).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.tuned):
            features, predictions = self.net(images)
        loss = functional.nll_loss(predictions, labels) + self.center(labels, features)
        for optimizer in self.optimizers:
            if self.tuned:
                optimizer.zero_grad(set_to_none=True)
            else:
                optimizer.zero_grad()
        loss.backward()
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.item()

    def profile(self, steps):
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profiler:
            for _ in range(steps):
                self.step()
        rows = sorted(profiler.key_averages(), key=lambda row: -row.self_cpu_time_total)
        total = sum(row.self_cpu_time_total for row in rows)
        operators = [
            {
                "name": row.key,
                "milliseconds": round(row.self_cpu_time_total / 1000 / steps, 3),
                "share": round(row.self_cpu_time_total / total, 4),
                "calls": row.count / steps,
            }
            for row in rows[:25]
        ]
        return {"operators": operators}


def main():
    parser = arguments_parser(__doc__)
    parser.add_argument("--form", choices=["tutorial", "tuned"], required=True)
    parser.add_argument("--batches", required=True, help="safetensors: images [B, 128, 1, 28, 28], labels [B, 128]")
    arguments = parse(parser)
    serve(arguments, arguments.form, Session(arguments.form, load_file(arguments.batches)))


if __name__ == "__main__":
    main()
