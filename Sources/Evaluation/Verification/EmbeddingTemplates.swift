import Files
public import Torch

/// One direction for each template, out of the embeddings of its images.
///
/// Embeddings are taken as long as they are, since a face that is hard to see has a short one, times what each counts; those of one
/// medium are averaged, so that a film counts as much as a photograph; the sum over media is scaled to length 1. This is how
/// insightface's published numbers on IJB-B and IJB-C came about.
public struct EmbeddingTemplates {
    /// The numbers of the templates, ascending, `[T]`.
    public let numbers: [Int]
    /// Their directions, `[T, D]` float64, each of length 1.
    public let directions: Tensor

    private let rows: [Int: Int]

    /// Joins embeddings to templates.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]`, not scaled; where images were embedded mirrored too, the sums of both.
    ///   - list: the template and medium of each.
    ///   - name: what messages call the embeddings.
    /// - Throws: `UserFacingError` when there are other numbers of them, one is not finite, or a template comes to zero.
    public init(_ embeddings: Tensor, list: TemplateList, named name: String) throws {
        guard embeddings.rank == 2, embeddings.size(0) == list.templates.count else {
            throw UserFacingError(
                name, field: "shape",
                problem: "is \(embeddings.shape), and templates are told of \(list.templates.count) images",
                remedy: "embed the images in the order of the list")
        }
        let members = Dictionary(grouping: list.templates.indices) { list.templates[$0] }.sorted { $0.key < $1.key }
        let rows = try members.map { number, images in
            let direction = Self.sum(embeddings, images, list)
            let length = direction.norm(along: 0).item()
            guard length > 0, length.isFinite else {
                throw UserFacingError(
                    name, field: "template \(number)", problem: "comes to \(length > 0 ? "no finite number" : "zero")",
                    remedy: "look for broken images, or scores that are all 0")
            }
            return direction / length
        }
        numbers = members.map(\.key)
        directions = .stacked(rows)
        self.rows = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.key, $0) })
    }

    /// The sum over media of the means of their weighted embeddings, `[D]` float64.
    private static func sum(_ embeddings: Tensor, _ images: [Int], _ list: TemplateList) -> Tensor {
        let counts = images.reduce(into: [Int: Int]()) { $0[list.media[$1], default: 0] += 1 }
        let factors = images.map { list.weights[$0] / Double(counts[list.media[$0]] ?? 1) }
        let values = embeddings.gathered(Tensor(images).to(embeddings.device)).to(.float64)
        return (values * Tensor(factors, shape: [images.count, 1]).to(embeddings.device)).sum(along: [0])
    }

    /// Reads which templates are compared, such as `ijbc_template_pair_label.txt`.
    ///
    /// - Returns: the pairs, as rows of ``directions``.
    /// - Throws: `UserFacingError` that names the file and the line: not three whole numbers, an answer that is neither 0 nor 1, or a
    ///   template that the list does not have.
    public func pairs(_ path: String) throws -> VerificationPairs {
        var (first, second, isSame): ([Int], [Int], [Bool]) = ([], [], [])
        try WordLines(path).forEach { line in
            func refused(_ problem: String) -> UserFacingError {
                UserFacingError(
                    path, field: "line \(line.number)", problem: problem,
                    remedy: "write two templates and 0 or 1: 1 11065 1")
            }
            guard line.count == 3, let left = line.integer(0), let right = line.integer(1),
                let answer = line.integer(2),
                (0...1).contains(answer)
            else { throw refused("is no pair of templates with 0 or 1") }
            for template in [left, right] where rows[template] == nil {
                throw refused("names the template \(template), of which there is no image")
            }
            first.append(rows[left] ?? 0)
            second.append(rows[right] ?? 0)
            isSame.append(answer == 1)
        }
        guard !isSame.isEmpty else {
            throw UserFacingError(path, problem: "lists no pair", remedy: "get the file again")
        }
        return VerificationPairs(first: first, second: second, isSame: isSame)
    }
}
