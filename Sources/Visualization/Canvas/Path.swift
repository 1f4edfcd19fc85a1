public import Foundation

/// An outline to fill or to stroke, in the canvas's units.
public struct Path: Sendable, Equatable {
    enum Element: Sendable, Equatable {
        case move(CGPoint)
        case line(CGPoint)
        case circle(center: CGPoint, radius: Double)
        case close
    }

    private(set) var elements: [Element] = []

    /// Creates an empty path.
    public init() {}

    /// Creates a path of straight lines through `points`.
    public init(_ points: [CGPoint], closed: Bool = false) {
        for point in points { elements.isEmpty ? move(to: point) : line(to: point) }
        if closed { close() }
    }

    /// Creates the outline of a rectangle.
    public init(_ rectangle: CGRect) {
        self.init(
            [
                CGPoint(x: rectangle.minX, y: rectangle.minY), CGPoint(x: rectangle.maxX, y: rectangle.minY),
                CGPoint(x: rectangle.maxX, y: rectangle.maxY), CGPoint(x: rectangle.minX, y: rectangle.maxY),
            ], closed: true)
    }

    /// Starts a new piece at `point`.
    public mutating func move(to point: CGPoint) {
        elements.append(.move(point))
    }

    /// Adds a straight line to `point`.
    public mutating func line(to point: CGPoint) {
        elements.append(.line(point))
    }

    /// Adds a full circle as a piece of its own.
    public mutating func circle(around center: CGPoint, radius: Double) {
        elements.append(.circle(center: center, radius: radius))
    }

    /// Closes the current piece with a line to its start.
    public mutating func close() {
        elements.append(.close)
    }
}
