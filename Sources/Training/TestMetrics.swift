/// What the images that are measured on came to after an epoch.
public enum TestMetrics: Codable, Sendable, Equatable {
    /// Images of the classes that were learnt: their mean loss, the share that is right, and the F1 weighted by class.
    case classes(loss: Double, accuracy: Double, f1: Double)
    /// Images of other classes, each searched for among the others by cosine: the share whose nearest is of its class, and MAP@R. Those
    /// whose class has no other are left out.
    case unseenClasses(precisionAt1: Double, meanAveragePrecisionAtR: Double)

    /// What the best epoch is chosen by: the accuracy, or the precision at 1.
    public var score: Double {
        switch self {
        case .classes(_, let accuracy, _): accuracy
        case .unseenClasses(let precision, _): precision
        }
    }

    /// What ``score`` is called.
    public var scoreName: String {
        switch self {
        case .classes: "test accuracy"
        case .unseenClasses: "test P@1"
        }
    }

    /// The mean loss; nil for classes that were not learnt, which have none.
    public var loss: Double? {
        if case .classes(let loss, _, _) = self { loss } else { nil }
    }

    /// The second score beside the first: F1, or MAP@R.
    public var secondScore: Double {
        switch self {
        case .classes(_, _, let f1): f1
        case .unseenClasses(_, let precision): precision
        }
    }

    /// The names and values, as tables show them.
    var columns: [(name: String, value: Double)] {
        switch self {
        case .classes(let loss, let accuracy, let f1):
            [("test loss", loss), ("test accuracy", accuracy), ("test F1", f1)]
        case .unseenClasses(let precision, let mean): [("test P@1", precision), ("test MAP@R", mean)]
        }
    }

    private enum CodingKeys: String, CodingKey {
        case testLoss, testAccuracy, testF1, testPrecisionAt1, testMeanAveragePrecisionAtR
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if container.contains(.testPrecisionAt1) {
            self = .unseenClasses(
                precisionAt1: try container.decode(Double.self, forKey: .testPrecisionAt1),
                meanAveragePrecisionAtR: try container.decode(Double.self, forKey: .testMeanAveragePrecisionAtR))
        } else {
            self = .classes(
                loss: try container.decode(Double.self, forKey: .testLoss),
                accuracy: try container.decode(Double.self, forKey: .testAccuracy),
                f1: try container.decode(Double.self, forKey: .testF1))
        }
    }

    /// Writes the numbers beside what else the encoder holds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .classes(let loss, let accuracy, let f1):
            try container.encode(loss, forKey: .testLoss)
            try container.encode(accuracy, forKey: .testAccuracy)
            try container.encode(f1, forKey: .testF1)
        case .unseenClasses(let precision, let mean):
            try container.encode(precision, forKey: .testPrecisionAt1)
            try container.encode(mean, forKey: .testMeanAveragePrecisionAtR)
        }
    }
}
