/// The colours of a plot's paper, ink and lines.
public struct Theme: Sendable, Equatable {
    /// The background.
    public var paper: Colour
    /// Titles and labels.
    public var ink: Colour
    /// Subtitles and numbers on axes.
    public var faintInk: Colour
    /// Frames of axes.
    public var frame: Colour
    /// Lines across the plot at each tick.
    public var grid: Colour
    /// Whether the paper is dark, so that the palette's colours are lightened.
    public var isDark: Bool

    /// Black on white, for papers and slides.
    public static let light = Theme(
        paper: Colour(0xFFFFFF), ink: Colour(0x1B1F24), faintInk: Colour(0x626B76), frame: Colour(0xB6BDC6),
        grid: Colour(0xECEEF1), isDark: false)

    /// Light on near black, as the report uses it where the reader prefers dark pages.
    public static let dark = Theme(
        paper: Colour(0x181B20), ink: Colour(0xE4E7EB), faintInk: Colour(0x98A1AD), frame: Colour(0x4A525D),
        grid: Colour(0x282D34), isDark: true)

    /// The colour of class `index`, as it stands out on this paper.
    public func colour(of index: Int) -> Colour {
        isDark ? Palette.colourOnDark(index) : Palette.colour(index)
    }
}
