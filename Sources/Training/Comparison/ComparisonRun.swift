/// One training of a comparison.
public struct ComparisonRun: Sendable {
    /// What is trained.
    public let method: ComparedMethod
    /// What its draws start from.
    public let seed: UInt64
    /// The classes that it never sees; nil where it learns all.
    public let rotation: Rotation?

    /// Which classes are left out.
    public struct Rotation: Sendable {
        /// The number of the rotation, from 0.
        public let index: Int
        /// The classes that training sees.
        public let known: [Int]
        /// Those that it does not.
        public let unknown: [Int]
    }

    /// The folder of the training within that of the comparison.
    public var folder: String {
        let part = rotation.map { "rotation-\($0.index)-" } ?? ""
        return "\(method.name)/\(part)seed-\(seed)"
    }
}
