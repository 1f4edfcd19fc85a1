/// Colors for classes: twelve that are far apart, also for readers who see red and green alike, in three lightnesses.
///
/// The twelve were found by simulated annealing in OKLab: the smallest distance between two of them, as most people see
/// them and as protanopes and deuteranopes do (Machado et al., IEEE TVCG 2009), is as large as lightness 0.45...0.75 and
/// chroma 0.07...0.16 allow, and each next one is the farthest from those before it.
public enum Palette {
    /// The number of different colors; after that they repeat.
    public static let count = bases.count * 3

    private static let bases: [Color] = [
        Color(0x1C59B6), Color(0xCDAB19), Color(0x943A04), Color(0x13BDFD), Color(0x749166), Color(0x777FE6),
        Color(0xD36808), Color(0x793482), Color(0x2A624D), Color(0xD895C5), Color(0x46CB80), Color(0xB7599C),
    ]

    /// The color of class `index` on white paper.
    ///
    /// - Precondition: `index` is not negative.
    public static func color(_ index: Int) -> Color {
        precondition(index >= 0, "Palette.color expected an index of at least 0, got \(index)")
        let base = bases[index % bases.count]
        switch index / bases.count % 3 {
        case 1: return base.mixed(with: Color(0xFFFFFF), 0.42)
        case 2: return base.mixed(with: Color(0x000000), 0.38)
        default: return base
        }
    }

    /// The color of class `index` on near black paper: the same hue, lighter where it would sink into the paper.
    ///
    /// - Precondition: `index` is not negative.
    public static func colorOnDark(_ index: Int) -> Color {
        let color = color(index)
        return color.mixed(with: Color(0xFFFFFF), max(0, 0.4 - color.luminance) * 0.9)
    }
}
