import Torch

/// The cases in which each class in turn is left out of training, to be unknown in measuring.
public struct ClassRotation: Sendable, Equatable {
    /// Which classes one case trains on.
    public struct Case: Sendable, Equatable {
        /// The number of the case, from 0.
        public let index: Int
        /// The classes that are left out, beginning with `index` and going on from 0 after the last.
        public let unknown: [Int]
        /// All others, in rising order.
        public let known: [Int]
    }

    /// As many cases as there are classes.
    public let cases: [Case]

    /// Lists the cases: in case `i` the classes `i` to `i + unknown - 1`, modulo their number, are unknown.
    ///
    /// - Parameters:
    ///   - classes: the number of classes, at least 2.
    ///   - unknown: how many are left out, at least 1 and fewer than all.
    public init(classes: Int, unknown: Int) {
        require(
            unknown >= 1 && unknown < classes,
            "ClassRotation: expected 1 to \(classes - 1) unknown classes of \(classes), got \(unknown)")
        cases = (0..<classes).map { index in
            let left = (index..<index + unknown).map { $0 % classes }
            return Case(index: index, unknown: left, known: (0..<classes).filter { !left.contains($0) })
        }
    }
}
