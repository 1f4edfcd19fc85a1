import Evaluation
import Files
import Terminal
import Torch

/// What two tables must not share.
extension EmbeddingTable {
    /// Makes sure that none of the classes is known. Numbers are warned of alone: two sets may number their classes alike
    /// without sharing one.
    ///
    /// - Parameters:
    ///   - known: the known classes.
    ///   - other: what they are classes of.
    ///   - quiet: whether nothing is warned of.
    /// - Throws: `UserFacingError` that names the first class that is known.
    func checkUnknown(among known: Set<String>, of other: String, quiet: Bool) throws {
        let shared = (classes ?? []).filter(known.contains)
        if let same = shared.first(where: { Int($0) == nil }) {
            throw UserFacingError(
                name, field: "classes", problem: "\(same) is among those of \(other)",
                remedy: "leave the known classes out")
        }
        if !quiet && !shared.isEmpty {
            Console.note(
                "warning: \(name): \(Console.counted(Set(shared).count, "class number")) of \(other) too, taken for other classes"
            )
        }
    }

    /// The name of an image that is in both. Names alone prove nothing, since files are named below their folder; an image of the
    /// same name has the same embedding too, up to the rounding of another place in a batch.
    func sharedImage(with other: EmbeddingTable) throws -> String? {
        guard let files, let others = other.files else { return nil }
        let places = Dictionary(others.enumerated().map { ($1, $0) }) { first, _ in first }
        let pairs = files.enumerated().compactMap { own, name in places[name].map { (own: own, other: $0) } }
        guard !pairs.isEmpty else { return nil }
        func rows(_ table: EmbeddingTable, _ places: [Int]) -> Tensor {
            table.embeddings.to(.float64).gathered(Tensor(places).to(table.embeddings.device))
        }
        let (first, second) = (rows(self, pairs.map(\.own)), rows(other, pairs.map(\.other)))
        let distances = ((first - second) * (first - second)).sum(along: [1]).array(of: Double.self)
        let lengths = (first * first).sum(along: [1]).array(of: Double.self)
        return zip(pairs, zip(distances, lengths)).first { $1.0 <= 1e-4 * $1.1 }.map { files[$0.0.own] }
    }
}
