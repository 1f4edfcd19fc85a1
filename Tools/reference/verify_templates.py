"""Templates again, by one matrix that holds what each image counts in each template."""

import numpy

from checking import cases, close


def verify_templates(path):
    for settings, tensors in cases(path):
        what, owner, media = settings["name"], tensors["templates"], tensors["media"]
        share = numpy.zeros((len(tensors["numbers"]), len(owner)))
        for image, (template, medium) in enumerate(zip(owner, media, strict=True)):
            alike = numpy.count_nonzero((owner == template) & (media == medium))
            share[list(tensors["numbers"]).index(template), image] = tensors["weights"][image] / alike
        sums = share @ tensors["embeddings"]
        close(f"{what} directions", tensors["directions"], sums / numpy.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
        close(f"{what} cosines", tensors["cosines"], tensors["directions"] @ tensors["directions"].T, 1e-12)
