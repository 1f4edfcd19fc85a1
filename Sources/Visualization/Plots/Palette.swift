/// Colours for classes: twelve that are far apart, also for readers who see red and green alike, in three lightnesses.
///
/// The twelve were found by simulated annealing in OKLab: the smallest distance between two of them, as most people see
/// them and as protanopes and deuteranopes do (Machado et al., IEEE TVCG 2009), is as large as lightness 0.45...0.75 and
/// chroma 0.07...0.16 allow, and each next one is the farthest from those before it.
public enum Palette {
    /// The number of different colours; after that they repeat.
    public static let count = bases.count * 3

    private static let bases: [Colour] = [
        Colour(0x1C59B6), Colour(0xCDAB19), Colour(0x943A04), Colour(0x13BDFD), Colour(0x749166), Colour(0x777FE6),
        Colour(0xD36808), Colour(0x793482), Colour(0x2A624D), Colour(0xD895C5), Colour(0x46CB80), Colour(0xB7599C),
    ]

    /// The colour of class `index` on white paper.
    ///
    /// - Precondition: `index` is not negative.
    public static func colour(_ index: Int) -> Colour {
        precondition(index >= 0, "Palette.colour expected an index of at least 0, got \(index)")
        let base = bases[index % bases.count]
        switch index / bases.count % 3 {
        case 1: return base.mixed(with: Colour(0xFFFFFF), 0.42)
        case 2: return base.mixed(with: Colour(0x000000), 0.38)
        default: return base
        }
    }

    /// The colour of class `index` on near black paper: the same hue, lighter where it would sink into the paper.
    ///
    /// - Precondition: `index` is not negative.
    public static func colourOnDark(_ index: Int) -> Colour {
        let colour = colour(index)
        return colour.mixed(with: Colour(0xFFFFFF), max(0, 0.4 - colour.luminance) * 0.9)
    }
}
