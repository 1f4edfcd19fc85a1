import NeuralNetwork
import Torch

/// A head that learns by the cross entropy of its logits.
public protocol CrossEntropyHead: ClassifierHead {
    /// e, the share of each label that is divided among all classes while the head trains, from 0 to below 1; 0 to begin with.
    ///
    /// The label's probability should then be `1 - e + e / C` and that of each other class `e / C`, so that no sample pulls without
    /// end. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016; 0.1 there, and in the usual
    /// training for re-identification, Luo et al., "Bag of Tricks and a Strong Baseline for Deep Person
    /// Re-Identification", CVPR Workshops 2019.
    var labelSmoothing: Double { get set }
}

extension CrossEntropyHead {
    /// The label smoothing of a step: none while the head does not train.
    var smoothing: Double { isTraining ? labelSmoothing : 0 }

    /// The mean cross entropy of logits `[N, C]` with labels `[N]`.
    func crossEntropy(_ logits: Tensor, _ labels: Tensor) -> Tensor {
        // The mean over an empty batch would be NaN; its sum is 0 and still belongs to the graph.
        labels.count == 0 ? logits.sum() : logits.crossEntropy(labels, smoothing: smoothing)
    }

    /// The mean cross entropy of logits `[N, C]`, which are overwritten at the labels by `target`, `[N]`.
    func crossEntropy(_ logits: Tensor, _ labels: Tensor, target: Tensor) -> Tensor {
        logits.put(target.unsqueezed(1), at: labels.unsqueezed(1), along: 1)
        return crossEntropy(logits, labels)
    }
}
