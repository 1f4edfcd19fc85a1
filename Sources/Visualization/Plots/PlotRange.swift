/// The part of the plane that a plot shows.
public struct PlotRange: Sendable, Equatable {
    /// Horizontal ends, in the points' unit.
    public var x: ClosedRange<Double>
    /// Vertical ends, in the points' unit.
    public var y: ClosedRange<Double>

    /// Creates a range from its ends.
    ///
    /// - Precondition: the ends are finite.
    public init(x: ClosedRange<Double>, y: ClosedRange<Double>) {
        let ends = [x.lowerBound, x.upperBound, y.lowerBound, y.upperBound]
        precondition(ends.allSatisfy(\.isFinite), "PlotRange expected finite ends, got x \(x), y \(y)")
        self.x = x
        self.y = y
    }

    /// Creates the range that holds all finite points of all `sets` with a margin of 4 %, so that plots of several epochs
    /// can be compared; none if there is no finite point.
    ///
    /// - Parameter sets: coordinates `[N, 2]` each, row by row.
    public init?(covering sets: [[Float]]) {
        var low = SIMD2<Float>(repeating: .infinity)
        var high = -low
        for points in sets {
            precondition(
                points.count.isMultiple(of: 2), "PlotRange expected points [N, 2], got \(points.count) numbers")
            points.withUnsafeBufferPointer { buffer in
                for row in stride(from: 0, to: buffer.count, by: 2) {
                    let point = SIMD2(buffer[row], buffer[row + 1])
                    guard point.x.isFinite, point.y.isFinite else { continue }
                    low = pointwiseMin(low, point)
                    high = pointwiseMax(high, point)
                }
            }
        }
        guard low.x <= high.x else { return nil }
        func padded(_ low: Float, _ high: Float) -> ClosedRange<Double> {
            let margin = (Double(high) - Double(low)) * 0.04
            return (Double(low) - margin)...(Double(high) + margin)
        }
        self.init(x: padded(low.x, high.x), y: padded(low.y, high.y))
    }

    /// The range widened in one direction, around its middle, until it has the shape `width` : `height`.
    func widened(toAspect aspect: Double) -> PlotRange {
        let width = x.upperBound - x.lowerBound
        let height = y.upperBound - y.lowerBound
        // A single point or a line gets some room around it.
        let smallest = max(max(width, height) * 1e-6, max(abs(x.lowerBound), abs(y.lowerBound)) * 1e-6, 1e-9)
        let fullHeight = max(height, width / aspect, width <= smallest && height <= smallest ? max(1, smallest) : 0)
        let fullWidth = fullHeight * aspect
        func around(_ range: ClosedRange<Double>, _ length: Double) -> ClosedRange<Double> {
            let middle = range.lowerBound / 2 + range.upperBound / 2
            return (middle - length / 2)...(middle + length / 2)
        }
        return PlotRange(x: around(x, fullWidth), y: around(y, fullHeight))
    }
}
