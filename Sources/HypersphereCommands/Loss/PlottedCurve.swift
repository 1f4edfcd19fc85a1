import Files
import Foundation
import MetricLearning
import Training

/// A head as it stands on the command line, with one of its curves.
struct PlottedCurve {
    let head: String
    let words: [String]
    let curve: MarginCurve
    let shape: MarginCurve.Shape

    /// What the curve is called: the head with its settings, and the curve's condition.
    var label: String {
        ([([head] + words).joined(separator: " ")] + [curve.condition].compactMap(\.self)).joined(separator: ": ")
    }

    /// Reads `arcface margin=0.5 vs cosface`.
    ///
    /// - Throws: `UserFacingError` that names the word at fault and the nearest known one.
    static func read(_ words: [String]) throws -> [PlottedCurve] {
        try words.split(separator: "vs", omittingEmptySubsequences: false).flatMap { words in
            guard let name = words.first else {
                throw UserFacingError(
                    "vs", problem: "stands beside no head",
                    remedy: "write a head before and behind it, as in: arcface vs cosface")
            }
            let overrides = Array(words.dropFirst())
            let recipe = try HeadRecipe(named: name, overrides: overrides)
            guard let curves = recipe.marginCurves else {
                throw UserFacingError(
                    name, problem: "has no curve, because its logits are not made of angles alone",
                    remedy: "choose one of: \(try HeadRecipe.namesWithCurves().joined(separator: ", "))")
            }
            return curves.map { PlottedCurve(head: name, words: overrides, curve: $0, shape: $0.shape()) }
        }
    }
}

extension PlottedCurve {
    /// The lines on the terminal.
    var lines: [String] {
        let ends = curve(at: [0, .pi]).logits
        var lines = [label, row("margin", margin)]
        lines.append(row("logit", "\(fixed(ends[0])) at 0 degrees, \(fixed(ends[1])) at 180"))
        lines += falling.map { row("falls", span($0)) }
        lines += shape.rising.map { row("rises", "\(span($0)): pushes samples from their class") }
        lines += shape.flat.map { row("stays", "\(span($0)): teaches samples nothing") }
        lines += shape.jumps.map {
            row(
                "jumps",
                "\($0.to > $0.from ? "up" : "down") at \(degrees($0.angle)) degrees, from \(fixed($0.from)) to \(fixed($0.to))"
            )
        }
        lines.append(row("scale", curve.scale.map(shortest) ?? "the length of the embedding"))
        return lines
    }

    /// Where the curve neither rises nor stays.
    private var falling: [ClosedRange<Double>] {
        let others = (shape.rising + shape.flat).sorted { $0.lowerBound < $1.lowerBound }
        let starts = [0] + others.map(\.upperBound)
        let ends = others.map(\.lowerBound) + [Double.pi]
        return zip(starts, ends).filter { $0 < $1 }.map { $0...$1 }
    }

    private var margin: String {
        var parts: [String] = []
        if curve.multiplier != 1 { parts.append("\(shortest(curve.multiplier)) times the angle") }
        if curve.angle.radians != 0 {
            parts.append("\(shortest(curve.angle.radians)) rad (\(fixed(curve.angle.degrees)) degrees) on the angle")
        }
        if curve.cosine != 0 { parts.append("\(shortest(curve.cosine)) off the cosine") }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    private func row(_ name: String, _ text: String) -> String {
        "  " + name.padding(toLength: 8, withPad: " ", startingAt: 0) + text
    }

    private func span(_ range: ClosedRange<Double>) -> String {
        "from \(degrees(range.lowerBound)) to \(degrees(range.upperBound)) degrees"
    }

    private func degrees(_ radians: Double) -> String { fixed(Angle.radians(radians).degrees) }

    private func fixed(_ value: Double) -> String { String(format: "%.2f", value == 0 ? 0 : value) }

    private func shortest(_ value: Double) -> String { String(format: "%g", value) }

}
