import Torch

/// Comparison of embeddings by tensor operations in 64 bits, for every device that has them.
///
/// A score and a gallery row become one whole number that orders by the score, then by the row, so that ties fall as they
/// must in whatever order a device sorts.
struct TensorSearch {
    let metric: EmbeddingMetric
    let memory: Int

    private static let viewOperator = Operator("aten::view", "dtype")
    private static let exclusiveOrOperator = Operator("aten::bitwise_xor", "Scalar")
    private static let andOperator = Operator("aten::bitwise_and", "Scalar")
    private static let shiftRightOperator = Operator("aten::__rshift__", "Scalar")
    private static let shiftLeftOperator = Operator("aten::__lshift__", "Scalar")
    private static let largestOperator = Operator("aten::topk")
    private static let fillWhereOperator = Operator("aten::masked_fill_", "Scalar")

    private static let lowerHalf = 0xFFFF_FFFF

    func nearest(
        _ queries: Tensor, _ gallery: Tensor, count: Int, removing removed: RemovedPairs
    ) -> (scores: [Float], ids: [Int64]) {
        var scores: [Float] = []
        var ids: [Int64] = []
        let columns = min(gallery.size(0), max(1, min(8192, memory / 4 / (16 * gallery.size(1) + 96))))
        let rowCount = max(1, min(4096, memory / 2 / (64 * (columns + count) + 16 * gallery.size(1))))
        for rows in ranges(of: queries.size(0), rowCount) {
            var best = Tensor([Int64](repeating: .min, count: rows.count * count), shape: [rows.count, count])
                .to(queries.device)
            for part in ranges(of: gallery.size(0), columns) {
                let all = Tensor.concatenated([best, keys(queries, gallery, rows, part, removed)], along: 1)
                best = Self.largestOperator.tensors(.tensor(all), .int(count), .int(1), .bool(true), .bool(true))[0]
            }
            scores += Self.scores(best).array(of: Float.self)
            let found = best.array(of: Int64.self)
            ids += found.map { $0 == .min ? -1 : Self.id($0) }
        }
        return (scores, ids)
    }

    func hitRanks(
        _ queries: Tensor, _ gallery: Tensor, labels: [Int64], galleryLabels: [Int64], removing removed: RemovedPairs
    ) -> HitRanks {
        let truth = Tensor(galleryLabels).to(gallery.device)
        var result = HitRanks(ranks: [], counts: [], isTied: [])
        let rowCount = max(1, min(4096, memory / (128 * gallery.size(0) + 16 * gallery.size(1))))
        for rows in ranges(of: queries.size(0), rowCount) {
            let parts = ranges(of: gallery.size(0), max(1, min(8192, memory / 4 / (16 * gallery.size(1)))))
            let whole = Tensor.concatenated(parts.map { keys(queries, gallery, rows, $0, removed) }, along: 1)
            let order = whole.sorted(along: 1, descending: true).values
            let own = Tensor(Array(labels[rows])).to(gallery.device).unsqueezed(1)
            let isThere = .!order.equals(Tensor(Int64.min).to(gallery.device))
            let ids = Self.ids(order) * isThere.to(.int64)
            let label = truth.gathered(ids.flattened()).reshaped(order.shape)
            let isHit = label.equals(own) .& isThere
            let hits = isHit.nonzeroIndices().to(.cpu).array(of: Int64.self)
            var counts = [Int64](repeating: 0, count: rows.count)
            for hit in stride(from: 0, to: hits.count, by: 2) {
                counts[Int(hits[hit])] += 1
                result.ranks.append(hits[hit + 1] + 1)
            }
            result.counts += counts
            result.isTied += tied(order, isHit, isThere).array(of: Bool.self)
        }
        return result
    }

    /// Whether a hit and another have the same score, `[N]`; equal ones stand beside each other.
    private func tied(_ order: Tensor, _ isHit: Tensor, _ isThere: Tensor) -> Tensor {
        let width = order.size(1)
        guard width > 1 else { return Tensor.zeros([order.size(0)], dtype: .bool) }
        func shifted(_ tensor: Tensor) -> (Tensor, Tensor) {
            (tensor.sliced(0..<width - 1, along: 1), tensor.sliced(1..<width, along: 1))
        }
        let upper = Self.shiftRightOperator(.tensor(order), .int(32))
        let (score, nextScore) = shifted(upper)
        let (hit, nextHit) = shifted(isHit)
        let (_, nextThere) = shifted(isThere)
        return (score.equals(nextScore) .& (.!hit.equals(nextHit)) .& nextThere).any(along: 1)
    }

    /// The number of each pair, `[rows, part]` int64; the least there is for removed pairs.
    private func keys(
        _ queries: Tensor, _ gallery: Tensor, _ rows: Range<Int>, _ part: Range<Int>, _ removed: RemovedPairs
    ) -> Tensor {
        // Adding nothing turns a negative zero into a positive one.
        let scores = scores(queries[rows].to(.float64), gallery[part].to(.float64)).to(.float32) + 0.0
        let bits = Self.viewOperator(.tensor(scores), .dtype(.int32))
        let flipped = Self.exclusiveOrOperator(.tensor(bits), .int(0x7FFF_FFFF))
        let ordered = flipped.kept(where: bits .< 0, else: bits).to(.int64)
        let place = Tensor(part.map { Int64(Self.lowerHalf - $0) }).to(gallery.device)
        let keys = Self.shiftLeftOperator(.tensor(ordered), .int(32)) + place
        if !removed.queries.isEmpty {
            let own = Tensor(Array(removed.queries[rows])).to(gallery.device).unsqueezed(1)
            let mask = own.equals(Tensor(Array(removed.gallery[part])).to(gallery.device))
            Self.fillWhereOperator.run(.tensor(keys), .tensor(mask), .int(Int.min))
        }
        return keys
    }

    private func scores(_ left: Tensor, _ right: Tensor) -> Tensor {
        switch metric {
        case .cosine: unit(left).linear(weight: unit(right), bias: nil)
        case .dotProduct: left.linear(weight: right, bias: nil)
        case .euclidean: -left.euclideanDistances(to: right)
        }
    }

    private func unit(_ rows: Tensor) -> Tensor {
        let lengths = rows.norm(along: 1, keeping: true)
        return rows / lengths.kept(where: lengths .> 0, else: 1)
    }

    private static func ids(_ keys: Tensor) -> Tensor {
        -andOperator(.tensor(keys), .int(lowerHalf)) + Tensor(Int64(lowerHalf)).to(keys.device)
    }

    private static func id(_ key: Int64) -> Int64 { Int64(lowerHalf) - (key & Int64(lowerHalf)) }

    private static func scores(_ keys: Tensor) -> Tensor {
        let ordered = shiftRightOperator(.tensor(keys), .int(32)).to(.int32)
        let flipped = exclusiveOrOperator(.tensor(ordered), .int(0x7FFF_FFFF))
        return viewOperator(.tensor(flipped.kept(where: ordered .< 0, else: ordered)), .dtype(.float32))
    }

    private func ranges(of count: Int, _ size: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
    }
}
