/// A character and the ways in which people write it.
struct Glyph: Sendable {
    let name: String

    /// Each a list of strokes in a box of width and height 1.
    let shapes: [[PenStroke]]

    init(_ name: String, _ shapes: [PenStroke]...) {
        self.name = name
        self.shapes = shapes
    }
}
