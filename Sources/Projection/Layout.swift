import CProjection
import Evaluation
import Files
import Torch

/// Points in the plane that a library moves, one iteration after the other.
final class Layout {
    private let layout: OpaquePointer
    private let method: String
    private let count: Int

    /// Creates the points.
    ///
    /// - Parameters:
    ///   - method: what messages call it.
    ///   - neighbours: of each point, by Euclidean distance.
    ///   - create: makes the points from the neighbours.
    /// - Throws: `UserFacingError` when the library cannot.
    init(
        _ method: String, _ neighbours: Neighbours,
        _ create: (CPNeighbours, UnsafeMutablePointer<OpaquePointer?>) -> CPStatus
    ) throws {
        var made: OpaquePointer?
        try Self.check(method, neighbours.withPointers { create($0, &made) })
        guard let made else { fatalError("\(method): expected a layout") }
        layout = made
        self.method = method
        count = neighbours.queryCount
    }

    deinit { cp_layout_free(layout) }

    /// Moves the points at least once, and tells `progress` after each iteration how many there were.
    ///
    /// - Returns: the points, `[N, 2]` float32.
    /// - Throws: what `progress` throws, which ends the work, and `UserFacingError` when the library fails.
    func run(iterations: Int, progress: (_ done: Int) throws -> Void) throws -> Tensor {
        for done in 1...iterations {
            try Self.check(method, cp_layout_run(layout, Int32(done)))
            try progress(done)
        }
        var points = [Float](repeating: 0, count: 2 * count)
        cp_layout_points(layout, &points)
        return Tensor(points, shape: [count, 2])
    }

    /// Turns a status into an error.
    static func check(_ method: String, _ status: CPStatus) throws {
        guard let message = status.message else { return }
        defer { cp_message_free(message) }
        throw UserFacingError(
            method, problem: "failed: \(String(cString: message))", remedy: "try fewer embeddings or another method")
    }
}

extension Neighbours {
    /// The neighbours as the library takes them.
    func withPointers<Result>(_ body: (CPNeighbours) -> Result) -> Result {
        indices.withUnsafeBufferPointer { indices in
            values.withUnsafeBufferPointer { values in
                body(
                    CPNeighbours(
                        indices: indices.baseAddress, distances: values.baseAddress, rows: Int64(queryCount),
                        count: Int64(count)))
            }
        }
    }
}
