import Faces
import Files
import Foundation
import TestSupport
import Testing

@Suite struct LandmarkListTests {
    private static let header = "path,x0,y0,x1,y1,x2,y2,x3,y3,x4,y4"
    private static let face = "38,52,74,52,56,72,42,92,71,92"

    private func with(_ name: String, _ text: String, _ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            try body("\(folder)/\(name)")
        }
    }

    @Test func aFaceALine() throws {
        let text =
            "label,file,x0,y0,x1,y1,x2,y2,x3,y3,x4,y4\nann,\"a, b.jpg\", 1,2,3,4,5,6,7,8,9,10.5\nann,c.jpg,\(Self.face)\n"
        try with("faces.csv", text) { path in
            let list = try LandmarkList(csv: path)
            #expect(list.faces.map(\.path) == ["a, b.jpg", "c.jpg"])
            #expect(list.faces[0].landmarks == FaceLandmarks([[1, 2], [3, 4], [5, 6], [7, 8], [9, 10.5]]))
            #expect(list.faces[1].source == "\(path): line 3")
        }
    }

    /// pandas writes a column of row numbers without a name.
    @Test func aColumnWithoutANameIsPassedOver() throws {
        try with("faces.csv", ",\(Self.header)\n0,a.jpg,\(Self.face)\n") { path in
            let list = try LandmarkList(csv: path)
            #expect(list.faces.map(\.path) == ["a.jpg"])
        }
    }

    @Test func sixtyEightPointsBecomeFive() throws {
        let points = (0..<68).map { SIMD2(Double($0), Double($0 * $0)) }
        let header = "path," + (0..<68).map { "x\($0),y\($0)" }.joined(separator: ",")
        let row = "a.jpg," + points.map { "\($0.x),\($0.y)" }.joined(separator: ",")
        try with("faces.csv", "\(header)\n\(row)\n") { path in
            let list = try LandmarkList(csv: path)
            #expect(list.faces[0].landmarks == FaceLandmarks(ibug: points))
        }
        let lines = points.map { "\($0.x + 1) \($0.y + 1)" }.joined(separator: "\n")
        try with("a.pts", "version: 1\nn_points: 68\n{\n\(lines)\n}\n") { path in
            let list = try LandmarkList(besideImages: ["a.jpg"], in: (path as NSString).deletingLastPathComponent)
            #expect(list.faces[0].landmarks == FaceLandmarks(ibug: points) && list.faces[0].source == path)
        }
    }

    @Test(arguments: [
        ("", "lists no face"), (header, "lists no face"),
        ("name,x0,y0\na,1,2\n", "line 1: lacks the column path"),
        ("path,x0,y0\na,1,2\n", "line 1: has the columns x, y, expected x and y by turns for 5 or 68 points"),
        ("path,x0,x1,x2,x3,x4,y0,y1,y2,y3,y4\na,\(face)\n", "line 1: has the columns x, x, x, x, x, y, y, y, y, y"),
        ("\(header)\na,\(face)\nb,1\n", "line 3: expected 11 fields as in the first line, got 2"),
        ("\(header)\n,\(face)\n", "line 2: the path is blank"),
        ("\(header)\na,x,52,74,52,56,72,42,92,71,92\n", "line 2: x0 is \"x\", expected a number"),
        ("\(header)\na,nan,52,74,52,56,72,42,92,71,92\n", "line 2: a coordinate is infinite or none"),
        ("\(header)\na,5,5,5,5,5,5,5,5,5,5\n", "line 2: the points do not span a face"),
    ])
    func isRefused(text: String, problem: String) throws {
        try with("faces.csv", text) { path in
            let error = #expect(throws: UserFacingError.self) { _ = try LandmarkList(csv: path) }
            #expect(error?.description.hasPrefix("\(path): \(problem)") == true, "\(String(describing: error))")
        }
    }

    @Test(arguments: [
        ("version: 1\n", "there are no braces around them"), ("{ 1 2 3 }", "are 3 numbers, expected 68 times two"),
        ("{ \([String](repeating: "x", count: 136).joined(separator: " ")) }", "\"x\" is no number"),
        ("{ \([String](repeating: "7", count: 136).joined(separator: " ")) }", "the points do not span a face"),
        ("} {", "there are no braces around them"),
    ])
    func pointsAreRefused(text: String, problem: String) throws {
        try with("a.pts", text) { path in
            let error = #expect(throws: UserFacingError.self) {
                _ = try LandmarkList(besideImages: ["a.jpg"], in: (path as NSString).deletingLastPathComponent)
            }
            #expect(error?.description.hasPrefix("\(path): points: \(problem)") == true, "\(String(describing: error))")
        }
    }

    @Test func aMissingFileIsNamed() {
        let error = #expect(throws: UserFacingError.self) { _ = try LandmarkList(besideImages: ["a.jpg"], in: "none") }
        #expect(error?.subject == "none/a.pts" && error?.problem == "does not exist")
    }
}
