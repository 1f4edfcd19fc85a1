extension ResNet {
    /// What comes before the blocks.
    public enum Stem: String, Sendable, CaseIterable, Codable {
        /// A convolution of 7 x 7 with stride 2 and a max-pool with stride 2, for images of about 224 x 224.
        case imagenet
        /// A convolution of 3 x 3 with stride 1 and no pool, for images of about 32 x 32. He et al., CVPR 2016,
        /// section 4.2.
        case cifar
    }
}
