import Randomness

/// The features of the same samples over one or more epochs, for the interactive map of a report.
public struct FeatureMovie: Sendable, Equatable {
    /// The largest number of samples that a report shows; of more, an evenly spread part is taken.
    public static let mostPoints = 1_500

    /// The largest number of frames that a report shows; of more, an evenly spread part with the first and the last.
    public static let mostFrames = 120

    /// The name of each class `[C]`.
    public let classNames: [String]
    /// Classes `[N]`, as indices into ``classNames``.
    public let labels: [Int]
    /// The numbers `[N]` by which the samples are known in their data set.
    public let sampleNumbers: [Int]
    /// The epochs, in order.
    public let frames: [FeatureFrame]
    /// Images `[N]` of the samples, shown at the pointer.
    public let thumbnails: Thumbnails?

    /// Creates a movie.
    ///
    /// - Parameters:
    ///   - classNames: the name of each class `[C]`.
    ///   - labels: classes `[N]`, each in `0..<C`.
    ///   - frames: the epochs, with points `[N, 2]` each.
    ///   - sampleNumbers: the numbers `[N]` of the samples in their data set; without them, `0..<N`.
    ///   - thumbnails: images `[N]` of the samples.
    /// - Precondition: the counts fit together, and each label has a name.
    public init(
        classNames: [String], labels: [Int], frames: [FeatureFrame], sampleNumbers: [Int]? = nil,
        thumbnails: Thumbnails? = nil
    ) {
        let wrong = labels.first { !classNames.indices.contains($0) }
        precondition(wrong == nil, "FeatureMovie expected labels in 0..<\(classNames.count), got \(wrong ?? 0)")
        for frame in frames {
            precondition(
                frame.points.count == 2 * labels.count
                    && (frame.centers.isEmpty || frame.centers.count == 2 * classNames.count),
                "FeatureMovie expected points [\(labels.count), 2] and centers [\(classNames.count), 2], got "
                    + "\(frame.points.count) and \(frame.centers.count) numbers in '\(frame.name)'")
        }
        precondition(
            (sampleNumbers ?? labels).count == labels.count && (thumbnails?.count ?? labels.count) == labels.count,
            "FeatureMovie expected \(labels.count) sample numbers and thumbnails, got "
                + "\(sampleNumbers?.count ?? labels.count) and \(thumbnails?.count ?? labels.count)")
        self.classNames = classNames
        self.labels = labels
        self.frames = frames
        self.sampleNumbers = sampleNumbers ?? Array(labels.indices)
        self.thumbnails = thumbnails
    }

    /// Which of `count` samples a report shows: all, or one drawn from each of ``mostPoints`` equal stretches, so that no
    /// regular order of classes can bias the choice. The same for the same count.
    public static func shownSamples(of count: Int) -> [Int] {
        guard count > mostPoints else { return Array(0..<count) }
        return (0..<mostPoints).map { stretch in
            let start = stretch * count / mostPoints
            let end = (stretch + 1) * count / mostPoints
            var generator = SeededGenerator(seed: 0, path: UInt64(stretch))
            return start + generator.index(below: end - start)
        }
    }

    /// The frames that a report shows.
    var shownFrames: [FeatureFrame] {
        guard frames.count > Self.mostFrames else { return frames }
        return (0..<Self.mostFrames).map { frames[$0 * (frames.count - 1) / (Self.mostFrames - 1)] }
    }
}
