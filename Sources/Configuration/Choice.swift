extension CaseIterable where Self: RawRepresentable, RawValue == String {
    /// The case that is called `name`.
    ///
    /// - Throws: ``InvalidSetting`` that lists the cases or suggests the nearest when there is none of that name.
    public static func choice(_ name: String) throws -> Self {
        guard let choice = Self(rawValue: name) else {
            throw InvalidSetting.unknownName(name, among: allCases.map(\.rawValue))
        }
        return choice
    }
}

extension InvalidSetting {
    /// The error for a name that is none of `known`: it suggests the nearest, and lists all.
    ///
    /// - Parameters:
    ///   - name: what the user wrote.
    ///   - known: the names there are, in the order in which they are to be listed.
    public static func unknownName(_ name: String, among known: [String]) -> InvalidSetting {
        let list = known.joined(separator: ", ")
        let shown = name.isEmpty ? "empty" : name.abbreviated
        guard let near = nearest(to: name, among: known) else {
            return InvalidSetting(problem: "is \(shown), which is not known", remedy: "choose one of: \(list)")
        }
        return InvalidSetting(
            problem: "is \(shown), which is not known", remedy: "did you mean \(near)? There are: \(list)")
    }
}

/// The raw values of an enumeration's cases, when it has text for raw values; nil for any other type.
func caseNames(of type: Any.Type) -> [String]? {
    guard let type = type as? any CaseIterable.Type else { return nil }
    return rawValues(of: type)
}

private func rawValues<T: CaseIterable>(of type: T.Type) -> [String]? {
    let names = type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
    return names.count == type.allCases.count && !names.isEmpty ? names : nil
}
