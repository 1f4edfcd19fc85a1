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
        var counts = PairCounts(steps: Int(1 / allPairsResolution))
        for top in stride(from: 0, to: labels.count, by: block) {
            let rows = top..<min(top + block, labels.count)
            for left in stride(from: top, to: labels.count, by: block) {
                let columns = left..<min(left + block, labels.count)
                let cosines = directions[rows].matrixProduct(directions[columns].transposed())
                counts.add(cosines.to(.float64).array(), rows: rows, columns: columns, labels: labels)
            }
        }
        let curve = counts.curve()
        guard curve.positives > 0 && curve.negatives > 0 else {
            throw UserFacingError(
                "labels", problem: "\(curve.positives) pairs are of one label and \(curve.negatives) of two",
                remedy: "give at least two labels, and one of them twice")
        }
        return curve
    }
}

/// How many pairs of each kind have each rounded cosine, from -1 to 1.
private struct PairCounts {
    let steps: Int
    var positives: [Int]
    var negatives: [Int]

    init(steps: Int) {
        self.steps = steps
        positives = [Int](repeating: 0, count: 2 * steps + 1)
        negatives = positives
    }

    mutating func add(_ cosines: [Double], rows: Range<Int>, columns: Range<Int>, labels: [Int64]) {
        for row in rows {
            let label = labels[row]
            let start = (row - rows.lowerBound) * columns.count - columns.lowerBound
            // Each pair once: below the diagonal it has come already.
            for column in max(row + 1, columns.lowerBound)..<max(row + 1, columns.upperBound) {
                let cosine = min(max(cosines[start + column], -1), 1)
                let bin = Int((cosine * Double(steps)).rounded()) + steps
                if labels[column] == label { positives[bin] += 1 } else { negatives[bin] += 1 }
            }
        }
    }

    func curve() -> ReceiverOperatingCurve {
        var curve = ReceiverOperatingCurve()
        var bin = 2 * steps
        while bin >= 0 {
            if positives[bin] + negatives[bin] > 0 {
                curve.append(
                    Double(bin - steps) / Double(steps), positives: positives[bin], negatives: negatives[bin])
            }
            bin -= 1
        }
        return curve
    }
}
