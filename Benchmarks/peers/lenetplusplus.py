"""PyTorch trains the MNIST Center Loss network (LeNet++, 2-D feature, two SGDs) on preloaded batches.

Two forms:

tutorial  as the write-ups have it: NCHW, float32, default optimizers and zero_grad. The images are normalised to
          float32 before the clock starts, as if a data loader had done it for nothing.
tuned     channels-last model and images, bfloat16 autocast, zero_grad(set_to_none=True), fused SGD; the images stay
          bytes and each batch is normalised on the clock.

On the clock in both: forward, both losses, backward, both optimizer steps, `loss.item()` of every step. In neither:
reading the file, and the write-up's Python lists of predictions and labels, which no benchmark should charge to a
framework. Nothing is compiled.

After the warm-up the process prints {"ready": ...} and then answers lines on stdin with one JSON line each:

run [K]      K steps (or --steps of them): seconds, images, the last loss
profile [K]  the same under the profiler: operators by their own time on the processor, in milliseconds per step
memory       peak resident memory in MiB
quit
"""

import argparse
import json
import resource
import sys
import time

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

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

    def run(self, steps):
        start = time.perf_counter()
        for _ in range(steps):
            loss = self.step()
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "images": steps * len(self.labels[0]), "loss": loss}

    def profile(self, steps):
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profiler:
            measured = self.run(steps)
        rows = sorted(profiler.key_averages(), key=lambda row: -row.self_cpu_time_total)
        total = sum(row.self_cpu_time_total for row in rows)
        measured["operators"] = [
            {
                "name": row.key,
                "milliseconds": round(row.self_cpu_time_total / 1000 / steps, 3),
                "share": round(row.self_cpu_time_total / total, 4),
                "calls": row.count / steps,
            }
            for row in rows[:25]
        ]
        return measured


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=["tutorial", "tuned"], required=True)
    parser.add_argument("--batches", required=True, help="safetensors: images [B, 128, 1, 28, 28], labels [B, 128]")
    parser.add_argument("--steps", type=int, default=60, help="steps of a `run` that names no number")
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.steps < 1 or arguments.warmup < 0 or arguments.threads < 1:
        parser.error("--steps and --threads must be at least 1, --warmup at least 0")
    torch.set_num_threads(arguments.threads)
    session = Session(arguments.form, load_file(arguments.batches))
    for _ in range(arguments.warmup):
        session.step()
    print(json.dumps({"ready": arguments.form, "torch": torch.__version__, "threads": arguments.threads}), flush=True)
    for line in sys.stdin:
        command, *rest = line.split() or [""]
        number = rest[0] if rest else str(arguments.steps)
        if command == "quit":
            break
        if command in ("run", "profile") and number.isdecimal() and int(number) > 0:
            answer = getattr(session, command)(int(number))
        elif command == "memory":
            # Linux counts this in KiB, macOS in bytes.
            unit = 2**20 if sys.platform == "darwin" else 2**10
            answer = {"peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit}
        else:
            answer = {"error": f"unknown command: {line.strip()}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
