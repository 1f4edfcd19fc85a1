"""Templates of several images, joined as insightface's evaluation on IJB-B and IJB-C joins them, one template at a time."""

import numpy
import torch

from fixture import Fixture, generator, normal

CASES = {"several": (40, 6, 9, 3), "one_image_each": (7, 4, 7, 1), "many_media": (60, 5, 4, 8)}


def draws(name):
    """Embeddings of lengths that differ, and for each its template, its medium and what it counts."""
    count, width, templates, media = CASES[name]
    source = generator("templates", name)
    embeddings = normal((count, width), source) * torch.linspace(0.5, 4, count, dtype=torch.float64).unsqueeze(1)
    # Numbers with gaps, in no order, and each at least once.
    numbers = torch.randperm(templates, generator=source) * 17 + 3
    owner = torch.cat([numbers, numbers[torch.randint(templates, (count - templates,), generator=source)]])
    medium = torch.randint(media, (count,), generator=source) + 1000 * owner
    weights = torch.rand(count, generator=source, dtype=torch.float32).double()
    return embeddings.float().double(), owner, medium, weights


def joined(embeddings, owner, medium, weights):
    """The template numbers in ascending order, and the direction of each."""
    numbers, rows = numpy.unique(owner), []
    for number in numbers:
        of_template = owner == number
        features = embeddings[of_template] * weights[of_template][:, None]
        media = medium[of_template]
        means = [features[media == one].mean(0) for one in numpy.unique(media)]
        total = numpy.sum(means, axis=0)
        rows.append(total / numpy.sqrt(numpy.sum(total**2)))
    return numbers, numpy.stack(rows)


def generate(folder):
    fixture = Fixture("templates")
    for name in CASES:
        for weighted in (True, False):
            embeddings, owner, medium, weights = draws(name)
            if not weighted:
                weights = torch.ones_like(weights)
            numbers, directions = joined(*(value.numpy() for value in (embeddings, owner, medium, weights)))
            fixture.add(
                f"{name}_{'weighted' if weighted else 'plain'}",
                {"weighted": weighted},
                {
                    "embeddings": embeddings,
                    "templates": owner,
                    "media": medium,
                    "weights": weights,
                    "numbers": torch.from_numpy(numbers),
                    "directions": torch.from_numpy(directions),
                    "cosines": torch.from_numpy(directions @ directions.T),
                },
            )
    fixture.write(folder)
