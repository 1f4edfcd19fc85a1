"""Batch normalisation with an addition and the positive part: odd shapes, in training and with running statistics."""

from fixture import Fixture, generator, normal, rounded
from torch.nn import functional

SHAPES = {
    "one_channel": [2, 1, 3, 5],
    "three_channels": [5, 3, 7, 1],
    "points": [9, 17, 1, 1],
    "one_image": [1, 64, 2, 3],
    "some_channels": [2, 24, 3, 3],
    "two_values": [1, 3, 2, 1],
    "rows": [21, 17],
}
EPSILON, MOMENTUM = 1e-5, 0.1


def coarse(shape, source):
    """Normal draws that bfloat16 holds exactly, so that one fixture serves every precision."""
    return normal(shape, source).bfloat16().double()


def add(fixture, case, values, training, residual, rectified):
    source = generator("batch_norm", case)
    channels = values.shape[1]
    given = {
        "input": values,
        "weight": normal([channels], source),
        "bias": normal([channels], source),
        "running_mean": normal([channels], source),
        "running_var": (normal([channels], source).square() + 0.5).float().double(),
        "gradient.output": coarse(values.shape, source),
    }
    if residual:
        given["residual"] = coarse(values.shape, source)
    leaves = {
        key: given[key].clone().requires_grad_() for key in ("input", "weight", "bias", "residual") if key in given
    }
    mean, variance = given["running_mean"].clone(), given["running_var"].clone()
    output = functional.batch_norm(
        leaves["input"], mean, variance, leaves["weight"], leaves["bias"], training, MOMENTUM, EPSILON
    )
    if residual:
        output = output + leaves["residual"]
    if rectified:
        output = output.relu()
    output.backward(given["gradient.output"])
    results = {"output": output, "new_mean": mean, "new_var": variance}
    results |= {f"gradient.{key}": leaf.grad for key, leaf in leaves.items()}
    settings = dict(training=training, residual=residual, rectified=rectified)
    fixture.add(case, settings, rounded(given | results))


def generate(folder):
    fixture = Fixture("batch_norm")
    for name, shape in SHAPES.items():
        for ending in ("plain", "rectified", "added", "added_rectified"):
            for mode in ("training", "running"):
                case = f"{name}_{ending}_{mode}"
                values = 2 * coarse(shape, generator("batch_norm", case, "input"))
                add(fixture, case, values, mode == "training", "added" in ending, "rectified" in ending)
    constant = coarse([3, 3, 2, 2], generator("batch_norm", "constant"))
    constant[:, 1] = 2.5
    add(fixture, "constant_channel", constant, True, False, True)
    # The mean is 10,000 deviations from zero; float32 holds steps of a thousandth there, bfloat16 none.
    far = (normal([4, 5, 6, 7], generator("batch_norm", "far")) + 10_000).float().double()
    add(fixture, "far_from_zero", far, True, False, False)
    fixture.write(folder)
