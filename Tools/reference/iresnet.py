"""insightface's IResNet built again, since insightface publishes no package of it."""

from torch import nn


class IBlock(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.prelu = nn.PReLU(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(width)
        self.downsample = None
        if stride > 1 or inputs != width:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width)
            )

    def forward(self, values):
        shortcut = values if self.downsample is None else self.downsample(values)
        return shortcut + self.bn3(self.conv2(self.prelu(self.bn2(self.conv1(self.bn1(values))))))


class IResNet(nn.Module):
    """Same keys and, under the same weights, same outputs as arcface_torch's (insightface at 04a433f)."""

    def __init__(self, blocks):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.prelu = nn.PReLU(64)
        width = 64
        for stage, count in enumerate(blocks):
            layers = []
            for block in range(count):
                layers.append(IBlock(width, 64 << stage, 1 if block else 2))
                width = 64 << stage
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.bn2 = nn.BatchNorm2d(512)
        self.fc = nn.Linear(512 * 7 * 7, 512)
        self.features = nn.BatchNorm1d(512)
        self.features.weight.requires_grad = False

    def forward(self, values):
        values = self.prelu(self.bn1(self.conv1(values)))
        values = self.layer4(self.layer3(self.layer2(self.layer1(values))))
        return self.features(self.fc(self.bn2(values).flatten(1)))
