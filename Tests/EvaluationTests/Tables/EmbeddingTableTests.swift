import Evaluation
import Files
import Foundation
import Testing
import TestSupport
import Torch

/// Embeddings that programs have saved.
@Suite(.noLeaks) struct EmbeddingTableTests {
    private static var numbers: Tensor { Tensor([1, 0.1, -3, 1e-10, 5, 6] as [Float], shape: [3, 2]) }

    /// Runs `body` with the path of a folder that holds files of these texts.
    private func with(_ files: [String: String], _ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            for (name, text) in files {
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
            try body(folder)
        }
    }

    @Test func theFormsAgree() throws {
        let texts = [
            "a.csv": "file,label,group,x0,x1\n\"1, a.png\",b,7,1,0.1\n2.png,a,,-3,1e-10\n3.png,b,north,5,6\n",
            "a.files.csv": "file,label,group\n\"1, a.png\",b,7\n2.png,a,\n3.png,b,north\n",
        ]
        try with(texts) { folder in
            try NPYFile.write(Self.numbers, to: "\(folder)/a.npy")
            try SafetensorsFile.write(
                ["embeddings": Self.numbers, "labels": Tensor([1, 0, 1] as [Int64])],
                metadata: [
                    "classNames": #"["a", "b"]"#, "files": #"["1, a.png", "2.png", "3.png"]"#,
                    "groups": #"["7", "", "north"]"#,
                ], to: "\(folder)/a.safetensors")
            for ending in ["csv", "npy", "safetensors"] {
                let table = try EmbeddingTable(contentsOf: "\(folder)/a.\(ending)")
                expectEqual(table.embeddings, Self.numbers)
                #expect(table.classes == ["b", "a", "b"])
                #expect(table.files == ["1, a.png", "2.png", "3.png"])
                #expect(table.groups == ["7", nil, "north"])
                #expect(table.classSource == (ending == "npy" ? "\(folder)/a.files.csv" : nil))
            }
        }
    }

    @Test func theFileBesideHasToFit() throws {
        try with(["a.files.csv": "file,label\np,b\n"]) { folder in
            try NPYFile.write(Self.numbers, to: "\(folder)/a.npy")
            let error = #expect(throws: UserFacingError.self) {
                _ = try EmbeddingTable(contentsOf: "\(folder)/a.npy")
            }
            #expect(
                error?.subject == "\(folder)/a.files.csv" && error?.problem == "has 1 rows, \(folder)/a.npy beside it 3"
            )
        }
    }

    @Test func classesComeFromAnyForm() throws {
        let texts = ["l.txt": "7\n-2\n7\n", "l.csv": "x,label\n0,7\n0,-2\n0,7\n"]
        try with(texts) { folder in
            try NPYFile.write(Self.numbers.to(.float64), to: "\(folder)/a.npy")
            try NPYFile.write(Tensor([7, -2, 7] as [Int32]), to: "\(folder)/l.npy")
            try SafetensorsFile.write(["labels": Tensor([7, -2, 7] as [Int64])], to: "\(folder)/l.safetensors")
            for ending in ["txt", "csv", "npy", "safetensors"] {
                let table = try EmbeddingTable(contentsOf: "\(folder)/a.npy", labels: "\(folder)/l.\(ending)")
                #expect(table.classes == ["7", "-2", "7"] && table.embeddings.dtype == .float64)
                #expect(ClassNumbering(try table.knownClasses()).names == ["-2", "7"])
            }
        }
    }

    @Test func numbersOfClassesAreInTheirOrder() {
        #expect(ClassNumbering(["10", "9", "-1", "9"]).names == ["-1", "9", "10"])
        #expect(ClassNumbering(["10", "9", "a"]).names == ["10", "9", "a"])
        #expect(ClassNumbering(["b", "a"]).labels(of: ["a", "b", "c"]) == [0, 1, -1])
    }

    @Test func zerosAreCounted() throws {
        let table = try EmbeddingTable(
            name: "t", embeddings: Tensor([0, 0, 0, 1e-30, 0, 0] as [Float], shape: [3, 2]), files: ["a", "b", "c"])
        #expect(table.zeroCount == 2)
        let error = #expect(throws: UserFacingError.self) { try table.checkDirections() }
        #expect(error?.field == "row 0 (a)")
    }

    /// The name of a file, what it holds, and what the error says.
    @Test(arguments: [
        ("a.csv", "", "is empty"), ("a.csv", "file,label,x0\n", "holds no embedding"),
        ("a.csv", "file,label\na,b\n", "line 1: names no column of numbers"),
        ("a.csv", "x0,x1\n1,2\n3\n", "line 3: expected 2 fields as in the first line, got 1"),
        ("a.csv", "x0,x1\n1,two\n", "line 2: x1 is \"two\", expected a number"),
        ("a.csv", "x0,x1\n1,\n", "line 2: x1 is \"\", expected a number"),
        ("a.csv", "x0,x0\n1,2\n", "line 1: the column x0 stands there twice"),
        ("a.csv", "label,x0\n ,2\n", "line 2: the label is blank"),
        ("a.csv", "file,x0\nq,1\nr,nan\n", "row 1 (r): holds a number that is infinite or none"),
        ("a.csv", "x0\n1e39\n", "row 0: holds a number that is infinite or none"),
        ("a.npy", "text", "magic: it does not begin as a NumPy file does"),
        ("a.txt", "1 2", "is no file of saved embeddings"), ("none.npy", "", "magic: "),
        ("a.safetensors", "", "size: "),
    ])
    func isRefused(name: String, text: String, problem: String) throws {
        try with([name: text]) { folder in
            let error = #expect(throws: UserFacingError.self) {
                _ = try EmbeddingTable(contentsOf: "\(folder)/\(name)")
            }
            #expect(
                error?.description.hasPrefix("\(folder)/\(name): \(problem)") == true, "\(String(describing: error))")
        }
    }

    @Test func tensorsThatAreNoTableAreRefused() throws {
        let rows = Self.numbers
        let labels = Tensor([0, 1, 2] as [Int64])
        let cases: [([String: Tensor], [String: String], String)] = [
            (["points": rows], [:], "embeddings: there is no tensor of this name"),
            (["embeddings": labels], [:], "shape: is [3]"),
            (["embeddings": rows.to(.int64)], [:], "type: is int64"),
            (["embeddings": rows, "labels": labels[0..<1]], [:], "classes: there are 1 for 3 embeddings"),
            (["embeddings": rows, "labels": rows], [:], "labels: are [3, 2] float32"),
            (
                ["embeddings": rows, "labels": labels], ["classNames": #"["a", "b"]"#],
                "labels[2]: is 2, there are 2 class names"
            ),
            (["embeddings": rows, "labels": labels], ["classNames": "a"], "metadata classNames: is no JSON list"),
            (["embeddings": rows], ["files": #"["a"]"#], "files: there are 1 for 3 embeddings"),
            (["embeddings": rows], ["groups": #"["a"]"#], "groups: there are 1 for 3 embeddings"),
            (["embeddings": rows * Double.infinity], [:], "row 0: holds a number that is infinite or none"),
        ]
        for (tensors, metadata, problem) in cases {
            try withTemporaryFolder { folder in
                let path = "\(folder)/a.safetensors"
                try SafetensorsFile.write(tensors, metadata: metadata, to: path)
                let error = #expect(throws: UserFacingError.self) { _ = try EmbeddingTable(contentsOf: path) }
                #expect(error?.description.hasPrefix("\(path): \(problem)") == true, "\(String(describing: error))")
            }
        }
    }
}
