/// What a setting's value must satisfy, and how to say so.
public struct SettingCheck<Value>: Sendable {
    /// What is accepted, to stand after "expected": `a number above 0`.
    public let requirement: String

    let accepts: @Sendable (Value) -> Bool

    /// Creates a check that accepts the values for which `accepts` holds.
    public init(_ requirement: String, accepts: @escaping @Sendable (Value) -> Bool) {
        self.requirement = requirement
        self.accepts = accepts
    }
}

extension SettingCheck where Value: Comparable & Numeric & Sendable {
    /// Above 0.
    public static var positive: SettingCheck {
        SettingCheck("a number above 0") { $0 > 0 }
    }

    /// 0 or above.
    public static var notNegative: SettingCheck {
        SettingCheck("a number of 0 or above") { $0 >= 0 }
    }
}

extension SettingCheck where Value: Comparable & Sendable {
    /// In `range`, both ends included.
    public static func within(_ range: ClosedRange<Value>) -> SettingCheck {
        SettingCheck("\(YAMLText.shown(range.lowerBound)) to \(YAMLText.shown(range.upperBound))") {
            range.contains($0)
        }
    }

    /// In `range`, the upper end excluded.
    public static func within(_ range: Range<Value>) -> SettingCheck {
        SettingCheck("\(YAMLText.shown(range.lowerBound)) to below \(YAMLText.shown(range.upperBound))") {
            range.contains($0)
        }
    }
}
