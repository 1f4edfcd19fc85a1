public import Foundation

/// How often samples of each class were taken for each class: a row for each true class, a column for each predicted one.
///
/// Cells are shaded by their share of the row, right ones in blue and wrong ones in orange. The shade is the square root of
/// the share, so that a share of 1 % can still be seen. Numbers stand in the cells where they fit, and the largest
/// confusions are listed in words.
public struct ConfusionMatrix: ThemedDrawing, Equatable {
    /// A true class and the class that some of its samples were taken for.
    public struct Confusion: Sendable, Equatable {
        /// The true class, as an index into ``ConfusionMatrix/classNames``.
        public let label: Int
        /// The predicted class.
        public let prediction: Int
        /// How many samples were confused so; at least 1.
        public let count: Int
    }

    /// The counts `[C, C]`, row by row: rows are true classes, columns predicted ones.
    public let counts: [Int]
    /// The name of each class `[C]`.
    public let classNames: [String]
    /// How many samples are truly of each class `[C]`.
    public let supports: [Int]
    /// The line at the top; empty for none.
    public var title: String
    /// The line below the title; the share of right predictions follows it.
    public var subtitle: String
    /// The colors of paper and ink.
    public var theme: Theme
    /// Width and height, in units of 1/96 inch.
    public var size: CGSize

    /// Creates a picture of counts.
    ///
    /// - Parameters:
    ///   - counts: how many samples of each true class (rows) were taken for each class (columns) `[C, C]`, row by row.
    ///   - classNames: the name of each class `[C]`, at least one.
    ///   - title: the line at the top; empty for none.
    ///   - subtitle: the line below the title; empty for none.
    ///   - theme: the colors of paper and ink.
    ///   - size: width and height, in units of 1/96 inch, at least 320 x 320; without it, what C classes ask for.
    /// - Precondition: the counts fit the names, and none is negative.
    public init(
        counts: [Int], classNames: [String], title: String = "", subtitle: String = "", theme: Theme = .light,
        size: CGSize? = nil
    ) {
        precondition(
            !classNames.isEmpty && counts.count == classNames.count * classNames.count
                && counts.allSatisfy { $0 >= 0 },
            "ConfusionMatrix expected [\(classNames.count), \(classNames.count)] counts of at least 0, got \(counts.count) numbers"
        )
        let size = size ?? Self.layoutSize(classes: classNames.count, width: classNames.count < 9 ? 720 : 960)
        precondition(
            size.width >= 320 && size.height >= 320,
            "ConfusionMatrix expected a size of at least 320 x 320, got \(size.width) x \(size.height)")
        self.counts = counts
        self.classNames = classNames
        supports = classNames.indices.map { label in
            counts[label * classNames.count..<(label + 1) * classNames.count].reduce(0, +)
        }
        self.title = title
        self.subtitle = subtitle
        self.theme = theme
        self.size = size
    }

    /// Counts predictions.
    ///
    /// - Parameters:
    ///   - labels: true classes `[N]`, each in `0..<C`.
    ///   - predictions: predicted classes `[N]`, each in `0..<C`.
    ///   - classNames: the name of each class `[C]`.
    /// - Precondition: there is a prediction for each label, and each has a name.
    public init(labels: [Int], predictions: [Int], classNames: [String]) {
        precondition(
            labels.count == predictions.count,
            "ConfusionMatrix expected \(labels.count) predictions, got \(predictions.count)")
        var counts = [Int](repeating: 0, count: classNames.count * classNames.count)
        for (label, prediction) in zip(labels, predictions) {
            precondition(
                classNames.indices.contains(label) && classNames.indices.contains(prediction),
                "ConfusionMatrix expected classes in 0..<\(classNames.count), got \(prediction) for \(label)")
            counts[label * classNames.count + prediction] += 1
        }
        self.init(counts: counts, classNames: classNames)
    }

    /// The share of right predictions, from 0 to 1; 0 where there are none.
    public var accuracy: Double {
        let total = counts.reduce(0, +)
        let right = classNames.indices.reduce(0) { $0 + count($1, $1) }
        return total == 0 ? 0 : Double(right) / Double(total)
    }

    /// The most frequent confusions, the largest first; equal ones by true class.
    ///
    /// - Parameter most: the largest number of them.
    public func largestConfusions(_ most: Int) -> [Confusion] {
        let classes = classNames.indices
        let wrong = classes.flatMap { label in
            classes.compactMap { prediction in
                label != prediction && count(label, prediction) > 0
                    ? Confusion(label: label, prediction: prediction, count: count(label, prediction)) : nil
            }
        }
        let sorted = wrong.sorted { ($1.count, $0.label, $0.prediction) < ($0.count, $1.label, $1.prediction) }
        return Array(sorted.prefix(most))
    }

    func count(_ label: Int, _ prediction: Int) -> Int { counts[label * classNames.count + prediction] }

    /// The share of a true class's samples that were taken for `prediction`, from 0 to 1.
    func share(_ label: Int, _ prediction: Int) -> Double {
        supports[label] == 0 ? 0 : Double(count(label, prediction)) / Double(supports[label])
    }
}
