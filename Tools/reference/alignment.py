"""Similarity transforms of five points by scikit-image, which insightface calls for them, and warps by OpenCV."""

import cv2
import numpy
import torch
from skimage.transform import SimilarityTransform

from fixture import Fixture, generator

SQUARE = numpy.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
TEMPLATES = {"112x112": SQUARE, "112x96": SQUARE - [8, 0]}

# H, W, C of the image; angle in degrees, scale from template to image, shift; noise on the points in pixels.
FACES = {
    "as_is": ((112, 112, 1), 0, 1.0, (0, 0), 0.0),
    "upright": ((150, 130, 3), 4, 1.1, (12, 9), 1.0),
    "turned": ((160, 180, 1), 65, 1.0, (110, 10), 2.0),
    "upside_down": ((150, 150, 1), 178, 1.0, (130, 130), 1.5),
    "large": ((360, 300, 1), -20, 2.3, (10, 100), 6.0),
    "small": ((60, 50, 1), 8, 0.3, (8, 6), 0.4),
    "half_outside": ((90, 120, 3), 12, 1.2, (-40, -30), 1.0),
    "far_outside": ((64, 64, 3), 0, 1.0, (900, 900), 1.0),
    "noisy_points": ((140, 140, 1), 0, 1.0, (10, 10), 25.0),
}

NARROW = ("upright", "half_outside")


def photograph(shape, source):
    """Smooth patches and a few edges, uint8: what pictures of faces are made of, drawn by chance."""
    height, width, channels = shape
    coarse = torch.rand((1, channels, max(2, height // 12), max(2, width // 12)), generator=source)
    smooth = torch.nn.functional.interpolate(coarse, size=(height, width), mode="bicubic", align_corners=False)[0]
    smooth[:, height // 3 : height // 3 + 4, :] = 0.9
    smooth[:, :, width // 2 : width // 2 + 3] = 0.1
    return smooth.clamp(0, 1).mul(255).round().to(torch.uint8).permute(1, 2, 0).contiguous()


def marked(name, template):
    """Five points in the image whose face is turned, scaled and shifted, with noise."""
    _, angle, scale, shift, noise = FACES[name]
    turn = numpy.radians(angle)
    matrix = scale * numpy.array([[numpy.cos(turn), -numpy.sin(turn)], [numpy.sin(turn), numpy.cos(turn)]])
    draws = torch.randn((5, 2), generator=generator("alignment", name, "points"), dtype=torch.float64).numpy()
    return template @ matrix.T + shift + noise * draws


def generate(folder):
    fixture = Fixture("alignment")
    for name, (shape, *_) in FACES.items():
        image = photograph(shape, generator("alignment", name, "image"))
        for size, template in TEMPLATES.items():
            if size != "112x112" and name not in NARROW:
                continue
            height, width = (int(part) for part in size.split("x"))
            points = marked(name, template)
            matrix = SimilarityTransform.from_estimate(points, template).params[:2]
            face = cv2.warpAffine(image.numpy(), matrix, (width, height), borderValue=0)
            fixture.add(
                f"{name}_{size}",
                {"kind": "face", "template": size},
                {
                    "points": torch.from_numpy(points),
                    "matrix": torch.from_numpy(matrix),
                    "image": image.permute(2, 0, 1),
                    "face": torch.from_numpy(face.reshape(height, width, shape[2])).permute(2, 0, 1),
                },
            )
    points = torch.randn((68, 2), generator=generator("alignment", "ibug"), dtype=torch.float64)
    eyes = [points[[36, 39]].mean(0), points[[42, 45]].mean(0)]
    fixture.add(
        "ibug", {"kind": "ibug"}, {"points": points, "five": torch.stack([*eyes, points[30], points[48], points[54]])}
    )
    fixture.write(folder)
