/// The colors of a plot's paper, ink and lines.
public struct Theme: Sendable, Equatable {
    /// The background.
    public var paper: Color
    /// Titles and labels.
    public var ink: Color
    /// Subtitles and numbers on axes.
    public var faintInk: Color
    /// Frames of axes.
    public var frame: Color
    /// Lines across the plot at each tick.
    public var grid: Color
    /// Whether the paper is dark, so that the palette's colors are lightened.
    public var isDark: Bool

    /// Black on white, for papers and slides.
    public static let light = Theme(
        paper: Color(0xFFFFFF), ink: Color(0x1B1F24), faintInk: Color(0x626B76), frame: Color(0xB6BDC6),
        grid: Color(0xECEEF1), isDark: false)

    /// Light on near black, as the report uses it where the reader prefers dark pages.
    public static let dark = Theme(
        paper: Color(0x181B20), ink: Color(0xE4E7EB), faintInk: Color(0x98A1AD), frame: Color(0x4A525D),
        grid: Color(0x282D34), isDark: true)

    /// The color of class `index`, as it stands out on this paper.
    public func color(of index: Int) -> Color {
        isDark ? Palette.colorOnDark(index) : Palette.color(index)
    }
}
