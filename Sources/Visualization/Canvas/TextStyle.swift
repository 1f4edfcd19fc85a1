/// How a line of text looks and where it stands relative to its anchor.
public struct TextStyle: Sendable, Equatable {
    /// Where the anchor is along the line.
    public enum Alignment: Sendable { case leading, center, trailing }

    /// Where the anchor is across the line.
    public enum Baseline: Sendable { case alphabetic, middle }

    /// Height of the font, in the canvas's units.
    public var size: Double
    /// Color of the letters.
    public var color: Color
    /// Whether the letters are bold.
    public var isBold: Bool
    /// Where the anchor is along the line.
    public var alignment: Alignment
    /// Where the anchor is across the line: on the letters' foot, or at half the height of a capital.
    public var baseline: Baseline
    /// The color of a rim around the letters that lifts them off what is below, or none.
    public var halo: Color?

    /// Creates a style.
    public init(
        size: Double, color: Color, isBold: Bool = false, alignment: Alignment = .leading,
        baseline: Baseline = .alphabetic, halo: Color? = nil
    ) {
        self.size = size
        self.color = color
        self.isBold = isBold
        self.alignment = alignment
        self.baseline = baseline
        self.halo = halo
    }
}
