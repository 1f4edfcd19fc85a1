"""PyTorch trains ResNet18 for images of 32 x 32 (a 3 x 3 stem, no pool) on preloaded batches.

Two forms:

tutorial  as the write-ups have it: NCHW, float32, default optimizer and zero_grad; the images are normalised to float32
          before the clock starts.
tuned     channels-last model and images, bfloat16 autocast, zero_grad(set_to_none=True), fused SGD, activations and
          additions in place; the images stay bytes and each batch is normalised on the clock.

On the clock in both: forward, cross entropy, backward, the optimizer's step, `loss.item()` of every step. Nothing is
compiled. How the process answers is said in `server.py`.
"""

import torch
from safetensors.torch import load_file
from server import arguments_parser, parse, serve
from torch import nn
from torch.nn import functional


def convolution(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class Block(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = convolution(inputs, width, 3, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = convolution(width, width, 3)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = None
        if stride != 1 or inputs != width:
            self.downsample = nn.Sequential(convolution(inputs, width, 1, stride), nn.BatchNorm2d(width))

    def forward(self, values):
        hidden = functional.relu(self.bn1(self.conv1(values)), inplace=True)
        hidden = self.bn2(self.conv2(hidden))
        hidden += values if self.downsample is None else self.downsample(values)
        return functional.relu(hidden, inplace=True)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = convolution(3, 64, 3)
        self.bn1 = nn.BatchNorm2d(64)
        blocks, inputs = [], 64
        for stage in range(4):
            for index in range(2):
                blocks.append(Block(inputs, 64 << stage, 2 if index == 0 and stage > 0 else 1))
                inputs = 64 << stage
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(512, 10)

    def forward(self, images):
        values = functional.relu(self.bn1(self.conv1(images)), inplace=True)
        return self.fc(functional.adaptive_avg_pool2d(self.blocks(values), 1).flatten(1))


class Session:
    def __init__(self, form, batches):
        torch.manual_seed(0)
        self.tuned = form == "tuned"
        self.net = Net()
        self.images = list(batches["images"])
        self.labels = list(batches["labels"])
        if self.tuned:
            self.net = self.net.to(memory_format=torch.channels_last)
        else:
            self.images = [self.normalized(images) for images in self.images]
        options = {"fused": True} if self.tuned else {}
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.01, momentum=0.9, weight_decay=0.0005, **options)
        self.position = 0

    @staticmethod
    def normalized(images):
        return images.float().mul_(1 / 64).sub_(2)

    def step(self):
        images = self.images[self.position % len(self.images)]
        labels = self.labels[self.position % len(self.labels)]
        self.position += 1
        if self.tuned:
            images = self.normalized(images).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.tuned):
            predictions = self.net(images)
        loss = functional.cross_entropy(predictions.float(), labels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def main():
    parser = arguments_parser(__doc__)
    parser.add_argument("--form", choices=["tutorial", "tuned"], required=True)
    parser.add_argument("--batches", required=True, help="safetensors: images [B, 128, 3, 32, 32], labels [B, 128]")
    arguments = parse(parser)
    serve(arguments, arguments.form, Session(arguments.form, load_file(arguments.batches)))


if __name__ == "__main__":
    main()
