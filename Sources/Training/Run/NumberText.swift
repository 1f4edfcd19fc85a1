import Foundation

/// A share as per cent with two digits: `98.80 %`.
public func percent(_ share: Double) -> String {
    "\(fixed(100 * share, digits: 2)) %"
}

/// A number with so many digits after the point, whatever the locale.
public func fixed(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", locale: nil, value)
}

/// A whole number with its digits in groups of three: `797,201`.
func grouped(_ count: Int) -> String {
    let digits = Array("\(count)")
    return digits.indices.map { index in
        let left = digits.count - index
        return "\(digits[index])\(left > 1 && left % 3 == 1 && digits[index] != "-" ? "," : "")"
    }.joined()
}
