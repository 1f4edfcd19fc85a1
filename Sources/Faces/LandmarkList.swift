import Files
import Foundation

/// Which faces stand where in which images, as a CSV file or files of points tell it.
public struct LandmarkList: Sendable {
    /// A face in an image.
    public struct Face: Sendable, Equatable {
        /// The image's path as it is written: below the folder of images, or absolute.
        public let path: String
        /// Where its points are written, for messages: a file, or a line of one.
        public let source: String
        /// The points.
        public let landmarks: FaceLandmarks
    }

    /// The faces in the order of the list.
    public let faces: [Face]

    private static let pathColumns = ["path", "file"]
    private static let endingOfPoints = "pts"

    /// Reads a CSV file with a column `path` or `file` and, in their order, columns whose names begin with x and y by turns: 5 or
    /// 68 points, in pixels from the center of the upper left one. Other columns are passed over. An image may stand there
    /// several times, once for each face.
    ///
    /// - Throws: `UserFacingError` that names the file and the line: a missing column, another number of points, what is no finite
    ///   number, points that are all at one place, or no face at all.
    public init(csv path: String) throws {
        let table = try CSVTable(InputFile.map(path), path: path)
        func refused(_ line: Int, _ problem: String, _ remedy: String) -> UserFacingError {
            UserFacingError(path, field: "line \(line)", problem: problem, remedy: remedy)
        }
        guard let header = table.rows.first, table.rows.count > 1 else {
            throw UserFacingError(
                path, problem: "lists no face", remedy: "begin it with path,x0,y0,...,x4,y4 and a line for each face")
        }
        guard let name = header.fields.firstIndex(where: Self.pathColumns.contains) else {
            throw refused(header.line, "lacks the column path", "name the column of the images' files so")
        }
        let columns = header.fields.indices.filter {
            ["x", "y"].contains(header.fields[$0].prefix(1).lowercased()) && $0 != name
        }
        let axes = columns.map { header.fields[$0].prefix(1).lowercased() }
        guard axes.enumerated().allSatisfy({ $1 == ($0.isMultiple(of: 2) ? "x" : "y") }),
            [10, 136].contains(columns.count)
        else {
            throw refused(
                header.line,
                "has the columns \(axes.joined(separator: ", ")), expected x and y by turns for 5 or 68 points",
                "name them x0,y0,x1,y1 and so on")
        }
        faces = try table.rows.dropFirst().map { row in
            guard row.fields.count == header.fields.count else {
                throw refused(
                    row.line, "expected \(header.fields.count) fields as in the first line, got \(row.fields.count)",
                    "quote fields that hold a comma")
            }
            guard !row.fields[name].isEmpty else { throw refused(row.line, "the path is blank", "name the image") }
            let numbers = try columns.map { column in
                guard let number = Double(row.fields[column].trimmingCharacters(in: .whitespaces)) else {
                    throw refused(
                        row.line, "\(header.fields[column]) is \"\(row.fields[column])\", expected a number",
                        "write where the point stands in pixels")
                }
                return number
            }
            return Face(
                path: row.fields[name], source: "\(path): line \(row.line)",
                landmarks: try Self.landmarks(numbers, of: path, field: "line \(row.line)"))
        }
    }

    /// Reads the file of points that lies beside each image: the same name with the ending pts, 68 points in iBUG's order, which
    /// are written from 1 for the upper left pixel.
    ///
    /// - Parameters:
    ///   - images: the paths of images below `folder`.
    ///   - folder: where they lie.
    /// - Throws: `UserFacingError` that names the file of points when it is missing, of another form or degenerate.
    public init(besideImages images: [String], in folder: String) throws {
        faces = try images.map { image in
            let path = "\(folder)/\((image as NSString).deletingPathExtension).\(Self.endingOfPoints)"
            let numbers = try Self.numbers(ofPoints: InputFile.text(path), path: path)
            return Face(path: image, source: path, landmarks: try Self.landmarks(numbers, of: path, field: "points"))
        }
    }

    /// What stands between the braces of a file of points, counted from 0.
    private static func numbers(ofPoints text: String, path: String) throws -> [Double] {
        func refused(_ problem: String) -> UserFacingError {
            UserFacingError(
                path, field: "points", problem: problem,
                remedy: "give a file as iBUG's: version: 1, n_points: 68, and 68 lines of x y between braces")
        }
        guard let begin = text.firstIndex(of: "{"), let end = text.lastIndex(of: "}"), begin < end else {
            throw refused("there are no braces around them")
        }
        let words = text[text.index(after: begin)..<end].split(whereSeparator: \.isWhitespace)
        guard words.count == 136 else { throw refused("are \(words.count) numbers, expected 68 times two") }
        return try words.map { word in
            guard let number = Double(word) else { throw refused("\"\(word)\" is no number") }
            return number - 1
        }
    }

    private static func landmarks(_ numbers: [Double], of path: String, field: String) throws -> FaceLandmarks {
        func refused(_ problem: String) -> UserFacingError {
            UserFacingError(
                path, field: field, problem: problem, remedy: "mark the face anew, or leave it out of the list")
        }
        guard numbers.allSatisfy(\.isFinite) else { throw refused("a coordinate is infinite or none") }
        let points = stride(from: 0, to: numbers.count, by: 2).map { SIMD2(numbers[$0], numbers[$0 + 1]) }
        let landmarks = points.count == 5 ? FaceLandmarks(points) : FaceLandmarks(ibug: points)
        guard SimilarityTransform(from: landmarks.points, to: FaceTemplate.square.points) != nil else {
            throw refused("the points do not span a face: they are at one place, or mirror each other")
        }
        return landmarks
    }
}
