import Files
public import Torch

extension ReceiverOperatingCurve {
    /// The step to which the cosines of all pairs are rounded: 2^-20, about what float32 products are good for.
    public static let allPairsResolution = 0x1p-20

    /// The curve of all pairs of different rows, each once, by their cosines; a pair of one label is positive.
    ///
    /// The cosines are rounded to ``allPairsResolution`` and counted, block by block, so that memory does not grow with
    /// the number of pairs.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]`, of any length.
    ///   - labels: the identity of each row, `[N]`, any 64-bit number.
    ///   - block: how many rows and columns are multiplied at once.
    /// - Throws: `UserFacingError` when a row is not finite or zero, or no pair is of one label, or none of two.
    /// - Precondition: there is a label for each row, and `block` is positive.
    public static func ofAllPairs(
        _ embeddings: Tensor, labels: [Int64], block: Int = 2048
    ) throws -> ReceiverOperatingCurve {
        require(
            embeddings.rank == 2 && embeddings.size(0) == labels.count && block > 0,
            "ofAllPairs: \(labels.count) labels for embeddings \(embeddings.signature), in blocks of \(block)")
        let rows = embeddings.detached()
        let wide = embeddings.dtype == .float64 ? rows : rows.to(.float32)
        let directions = try wide.directions("ofAllPairs")
        let steps = Int(1 / allPairsResolution)
        var counts = PairCounts(bins: 2 * steps + 1)
        for top in stride(from: 0, to: labels.count, by: block) {
            let rows = top..<min(top + block, labels.count)
            for left in stride(from: top, to: labels.count, by: block) {
                let columns = left..<min(left + block, labels.count)
                let cosines = directions[rows].matrixProduct(directions[columns].transposed())
                counts.add(
                    cosines.to(.float32).array(of: Float.self), rows: rows, columns: columns, labels: labels,
                    steps: steps)
            }
        }
        var curve = ReceiverOperatingCurve()
        for bin in (0...2 * steps).reversed() where counts.positives[bin] + counts.negatives[bin] > 0 {
            curve.append(
                Double(bin - steps) * allPairsResolution, positives: counts.positives[bin],
                negatives: counts.negatives[bin])
        }
        guard curve.positives > 0 && curve.negatives > 0 else {
            throw UserFacingError(
                "labels", problem: "\(curve.positives) pairs are of one label and \(curve.negatives) of two",
                remedy: "give at least two labels, and one of them twice")
        }
        return curve
    }
}

/// How many pairs of each kind have each rounded cosine.
private struct PairCounts {
    var positives: [Int]
    var negatives: [Int]

    init(bins: Int) {
        positives = [Int](repeating: 0, count: bins)
        negatives = positives
    }

    mutating func add(_ cosines: [Float], rows: Range<Int>, columns: Range<Int>, labels: [Int64], steps: Int) {
        for row in rows {
            let label = labels[row]
            let start = (row - rows.lowerBound) * columns.count - columns.lowerBound
            for column in max(row + 1, columns.lowerBound)..<max(row + 1, columns.upperBound) {
                let bin = Int((cosines[start + column] * Float(steps)).rounded()) + steps
                let kept = min(max(bin, 0), 2 * steps)
                if labels[column] == label { positives[kept] += 1 } else { negatives[kept] += 1 }
            }
        }
    }
}
