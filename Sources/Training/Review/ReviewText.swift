import Foundation

/// A number of a finding: three digits that count.
func shown(_ value: Double) -> String { String(format: "%.3g", value) }

/// An angle of a finding, in degrees.
func shownDegrees(_ radians: Double) -> String { String(format: "%.1f degrees", radians * 180 / .pi) }
