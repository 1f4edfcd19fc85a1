/// The one of `candidates` that `name` is probably a misspelling of, or nil when none is near enough.
///
/// Letter case does not count. The distance is Damerau's and Levenshtein's, with adjacent transpositions (optimal string
/// alignment): one edit is allowed in any name, and one more for every three letters. The first of equally near ones wins.
///
/// - Parameters:
///   - name: what the user wrote.
///   - candidates: the known names, best first.
public func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let written = Array(name.lowercased().unicodeScalars)
    guard written.count <= 100 else { return nil }
    var best: (candidate: String, distance: Int)?
    for candidate in candidates where candidate.count <= 100 {
        let known = Array(candidate.lowercased().unicodeScalars)
        let limit = max(1, max(written.count, known.count) / 3)
        let distance = editDistance(written, known)
        let isNear = distance == 0 || (distance <= limit && distance < min(written.count, known.count))
        if isNear && distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.candidate
}

private func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...second.count)
    for i in first.indices {
        var current = [i + 1]
        for j in second.indices {
            let substitution = previous[j] + (first[i] == second[j] ? 0 : 1)
            var distance = min(substitution, previous[j + 1] + 1, current[j] + 1)
            if i > 0 && j > 0 && first[i] == second[j - 1] && first[i - 1] == second[j] {
                distance = min(distance, beforePrevious[j - 1] + 1)
            }
            current.append(distance)
        }
        beforePrevious = previous
        previous = current
    }
    return previous[second.count]
}

/// What to tell a user who wrote `name` where one of `candidates` is expected.
func suggestion(for name: String, among candidates: [String]) -> String {
    if let near = nearest(to: name, among: candidates) { return "did you mean \(near)?" }
    if candidates.isEmpty { return "remove it; there is nothing to set here" }
    return "known: \(candidates.joined(separator: ", "))"
}
