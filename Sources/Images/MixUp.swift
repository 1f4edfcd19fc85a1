import Foundation
import Randomness
public import Torch

/// Each image of a batch is mixed with another one: Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018.
///
/// `x = factor * x1 + (1 - factor) * x2`, with one factor a batch, of the law Beta(alpha, alpha). Partners and factor depend on
/// seed, epoch and which samples the batch has, not on their order in it.
public struct MixUp: Sendable, Equatable {
    /// The law's parameter, above 0: near 0 images stay nearly whole, 1 makes every factor as likely.
    public let alpha: Double

    /// Creates the operation.
    ///
    /// - Parameter alpha: the law's parameter; 0.2 is the paper's for ImageNet, 1 for CIFAR-10.
    /// - Precondition: `alpha` is above 0 and finite.
    public init(alpha: Double = 0.2) {
        require(alpha > 0 && alpha.isFinite, "MixUp: expected an alpha above 0, got \(alpha)")
        self.alpha = alpha
    }

    /// Mixes a batch.
    ///
    /// - Parameters:
    ///   - images: `[K, C, H, W]`, floating point.
    ///   - labels: `[K]` int64.
    ///   - indices: the index of each image in its set, K of them.
    ///   - draws: the seed and the epoch.
    /// - Returns: images of the same shape, channels-last, both labels of each, and the factor.
    /// - Precondition: there are as many images, labels and indices, and at least one.
    public func callAsFunction(_ images: Tensor, _ labels: Tensor, indices: [Int], draws: SampleDraws) -> MixedBatch {
        require(
            !indices.isEmpty && images.size(0) == indices.count && labels.count == indices.count,
            "MixUp: expected \(indices.count) images and labels, got \(images.signature) and \(labels.signature)")
        let plan = draw(indices, draws)
        let partners = Tensor(plan.partners.map(Int64.init)).to(images.device)
        let pixels = images.pixelRows
        let others = pixels.gathered(partners)
        return MixedBatch(
            images: (others + (pixels - others) * plan.factor).channelPlanes, labels: labels,
            otherLabels: labels.gathered(partners),
            factor: plan.factor)
    }

    /// The place of each sample's partner in the batch, and the factor.
    func draw(_ indices: [Int], _ draws: SampleDraws) -> (partners: [Int], factor: Double) {
        // Each sample draws a key; in the circle of sorted keys, a sample's partner is the next one.
        let keys = indices.map { index in
            var generator = draws.generator(.mixing, index: index)
            return generator.next()
        }
        let circle = indices.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
        var partners = indices
        for (place, position) in circle.enumerated() { partners[position] = circle[(place + 1) % circle.count] }
        var generator = draws.generator(.mixing, index: indices[circle[0]])
        // The first draw was the key.
        _ = generator.next()
        let first = gamma(using: &generator)
        let second = gamma(using: &generator)
        let sum = first + second
        // Tiny parameters may give two zeros; then the images stay whole.
        return (partners, sum > 0 ? first / sum : 1)
    }

    /// A number of the law Gamma(alpha, 1). Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
    private func gamma(using generator: inout SeededGenerator) -> Double {
        // Below 1 by a draw for alpha + 1 and a power of a uniform number, section 6 of the paper.
        let shape = alpha < 1 ? alpha + 1 : alpha
        let boost = alpha < 1 ? pow(1 - generator.uniform(), 1 / alpha) : 1
        let offset = shape - 1 / 3
        while true {
            let normal = generator.normal()
            let root = 1 + normal / (9 * offset).squareRoot()
            guard root > 0 else { continue }
            let cube = root * root * root
            if log(1 - generator.uniform()) < normal * normal / 2 + offset - offset * cube + offset * log(cube) {
                return offset * cube * boost
            }
        }
    }
}
