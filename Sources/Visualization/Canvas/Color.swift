import Foundation

/// A color in sRGB.
public struct Color: Sendable, Hashable {
    /// Red, in 0...1.
    public var red: Double
    /// Green, in 0...1.
    public var green: Double
    /// Blue, in 0...1.
    public var blue: Double
    /// Opacity, in 0...1.
    public var alpha: Double

    /// Creates a color from its components, each in 0...1.
    public init(red: Double, green: Double, blue: Double, alpha: Double = 1) {
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    /// Creates an opaque color from 24 bits, such as `0x3366CC`.
    public init(_ bits: UInt32) {
        self.init(
            red: Double(bits >> 16 & 0xFF) / 255, green: Double(bits >> 8 & 0xFF) / 255,
            blue: Double(bits & 0xFF) / 255)
    }

    /// The color with another opacity, in 0...1.
    public func opacity(_ alpha: Double) -> Color {
        Color(red: red, green: green, blue: blue, alpha: alpha)
    }

    /// The color moved towards `other`: by nothing at 0, to `other` at 1; the opacity stays.
    public func mixed(with other: Color, _ fraction: Double) -> Color {
        func mix(_ from: Double, _ to: Double) -> Double { from + (to - from) * fraction }
        return Color(
            red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue), alpha: alpha)
    }

    /// The color without its opacity as HTML writes it: `#3366cc`.
    public var hexadecimal: String {
        let digits = [red, green, blue].map { component -> String in
            let byte = UInt8((min(max(component, 0), 1) * 255).rounded())
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "#" + digits.joined()
    }

    /// Relative luminance, in 0...1. WCAG 2.2, "relative luminance".
    public var luminance: Double {
        func linear(_ component: Double) -> Double {
            component <= 0.04045 ? component / 12.92 : pow((component + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }
}
