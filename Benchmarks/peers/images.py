"""Photographs from JPEG files to normalised training batches: random resized crop to 224 x 224, flip, normalisation.

The way of torchvision's training references: Pillow decodes, the transforms follow one by one, a DataLoader's processes
work ahead (`--workers 0`: none, all in this process). Batches are float32; each is made contiguous in channels-last, as
the network wants it.

`--make COUNT` writes so many JPEG files of 500 x 334 into the folder and ends: clouds of 1/f noise in two qualities, about
90 kB each.

It answers the commands of `server.py`; a step is one batch.
"""

import sys
from pathlib import Path

import numpy
import torch
from PIL import Image

from server import arguments_parser, parse, serve

sys.path.append(str(Path(__file__).resolve().parents[2] / "Tools" / "reference"))

HEIGHT, WIDTH = 334, 500
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def make(folder, count):
    draws = numpy.random.default_rng(0)
    distance = numpy.hypot(numpy.fft.fftfreq(HEIGHT)[:, None], numpy.fft.rfftfreq(WIDTH)[None])
    distance[0, 0] = 1 / WIDTH

    def cloud():
        noise = draws.normal(size=distance.shape) + 1j * draws.normal(size=distance.shape)
        plane = numpy.fft.irfft2(noise / distance**1.1, s=(HEIGHT, WIDTH))
        return (plane - plane.mean()) / plane.std()

    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        light = cloud()
        color = numpy.stack([128 + 50 * (0.85 * light + 0.4 * cloud()) for _ in range(3)], axis=-1)
        grain = draws.normal(size=color.shape) * 2
        image = Image.fromarray(numpy.clip(color + grain, 0, 255).astype(numpy.uint8))
        image.save(folder / f"{index:04}.jpg", quality=92 if index % 2 else 85)


class Files(torch.utils.data.Dataset):
    def __init__(self, folder, transform):
        self.paths = sorted(folder.glob("*.jpg"))
        self.transform = transform

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as image:
            return self.transform(image.convert("RGB")), index % 10


class Pipeline:
    def __init__(self, folder, batch, workers):
        # Not at the top: writing the files needs none of it.
        import vision  # noqa: F401  torchvision cannot be imported without it everywhere
        from torchvision import transforms

        transform = transforms.Compose(
            [
                transforms.RandomResizedCrop(224),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize(MEAN, DEVIATION),
            ]
        )
        self.loader = torch.utils.data.DataLoader(
            Files(folder, transform),
            batch_size=batch,
            shuffle=True,
            drop_last=True,
            num_workers=workers,
            persistent_workers=workers > 0,
        )
        self.batches = iter(self.loader)

    def step(self):
        batch = next(self.batches, None)
        if batch is None:
            self.batches = iter(self.loader)
            batch = next(self.batches)
        images, _ = batch
        return images.contiguous(memory_format=torch.channels_last)[0, 0, 0, 0].item()


def main():
    parser = arguments_parser(__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--make", type=int, help="write so many files and end")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parse(parser)
    if arguments.make:
        make(arguments.folder, arguments.make)
    else:
        serve(arguments, "torchvision", Pipeline(arguments.folder, arguments.batch, arguments.workers))


if __name__ == "__main__":
    main()
