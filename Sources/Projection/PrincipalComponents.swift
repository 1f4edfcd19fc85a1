public import Torch

/// The directions in which embeddings vary most, by principal component analysis.
///
/// Computed in 64 bits from the eigenvectors of the covariance, or of the embeddings' products where there are fewer of them
/// than numbers in each. Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
public struct PrincipalComponents {
    /// The mean of the embeddings, `[D]` float64.
    public let mean: Tensor
    /// Directions of length 1, the one of greatest variance first, `[K, D]` float64. In each, the number that is largest without its
    /// sign is positive. Directions beyond the rank that N and D allow are zeros.
    public let components: Tensor
    /// The variance along each direction, `[K]`, over N - 1.
    public let explainedVariance: [Double]
    /// The part of the whole variance that lies along each direction, `[K]` in 0...1; 0 where nothing varies.
    public let explainedVarianceRatio: [Double]

    private static let eigenOperator = Operator("aten::linalg_eigh")
    private static let blockSize = 4096

    /// Finds the directions.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]` of any floating-point type.
    ///   - count: the number of directions, K, at least 1.
    /// - Throws: `UserFacingError` when there is no embedding, or a row is not finite.
    /// - Complexity: O(N D min(N, D) + min(N, D)³).
    public init(of embeddings: Tensor, count: Int = 2) throws {
        require(count >= 1, "PrincipalComponents(count: \(count)): expected at least 1")
        let rows = try ProjectionInput.checked(embeddings, atLeast: 1, for: "principal components")
        (mean, components, explainedVariance, explainedVarianceRatio) = withoutGradients {
            let (size, width) = (rows.size(0), rows.size(1))
            let mean = Self.mean(of: rows)
            let products = size < width ? Self.products(rows, mean) : Self.covariance(rows, mean)
            let results = Self.eigenOperator.tensors(.tensor(products), .string("L"))
            let found = min(count, products.size(0))
            let all = results[0].array(of: Double.self)
            // Rounding leaves a little of either sign where there is nothing.
            let floor = (all.last ?? 0) * 1e-13 * Double(max(size, width))
            let values = all.suffix(found).reversed().map { $0 > floor ? $0 : 0 }
            var vectors = results[1].sliced(products.size(0) - found..<products.size(0), along: 1).transposed()
            if size < width {
                vectors = vectors.matrixProduct(rows.to(.float64) - mean)
                let lengths = vectors.norm(along: 1, keeping: true)
                vectors = vectors / lengths.kept(where: lengths .> 0, else: 1)
            }
            let components = Self.directed(vectors, values, count: count, width: width)
            let padded = values + [Double](repeating: 0, count: count - found)
            let degrees = Double(max(1, size - 1))
            let whole = all.reduce(0) { $0 + max(0, $1) }
            return (mean, components, padded.map { $0 / degrees }, padded.map { whole > 0 ? $0 / whole : 0 })
        }
    }

    /// The coordinates of embeddings along the directions, `[N, K]`, in the embeddings' own type and on their device.
    ///
    /// - Parameter embeddings: `[N, D]` with the D of those the directions were found from.
    /// - Precondition: D is the same.
    public func project(_ embeddings: Tensor) -> Tensor {
        require(
            embeddings.rank == 2 && embeddings.size(1) == mean.size(0),
            "PrincipalComponents.project(\(embeddings.signature)): expected [N, \(mean.size(0))]")
        return withoutGradients {
            let parts = Self.blocks(of: embeddings).map { rows in
                (rows.to(.float64) - mean).matrixProduct(components.transposed()).to(embeddings.dtype)
            }
            return Tensor.concatenated(parts)
        }
    }

    private static func blocks(of rows: Tensor) -> [Tensor] {
        stride(from: 0, to: rows.size(0), by: blockSize).map { rows[$0..<min(rows.size(0), $0 + blockSize)] }
    }

    private static func mean(of rows: Tensor) -> Tensor {
        let sum = Tensor.zeros([rows.size(1)], dtype: .float64, device: rows.device)
        for block in blocks(of: rows) { sum.add(block.to(.float64).sum(along: [0])) }
        return sum / Double(rows.size(0))
    }

    private static func covariance(_ rows: Tensor, _ mean: Tensor) -> Tensor {
        let sum = Tensor.zeros([rows.size(1), rows.size(1)], dtype: .float64, device: rows.device)
        for block in blocks(of: rows) {
            let centered = block.to(.float64) - mean
            sum.add(centered.transposed().matrixProduct(centered))
        }
        return sum
    }

    private static func products(_ rows: Tensor, _ mean: Tensor) -> Tensor {
        let centered = rows.to(.float64) - mean
        return centered.matrixProduct(centered.transposed())
    }

    /// The vectors, which come with the least value first, in order, with their signs, and zeros where the value is 0.
    private static func directed(_ vectors: Tensor, _ values: [Double], count: Int, width: Int) -> Tensor {
        let numbers = vectors.array(of: Double.self)
        var result = [Double](repeating: 0, count: count * width)
        for (index, value) in values.enumerated() where value > 0 {
            let row = numbers[(values.count - 1 - index) * width..<(values.count - index) * width]
            let peak = row.max { abs($0) < abs($1) } ?? 0
            for (column, number) in row.enumerated() { result[index * width + column] = peak < 0 ? -number : number }
        }
        return Tensor(result, shape: [count, width]).to(vectors.device)
    }
}
