/// What names begin with, up to a dot: `module.`, `backbone.`, `model.encoder.`.
enum NamePrefix {
    /// The longest prefix that all names share; empty when they share none.
    static func common(of names: some Collection<String>) -> String {
        guard var shared = names.first.map(prefixes)?.last else { return "" }
        for name in names {
            while !name.hasPrefix(shared) {
                guard let shorter = prefixes(shared.dropLast()).last else { return "" }
                shared = shorter
            }
        }
        return shared
    }

    /// The prefixes of one name, the shortest first: of `a.b.c`, `a.` and `a.b.`.
    static func prefixes(_ name: some StringProtocol) -> [String] {
        name.indices.filter { name[$0] == "." }.map { String(name[...$0]) }
    }
}
