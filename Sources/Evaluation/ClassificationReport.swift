/// How well predicted classes agree with true ones.
public struct ClassificationReport: Sendable, Equatable {
    /// Precision, recall and their harmonic mean for one class; each is 0 where its denominator is.
    public struct ClassScores: Sendable, Equatable {
        /// The share of right ones among those predicted to be of the class.
        public let precision: Double
        /// The share of the class that was found.
        public let recall: Double
        /// The harmonic mean of both.
        public let f1: Double
        /// How many truly are of the class.
        public let support: Int
        /// How many were predicted to be of the class.
        public let predicted: Int
    }

    /// The scores of each class, in the order of the labels.
    public let classes: [ClassScores]

    /// The share of right predictions, from 0 to 1.
    public let accuracy: Double

    /// Compares predictions with labels, both `[N]` in `0..<classCount`.
    ///
    /// - Precondition: there are as many predictions as labels, at least one, and all are in range.
    public init(predictions: [Int64], labels: [Int64], classCount: Int) {
        precondition(
            predictions.count == labels.count && !labels.isEmpty,
            "ClassificationReport: \(predictions.count) predictions for \(labels.count) labels")
        var predicted = [Int](repeating: 0, count: classCount)
        var actual = predicted
        var right = predicted
        for (prediction, label) in zip(predictions, labels) {
            precondition(
                (0..<Int64(classCount)).contains(prediction) && (0..<Int64(classCount)).contains(label),
                "ClassificationReport: expected classes in 0..<\(classCount), got \(prediction) for \(label)")
            predicted[Int(prediction)] += 1
            actual[Int(label)] += 1
            if prediction == label { right[Int(label)] += 1 }
        }
        classes = (0..<classCount).map { index in
            ClassScores(
                precision: Self.ratio(right[index], predicted[index]), recall: Self.ratio(right[index], actual[index]),
                f1: Self.ratio(2 * right[index], predicted[index] + actual[index]), support: actual[index],
                predicted: predicted[index])
        }
        accuracy = Self.ratio(right.reduce(0, +), labels.count)
    }

    /// The mean F1 over classes, weighted by their support; scikit-learn's `weighted`.
    public var weightedF1: Double {
        let total = classes.reduce(0) { $0 + $1.support }
        return classes.reduce(0) { $0 + $1.f1 * Double($1.support) } / Double(total)
    }

    /// The plain mean F1 over classes that occur in labels or predictions; scikit-learn's `macro`.
    public var macroF1: Double {
        let occurring = classes.filter { $0.support + $0.predicted > 0 }
        return occurring.reduce(0) { $0 + $1.f1 } / Double(occurring.count)
    }

    private static func ratio(_ part: Int, _ whole: Int) -> Double {
        whole == 0 ? 0 : Double(part) / Double(whole)
    }
}
