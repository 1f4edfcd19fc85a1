/// Numbers from 0 for the names of classes, the same for several tables.
///
/// Names that are all whole numbers are in their order, others in that of their Unicode scalars.
public struct ClassNumbering: Sendable, Equatable {
    /// The names in the order of their numbers.
    public let names: [String]

    private let numbers: [String: Int64]

    /// Numbers the classes of some tables.
    ///
    /// - Parameter classes: the names, which may come any number of times.
    public init(_ classes: [String]) {
        let distinct = Set(classes)
        let integers = distinct.compactMap { name in Int64(name).map { (number: $0, name: name) } }
        names =
            integers.count == distinct.count
            ? integers.sorted { ($0.number, $0.name) < ($1.number, $1.name) }.map(\.name)
            : distinct.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int64($0)) })
    }

    /// The number of each of `classes`; -1 for a name that is not known.
    ///
    /// - Parameter classes: names.
    public func labels(of classes: [String]) -> [Int64] { classes.map { numbers[$0] ?? -1 } }
}
