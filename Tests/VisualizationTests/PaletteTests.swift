import Testing

@testable import Visualization

struct PaletteTests {
    @Test func thirtySixColorsDifferAndThenRepeat() {
        let colors = (0..<Palette.count).map { Palette.color($0).hexadecimal }
        #expect(colors.count == 36)
        #expect(Set(colors).count == 36)
        #expect(Palette.color(36) == Palette.color(0))
    }

    @Test func luminanceIsThatOfWCAG() {
        // Python: l = lambda c: c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        // 0.2126 * l(0x1C / 255) + 0.7152 * l(0x59 / 255) + 0.0722 * l(0xB6 / 255), and of 0xCDAB19
        #expect(abs(Color(0x1C59B6).luminance - 0.10769) < 1e-6)
        #expect(abs(Color(0xCDAB19).luminance - 0.421751) < 1e-6)
    }

    @Test(arguments: 0..<12)
    func baseColorsStandOutOnBothPapers(index: Int) {
        // WCAG contrast, (lighter + 0.05) / (darker + 0.05).
        let light = Palette.color(index).luminance
        #expect(1.05 / (light + 0.05) > 1.9)
        let dark = Palette.colorOnDark(index).luminance
        #expect((dark + 0.05) / (Theme.dark.paper.luminance + 0.05) > 3)
    }
}
