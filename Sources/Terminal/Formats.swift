import Foundation

/// A time span for a person: `350 ms`, `4.2 s`, `47 s`, `12 min 05 s`, `3 h 07 min`, `2 d 4 h`.
///
/// - Parameter seconds: the span; a negative one counts as none, and one that is not finite is `?`.
public func formatDuration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    let seconds = max(0, seconds)
    if seconds < 0.9995 { return "\(Int((seconds * 1000).rounded())) ms" }
    if seconds < 9.95 { return String(format: "%.1f s", seconds) }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
    let minutes = Int((seconds / 60).rounded())
    if minutes < 24 * 60 { return "\(minutes / 60) h \(twoDigits(minutes % 60)) min" }
    let hours = Int((seconds / 3600).rounded())
    return "\(hours / 24) d \(hours % 24) h"
}

/// A whole number for a person: `1,035`.
public func formatCount(_ count: Int) -> String {
    let digits = String(count.magnitude)
    let head = digits.count % 3
    var groups = head > 0 ? [digits.prefix(head)] : []
    var rest = digits.dropFirst(head)
    while !rest.isEmpty {
        groups.append(rest.prefix(3))
        rest = rest.dropFirst(3)
    }
    return (count < 0 ? "-" : "") + groups.joined(separator: ",")
}

/// A whole number for a person, in three figures where it is large: `950`, `12.4 k`, `1.25 M`, `60.0 k`.
///
/// Numbers below 10,000 are written out: `1,035`.
public func formatCountShort(_ count: Int) -> String {
    guard count.magnitude >= 10_000 else { return formatCount(count) }
    var value = Double(count)
    for unit in ["k", "M", "G", "T", "P", "E"] {
        value /= 1000
        // 999.5 would be written 1000 in three figures.
        if abs(value) < 999.5 || unit == "E" {
            let decimals = abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0
            return String(format: "%.\(decimals)f ", value) + unit
        }
    }
    return formatCount(count)
}

/// A rate for a person: `0.25`, `3.4`, `47`, `1,035`, `12.4 k`.
func formatRate(_ rate: Double) -> String {
    guard rate.isFinite, rate >= 0, rate < 1e18 else { return "?" }
    if rate < 0.995 { return String(format: "%.2f", rate) }
    if rate < 9.95 { return String(format: "%.1f", rate) }
    return formatCountShort(Int(rate.rounded()))
}

private func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
}
