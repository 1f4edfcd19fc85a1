import Foundation

/// A share as per cent with two digits: `98.80 %`.
public func percent(_ share: Double) -> String {
    "\(fixed(100 * share, digits: 2)) %"
}

/// A number with so many digits after the point, whatever the locale.
public func fixed(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", locale: nil, value)
}
