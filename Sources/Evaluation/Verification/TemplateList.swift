import Files

/// Which embeddings make up which template, and which templates are compared, in the form of IARPA's Janus benchmarks.
///
/// A template is what is known of one person: photographs and frames of films. Two files tell of them:
///
///     img/1.jpg 1 69544        the image, its template, and the film or photograph that it comes from
///     1 11065 1                two templates, and 1 when they are of one person, else 0
///
/// Whitelam et al., "IARPA Janus Benchmark-B", 2017; Maze et al., "IARPA Janus Benchmark-C", 2018.
public struct TemplateList: Sendable, Equatable {
    /// The template of each embedding, `[N]`.
    public let templates: [Int]
    /// The medium of each embedding, `[N]`.
    public let media: [Int]
    /// What each embedding counts, `[N]`: the detector's score of its face, or 1.
    public let weights: [Double]

    /// Names templates and media.
    ///
    /// - Precondition: all are of one length.
    public init(templates: [Int], media: [Int], weights: [Double]) {
        precondition(
            templates.count == media.count && templates.count == weights.count,
            "TemplateList: \(templates.count) templates, \(media.count) media, \(weights.count) weights")
        self.templates = templates
        self.media = media
        self.weights = weights
    }

    /// Reads a file of templates, such as `ijbc_face_tid_mid.txt`.
    ///
    /// - Parameters:
    ///   - path: a line for each embedding, in their order.
    ///   - quality: a file such as `ijbc_name_5pts_score.txt`, whose last word in each line is what the embedding counts; all count 1
    ///     when nil.
    /// - Throws: `UserFacingError` that names the file and the line: not three words, no whole numbers, a score that is none or below
    ///   0, or another number of lines in the two files.
    public init(_ path: String, quality: String? = nil) throws {
        var (templates, media): ([Int], [Int]) = ([], [])
        try WordLines(path).forEach { line in
            guard line.count == 3, let template = line.integer(1), let medium = line.integer(2) else {
                throw UserFacingError(
                    path, field: "line \(line.number)",
                    problem: "is no image with the numbers of its template and medium",
                    remedy: "write it as img/1.jpg 1 69544")
            }
            templates.append(template)
            media.append(medium)
        }
        guard !templates.isEmpty else {
            throw UserFacingError(path, problem: "lists no image", remedy: "get the file again")
        }
        var weights: [Double] = []
        if let quality {
            try WordLines(quality).forEach { line in
                guard let score = line.number(line.count - 1), score >= 0 else {
                    throw UserFacingError(
                        quality, field: "line \(line.number)", problem: "does not end in a score from 0",
                        remedy: "get the file again")
                }
                weights.append(score)
            }
            guard weights.count == templates.count else {
                throw UserFacingError(
                    quality, problem: "has \(weights.count) scores for the \(templates.count) images of \(path)",
                    remedy: "give files of the same set")
            }
        } else {
            weights = [Double](repeating: 1, count: templates.count)
        }
        self.init(templates: templates, media: media, weights: weights)
    }
}
