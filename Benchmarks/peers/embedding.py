"""PyTorch and onnxruntime embed given images with given weights.

Three forms:

tutorial     PyTorch as it comes: NCHW, float32
tuned        PyTorch, channels-last model and images, bfloat16 autocast
onnxruntime  float32, the network exported by PyTorch for this very batch, all of onnxruntime's optimisations

The networks are ResNet18 for images of 32 x 32, as in `resnet.py`, and insightface's IResNet.
On the clock: from float32 images NCHW to float32 embeddings, and their mean absolute value. How the process answers is said
in `server.py`.
"""

import logging
import pathlib
import re
import sys
import tempfile
import warnings

import torch
from resnet import Net
from safetensors.torch import load_file
from server import arguments_parser, parse, serve
from torch import nn

sys.path.append(str(pathlib.Path(__file__).parents[2] / "Tools" / "reference"))
from iresnet import IResNet  # noqa: E402

BLOCKS = {"iresnet50": [3, 4, 14, 3], "iresnet100": [3, 13, 30, 3]}


def network(name):
    if name in BLOCKS:
        return IResNet(BLOCKS[name])
    model = Net()
    model.fc = nn.Identity()
    return model


def renamed(weights):
    """Stages `layer1` to `layer4` of two blocks each as one list `blocks`."""
    return {
        re.sub(r"^layer(\d)\.(\d)", lambda found: f"blocks.{2 * int(found[1]) - 2 + int(found[2])}", name): value
        for name, value in weights.items()
    }


def exported(model, images, threads):
    import onnxruntime

    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/network.onnx"
        torch.onnx.export(model, (images,), path, input_names=["images"], verbose=False)
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class Session:
    def __init__(self, form, name, weights, images, threads):
        self.tuned = form == "tuned"
        self.images = images
        model = network(name)
        model.load_state_dict(weights if name in BLOCKS else renamed(weights))
        self.model = model.eval().requires_grad_(False)
        self.session = None
        if form == "onnxruntime":
            self.session = exported(self.model, images, threads)
            del self.model
        elif self.tuned:
            self.model = self.model.to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def step(self):
        if self.session:
            embeddings = torch.from_numpy(self.session.run(None, {"images": self.images.numpy()})[0])
        elif self.tuned:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                embeddings = self.model(self.images.contiguous(memory_format=torch.channels_last)).float()
        else:
            embeddings = self.model(self.images)
        return embeddings.abs().mean().item()


def main():
    parser = arguments_parser(__doc__)
    parser.add_argument("--form", choices=["tutorial", "tuned", "onnxruntime"], required=True)
    parser.add_argument("--network", choices=["resnet18", *BLOCKS], required=True)
    parser.add_argument("--weights", required=True, help="safetensors: the network's state, and `images` [N, 3, H, W]")
    arguments = parse(parser)
    weights = load_file(arguments.weights)
    images = weights.pop("images")
    serve(arguments, arguments.form, Session(arguments.form, arguments.network, weights, images, arguments.threads))


if __name__ == "__main__":
    main()
