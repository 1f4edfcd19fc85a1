import NeuralNetwork

extension ResNet {
    /// The published sizes. He et al., CVPR 2016, table 1.
    public enum Variant: String, Sendable, CaseIterable, Codable {
        /// Two, two, two and two basic blocks.
        case resnet18
        /// Three, four, six and three basic blocks.
        case resnet34
        /// Three, four, six and three bottlenecks.
        case resnet50
        /// Three, four, 23 and three bottlenecks.
        case resnet101
        /// Three, eight, 36 and three bottlenecks.
        case resnet152

        /// How many blocks each of the four stages has.
        var blocks: [Int] {
            switch self {
            case .resnet18: [2, 2, 2, 2]
            case .resnet34, .resnet50: [3, 4, 6, 3]
            case .resnet101: [3, 4, 23, 3]
            case .resnet152: [3, 8, 36, 3]
            }
        }

        /// How many times its width a block gives.
        var expansion: Int {
            switch self {
            case .resnet18, .resnet34: 1
            case .resnet50, .resnet101, .resnet152: 4
            }
        }

        /// The number of features after the last block: 512, or 2048 for bottlenecks.
        public var features: Int { 512 * expansion }

        /// A block for that many input channels.
        func block(
            _ inputs: Int, _ width: Int, stride: Int, lastScale: Double,
            using generator: inout some RandomNumberGenerator
        ) -> any Layer {
            if expansion == 1 {
                BasicBlock(inputs, width, stride: stride, lastScale: lastScale, using: &generator)
            } else {
                Bottleneck(
                    inputs, width, expansion: expansion, stride: stride, lastScale: lastScale, using: &generator)
            }
        }
    }
}
