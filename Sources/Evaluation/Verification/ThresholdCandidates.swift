/// Among which thresholds on a distance the best is looked for.
public enum ThresholdCandidates: String, Sendable, Equatable, Codable, CaseIterable {
    /// 0, 0.01, ..., 3.99 for squared distances of unit vectors: what numbers on Labeled Faces in the Wild were published with.
    case published

    /// The distinct distances of the pairs on which it is chosen, and infinity.
    case observed

    /// In rising order.
    func values(for distances: [Double]) -> [Double] {
        switch self {
        case .published: (0..<400).map { Double($0) * 0.01 }
        case .observed: Set(distances).sorted() + [.infinity]
        }
    }
}
