extension MarginCurve {
    /// Where a curve does something else than fall, which is all that it should do from 0 to pi.
    public struct Shape: Sendable, Equatable {
        /// A step of the logit at one angle.
        public struct Jump: Sendable, Equatable {
            /// Where, in radians.
            public let angle: Double
            /// The logit just before.
            public let from: Double
            /// The logit just behind.
            public let to: Double
        }

        /// Angles in radians where the logit rises, so that samples are pushed away from their class.
        public let rising: [ClosedRange<Double>]
        /// Angles in radians where the logit stays, so that samples learn nothing from their own class.
        public let flat: [ClosedRange<Double>]
        /// Its steps, in the order of the angles.
        public let jumps: [Jump]

        /// Whether the logit falls from 0 to pi.
        public var falls: Bool { rising.isEmpty && flat.isEmpty && jumps.allSatisfy { $0.to < $0.from } }
    }

    private enum Course {
        case falling, flat, rising
    }

    /// Places looked at from 0 to pi: one each hundredth of a degree, between which bisection finds where something begins.
    private static let count = 18_000

    /// The least slope and step that count, as a share of the scale.
    private static let least = 1e-7

    /// Where the curve does something else than fall.
    public func shape() -> Shape {
        let angles = (0...Self.count).map { .pi * (Double($0) / Double(Self.count)) }
        let samples = self(at: angles)
        var jumps: [Shape.Jump] = []
        for index in 1..<angles.count where surprise(samples, index - 1, index, angles) > Self.least {
            if let jump = jump(between: angles[index - 1], angles[index]) { jumps.append(jump) }
        }
        let courses = samples.derivatives.map(course)
        // The end itself has no slope where the curve is a cosine there; its neighbour tells what comes to it.
        let inner = [courses[1]] + courses[1..<Self.count] + [courses[Self.count - 1]]
        return Shape(
            rising: ranges(of: .rising, inner, angles), flat: ranges(of: .flat, inner, angles), jumps: jumps)
    }

    private func course(_ derivative: Double) -> Course {
        abs(derivative) <= Self.least * factor ? .flat : derivative > 0 ? .rising : .falling
    }

    /// By how much of the scale two neighbours differ beyond what their slopes explain.
    private func surprise(_ samples: Samples, _ first: Int, _ second: Int, _ angles: [Double]) -> Double {
        let slope = (samples.derivatives[first] + samples.derivatives[second]) / 2
        let expected = slope * (angles[second] - angles[first])
        return abs(samples.logits[second] - samples.logits[first] - expected) / factor
    }

    /// The step between two angles, if it stays however near they come.
    private func jump(between first: Double, _ second: Double) -> Shape.Jump? {
        var (low, high) = (first, second)
        while high - low > 1e-9 {
            let angles = [low, (low + high) / 2, high]
            let samples = self(at: angles)
            if surprise(samples, 0, 1, angles) > surprise(samples, 1, 2, angles) {
                high = angles[1]
            } else {
                low = angles[1]
            }
        }
        let logits = self(at: [low, high]).logits
        guard abs(logits[1] - logits[0]) > Self.least * factor else { return nil }
        return Shape.Jump(angle: (low + high) / 2, from: logits[0], to: logits[1])
    }

    private func ranges(of wanted: Course, _ courses: [Course], _ angles: [Double]) -> [ClosedRange<Double>] {
        var ranges: [ClosedRange<Double>] = []
        var start: Double?
        for index in angles.indices {
            let before = index > 0 && courses[index - 1] == wanted
            if courses[index] == wanted && !before {
                start = index == 0 ? 0 : border(of: wanted, angles[index - 1], angles[index])
            }
            if let begin = start, before && courses[index] != wanted {
                ranges.append(begin...border(of: wanted, angles[index - 1], angles[index]))
                start = nil
            }
        }
        if let start { ranges.append(start...Double.pi) }
        // A single place of no slope between two falls is a bend, no range.
        return ranges.filter { $0.upperBound - $0.lowerBound > 1e-5 }
    }

    /// The angle between `low` and `high` at which the curve begins or ceases to run as `wanted`.
    private func border(of wanted: Course, _ low: Double, _ high: Double) -> Double {
        let ends = self(at: [low, high]).derivatives.map { course($0) == wanted }
        var (low, high) = (low, high)
        while high - low > 1e-9 {
            let middle = (low + high) / 2
            if (self(at: [middle]).derivatives.first.map(course) == wanted) == ends[0] {
                low = middle
            } else {
                high = middle
            }
        }
        return (low + high) / 2
    }
}
