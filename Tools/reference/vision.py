"""Gives torchvision, whose compiled part may be for another build of PyTorch: its transforms need nothing of that."""

import torch

library = torch.library.Library("torchvision", "FRAGMENT")
try:
    import torchvision
except RuntimeError:
    # It describes these operators of the compiled part without looking whether they are there.
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

__all__ = ["torchvision"]
