import NeuralNetwork
import Torch

/// Class vectors `[C, D]` of which only the directions count.
struct ClassVectors {
    /// How the vectors of a new head are drawn.
    enum Initialisation {
        /// Glorot and Bengio's uniform numbers.
        case xavierUniform
        /// Standard normal numbers: directions spread evenly.
        case normal
    }

    /// The vectors as they are learnt, of any length.
    let weight: Tensor

    /// Draws the vectors of a new head.
    static func drawn(
        classes: Int, embedding: Int, _ initialisation: Initialisation = .xavierUniform, for head: String,
        using generator: inout some RandomNumberGenerator
    ) -> Parameter {
        require(
            classes > 0 && embedding > 0,
            "\(head): expected positive numbers, got \(classes) classes, embedding \(embedding)")
        let shape = [classes, embedding]
        switch initialisation {
        case .xavierUniform: return Parameter(.xavierUniform(shape, using: &generator))
        case .normal: return Parameter(.normal(shape, using: &generator))
        }
    }

    /// The directions, `[C, D]`.
    var normalised: Tensor { weight.normalised() }

    /// The cosines `[N, C]` of embeddings `[N, D]`, within -1...1, computed in the type of the weights.
    func cosines(_ embeddings: Tensor) -> Tensor {
        require(
            embeddings.rank == 2 && embeddings.size(1) == weight.size(1),
            "cosines: expected embeddings [N, \(weight.size(1))], got \(embeddings.signature)")
        return withPrecision(.fp32, on: embeddings.device) {
            let directions = embeddings.to(weight.dtype).normalizedRows()
            return directions.linear(weight: normalised, bias: nil).heldAsCosines()
        }
    }
}

extension Tensor {
    /// New products of directions, held in place within -1...1, beyond which rounding leaves some.
    ///
    /// The gradient does not see it: a mask of what was held would be one more `[N, C]`.
    func heldAsCosines() -> Tensor {
        withoutGradients { clamp(min: -1, max: 1) }
        return self
    }

    /// Of cosines `[N, C]`, those of the labels, `[N]`.
    func targets(_ labels: Tensor) -> Tensor {
        taken(labels.unsqueezed(1), along: 1).squeezed(1)
    }
}
