import Randomness

/// The features of the same samples over one or more epochs, for the interactive map of a report.
public struct FeatureMovie: Sendable, Equatable {
    /// The largest number of samples that a report shows; of more, an evenly spread part is taken.
    public static let mostPoints = 20_000

    /// The largest number of frames that a report shows; of more, an evenly spread part with the first and the last.
    public static let mostFrames = 120

    /// The largest number of places, samples times frames, that a report shows by leaving out frames: 3.2 MB of the page.
    static let mostPlaces = 600_000

    /// The name of each class `[C]`.
    public let classNames: [String]
    /// Classes `[N]`, as indices into ``classNames``.
    public let labels: [Int]
    /// The numbers `[N]` by which the samples are known in their data set.
    public let sampleNumbers: [Int]
    /// What the samples are called, such as files `[N]`; none where numbers are all there is.
    public let sampleNames: [String]?
    /// The epochs, in order.
    public let frames: [FeatureFrame]
    /// Images `[N]` of the samples, shown at the pointer.
    public let thumbnails: Thumbnails?
    /// How many samples the set has of which these are a part.
    public let total: Int

    /// Creates a movie.
    ///
    /// - Parameters:
    ///   - classNames: the name of each class `[C]`.
    ///   - labels: classes `[N]`, each in `0..<C`.
    ///   - frames: the epochs, with points `[N, 2]` each.
    ///   - sampleNumbers: the numbers `[N]` of the samples in their data set; without them, `0..<N`.
    ///   - sampleNames: what the samples are called `[N]`, shown instead of their numbers.
    ///   - thumbnails: images `[N]` of the samples.
    ///   - total: how many samples the set has of which these are a part; N when nil.
    /// - Precondition: the counts fit together, and each label has a name.
    public init(
        classNames: [String], labels: [Int], frames: [FeatureFrame], sampleNumbers: [Int]? = nil,
        sampleNames: [String]? = nil, thumbnails: Thumbnails? = nil, total: Int? = nil
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
        let counts = [sampleNumbers?.count, sampleNames?.count, thumbnails?.count].compactMap(\.self)
        precondition(
            counts.allSatisfy { $0 == labels.count },
            "FeatureMovie expected \(labels.count) sample numbers, names and thumbnails, got \(counts)")
        self.classNames = classNames
        self.labels = labels
        self.frames = frames
        self.sampleNames = sampleNames
        self.sampleNumbers = sampleNumbers ?? Array(labels.indices)
        self.thumbnails = thumbnails
        self.total = total ?? labels.count
    }

    /// Which of `count` samples a report shows: all, or one drawn from each of `most` equal stretches, so that no regular
    /// order of classes can bias the choice. The same for the same counts.
    public static func shownSamples(of count: Int, most: Int = mostPoints) -> [Int] {
        guard count > most else { return Array(0..<count) }
        return (0..<most).map { stretch in
            let start = stretch * count / most
            let end = (stretch + 1) * count / most
            var generator = SeededGenerator(seed: 0, path: UInt64(stretch))
            return start + generator.index(below: end - start)
        }
    }

    /// The frames that a report shows.
    var shownFrames: [FeatureFrame] {
        let samples = min(labels.count, Self.mostPoints)
        let most = max(2, min(Self.mostFrames, Self.mostPlaces / max(1, samples)))
        guard frames.count > most else { return frames }
        return (0..<most).map { frames[$0 * (frames.count - 1) / (most - 1)] }
    }
}
