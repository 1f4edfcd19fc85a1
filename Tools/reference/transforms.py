"""Geometry and augmentation of images: what torchvision makes of them, one image at a time, with given parameters."""

import io

import numpy
import torch
import vision  # noqa: F401  torchvision cannot be imported without it everywhere
from fixture import Fixture, generator
from PIL import Image
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional


def picture(height, width, *seed):
    """Bytes [height, width, 3] with soft gradients, hard edges and noise."""
    source = generator("picture", height, width, *seed)
    rows = torch.linspace(0, 1, height)[:, None, None]
    columns = torch.linspace(0, 1, width)[None, :, None]
    phases = torch.rand(3, generator=source) * 6
    waves = 128 + 90 * torch.sin(9 * rows + phases) * torch.cos(7 * columns - phases)
    noise = torch.randn(height, width, 3, generator=source) * 12
    edges = 70 * ((columns * width).long() // 9 % 2 == 0)
    return (waves + noise + edges).clamp(0, 255).to(torch.uint8)


def planes(pixels):
    """[H, W, C] as [C, H, W], a view, so that torchvision takes the way of channels-last images."""
    return pixels.permute(2, 0, 1)


def geometry(fixture):
    evaluations = [
        (67, 41, 32, 28),
        (41, 67, 32, 32),
        (50, 51, 24, 21),
        (30, 45, 33, 32),
        (32, 40, 32, 27),
        (64, 64, 32, 32),
        (21, 160, 17, 12),
    ]
    for height, width, resize, crop in evaluations:
        pixels = picture(height, width)
        whole = v2.Compose([v2.Resize(resize, antialias=True), v2.CenterCrop(crop)])
        fixture.add(
            f"evaluation_{height}x{width}_to_{resize}_{crop}",
            {"kind": "evaluation", "resize": resize, "crop": crop},
            {"pixels": pixels, "output": whole(planes(pixels)).permute(1, 2, 0)},
        )
    for height, width, new_height, new_width in [(37, 53, 24, 24), (19, 12, 24, 31), (24, 24, 24, 24)]:
        pixels = picture(height, width)
        output = functional.resize(planes(pixels), [new_height, new_width], antialias=True)
        fixture.add(
            f"squash_{height}x{width}_to_{new_height}x{new_width}",
            {"kind": "squash", "height": new_height, "width": new_width},
            {"pixels": pixels, "output": output.permute(1, 2, 0)},
        )


def files(fixture):
    """JPEG files through Pillow, as torchvision's data sets read them."""
    for height, width, mode in [(75, 50, "RGB"), (48, 64, "RGB"), (61, 61, "L")]:
        buffer = io.BytesIO()
        Image.fromarray(picture(height, width, "file").numpy()).convert(mode).save(buffer, "JPEG", quality=90)
        image = Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")
        output = v2.Compose([v2.Resize(40), v2.CenterCrop(32)])(image)
        fixture.add(
            f"file_{height}x{width}_{mode}",
            {"kind": "file", "resize": 40, "crop": 32},
            {
                "bytes": torch.frombuffer(bytearray(buffer.getvalue()), dtype=torch.uint8),
                "output": torch.from_numpy(numpy.array(output)),
            },
        )


ADJUSTMENTS = {
    "brightness": functional.adjust_brightness,
    "contrast": functional.adjust_contrast,
    "saturation": functional.adjust_saturation,
    "hue": functional.adjust_hue,
}


def colors(fixture):
    plans = [
        [],
        [("brightness", 0.6)],
        [("brightness", 1.7)],
        [("contrast", 0.3)],
        [("contrast", 1.9)],
        [("saturation", 0.0)],
        [("saturation", 1.8)],
        [("hue", 0.21)],
        [("hue", -0.47)],
        [("hue", 0.5)],
        [("hue", -0.1), ("contrast", 1.4), ("brightness", 1.2), ("saturation", 1.5)],
        [("saturation", 0.7), ("brightness", 0.8), ("hue", 0.33), ("contrast", 0.6)],
    ]
    for channels in (3, 1):
        images = torch.stack([planes(picture(9, 7, index))[:channels] for index in range(len(plans))])
        # Black, white and grey have no hue.
        images[:, :, 0, 0] = 0
        images[:, :, 0, 1] = 255
        images[:, :, 0, 2] = 100
        values = images.float() / 255
        outputs = []
        for image, plan in zip(values, plans):
            for name, amount in plan:
                image = ADJUSTMENTS[name](image, amount)
            outputs.append(image)
        fixture.add(
            f"jitter_{channels}",
            {"kind": "jitter", "plans": [[{"change": name, "amount": amount} for name, amount in plan] for plan in plans]},
            {"images": values.permute(0, 2, 3, 1), "output": torch.stack(outputs).permute(0, 2, 3, 1)},
        )


def batches(fixture):
    mean, deviation, padding = [0.49, 0.48, 0.45], [0.25, 0.24, 0.26], 3
    tops, lefts = [0, 6, 3, 2, 5], [6, 0, 3, 4, 1]
    flips = [False, True, True, False, True]
    erased = [None, [0, 0, 3, 9], [4, 2, 7, 1], None, [11, 9, 1, 1]]
    images = torch.stack([planes(picture(12, 10, "batch", index)) for index in range(len(tops))])
    for mode in ("zeros", "reflection"):
        outputs = []
        for image, top, left, flip, rectangle in zip(images, tops, lefts, flips, erased):
            image = functional.pad(image, [padding] * 4, padding_mode={"zeros": "constant", "reflection": "reflect"}[mode])
            image = functional.crop(image, top, left, 12, 10)
            if flip:
                image = functional.horizontal_flip(image)
            image = functional.normalize(image.float() / 255, mean, deviation)
            if rectangle is not None:
                image = functional.erase(image, *rectangle, torch.zeros(3, 1, 1))
            outputs.append(image)
        fixture.add(
            f"batch_{mode}",
            {
                "kind": "batch",
                "fill": mode,
                "padding": padding,
                "mean": mean,
                "deviation": deviation,
                "tops": tops,
                "lefts": lefts,
                "flips": flips,
                # An empty list where nothing is erased; otherwise top, left, height, width.
                "erased": [rectangle or [] for rectangle in erased],
            },
            {"images": images, "output": torch.stack(outputs)},
        )


def generate(folder):
    fixture = Fixture("transforms")
    geometry(fixture)
    files(fixture)
    colors(fixture)
    batches(fixture)
    fixture.write(folder)
