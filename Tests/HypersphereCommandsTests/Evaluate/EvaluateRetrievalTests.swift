import Datasets
import Foundation
import Testing
import TestSupport
import Torch

/// `evaluate retrieval` on the cases of `retrieval.safetensors`, saved as other programs do.
@Suite(.noLeaks) struct EvaluateRetrievalTests {
    private static let measures = [
        ("precisionAt1", "precision_at_1"), ("rPrecision", "r_precision"), ("meanAveragePrecisionAtR", "map_at_r"),
        ("meanAveragePrecision", "map"), ("meanReciprocalRank", "mrr"), ("meanInverseNegativePenalty", "minp"),
    ]
    private static let lists = [
        ("recall", "recall"), ("precision", "precision"), ("meanAveragePrecisionOverHits", "map_over_hits"),
        ("meanAveragePrecisionOverReachableHits", "map_over_reachable"),
        ("meanAveragePrecisionOverFoundHits", "map_over_found"),
    ]

    private func expectScores(_ found: Setting, _ item: Fixture.Case) throws {
        for average in ["micro", "macro"] {
            let scores = try #require(found[average])
            for (key, name) in Self.measures {
                expectEqual(try scores.number(key), try item.tensor("\(average).\(name)").item(), relative: 1e-13, key)
            }
            for (key, name) in Self.lists {
                expectEqual(
                    Tensor(try scores.numbers(key)), try item.tensor("\(average).\(name)"), relative: 1e-13, key)
            }
        }
        let lone = try found.number("protocol", "loneQueryCount")
        let tied = try found.number("protocol", "tiedQueryCount")
        #expect(lone == item.settings["lone"]?.number && tied == item.settings["tied"]?.number)
    }

    @Test(arguments: ["random_cosine", "duplicates_dot", "some_lone", "labels_from_2_62", "two_dimensions_euclidean"])
    func theNumbersAreTheReferences(name: String) throws {
        let item = try Fixture("retrieval")[name]
        let metric = try #require(item.settings["metric"]?.text)
        try Program.inScratchFolder { program in
            try NPYFile.write(item.tensor("embeddings"), to: program.path("x.npy"))
            try NPYFile.write(item.tensor("labels"), to: program.path("l.npy"))
            let found = try program.answers([
                "evaluate", "retrieval", "--embeddings", "x.npy", "--labels", "l.npy", "--metric", metric,
                "--k", "1,2,5,10", "--no-clusters",
            ])
            try expectScores(found, item)
            #expect(found["protocol"]?["isSelfRemovedByIndex"]?.bool == true)
            #expect(found["protocol"]?["metric"]?.text == metric)
        }
    }

    @Test func aGalleryIsSearchedByQueries() throws {
        let item = try Fixture("retrieval")["gallery_euclidean"]
        try Program.inScratchFolder { program in
            for (file, embeddings, labels) in [("q", "embeddings", "labels"), ("g", "gallery", "gallery_labels")] {
                try SafetensorsFile.write(
                    ["embeddings": item.tensor(embeddings), "labels": item.tensor(labels)],
                    to: program.path("\(file).safetensors"))
            }
            let found = try program.answers([
                "evaluate", "retrieval", "--embeddings", "q.safetensors", "--gallery", "g.safetensors", "--metric",
                "euclidean", "--k", "1,2,5,10", "--no-clusters",
            ])
            try expectScores(found, item)
        }
    }

    /// Groups are texts in files; the reference has numbers.
    @Test func ownClassOfTheOwnGroupIsNotSeen() throws {
        let item = try Fixture("retrieval")["groups_leaving_one_out"]
        let (embeddings, labels) = try (item.tensor("embeddings"), item.tensor("labels"))
        let groups = try item.tensor("groups").array(of: Int64.self).map { "camera \($0)" }
        let metric = try #require(item.settings["metric"]?.text)
        try Program.inScratchFolder { program in
            try SafetensorsFile.write(
                ["embeddings": embeddings, "labels": labels],
                metadata: ["groups": String(decoding: try JSONEncoder().encode(groups), as: UTF8.self)],
                to: program.path("x.safetensors"))
            let words = ["evaluate", "retrieval", "--embeddings", "x.safetensors", "--metric", metric, "--no-clusters"]
            let found = try program.answers(words + ["--k", "1,2,5,10"])
            try expectScores(found, item)
            #expect(found["protocol"]?["groupCount"]?.integer == 3)
            let text = try program.run(words)
            #expect(text.stdout.replacing("\n", with: " ").contains("shares its class and one of 3 groups is not seen"))
            let all = try program.answers(words + ["--ignore-groups", "--k", "1,2,5,10"])
            #expect(all["micro"] != found["micro"] && all["protocol"]?["groupCount"] == nil)
            try NPYFile.write(embeddings, to: program.path("g.npy"))
            try NPYFile.write(labels, to: program.path("l.npy"))
            expectOneLine(
                try program.run(words + ["--gallery", "g.npy", "--gallery-labels", "l.npy"]),
                ["groups: are there for the queries alone"])
        }
    }

    /// Queries that nothing could name do not count, fewer vote than were asked for, and one class may search a gallery of more;
    /// a page has what pictures there can be.
    @Test func fewRowsAreMeasuredToo() throws {
        try Program.inScratchFolder { program in
            try program.write("label,x0\na,0\na,1\nb,10\n", to: "x.csv")
            let words = ["evaluate", "retrieval", "--metric", "euclidean", "--no-clusters", "--page", "page.html"]
            let found = try program.answers(words + ["--embeddings", "x.csv"])
            #expect(try found.number("micro", "precisionAt1") == 1 && found.number("vote", "neighbours") == 2)
            let one = try program.answers(words + ["--embeddings", "x.csv", "--neighbours", "1"])
            #expect(try one.number("vote", "accuracy") == 1)
            try program.write("label,x0\na,0.25\n", to: "query.csv")
            let searched = try program.answers(words + ["--embeddings", "query.csv", "--gallery", "x.csv"])
            #expect(try searched.number("micro", "precisionAt1") == 1)
            #expect(try program.text("page.html").contains("Match curve"))
        }
    }

    @Test func voteAndClustersAreTold() throws {
        let item = try Fixture("retrieval")["vote_cosine_7_0"]
        try Program.inScratchFolder { program in
            for (file, range) in [("q", 0..<50), ("g", 50..<140)] {
                try SafetensorsFile.write(
                    ["embeddings": item.tensor("embeddings")[range], "labels": item.tensor("labels")[range]],
                    to: program.path("\(file).safetensors"))
            }
            let words = ["evaluate", "retrieval", "--embeddings", "q.safetensors", "--gallery", "g.safetensors"]
            let found = try program.answers(words + ["--neighbours", "7"])
            let predictions: [Int64] = try item.tensor("predictions").array()
            let labels: [Int64] = try item.tensor("labels")[0..<50].array()
            let right = zip(predictions, labels).count { $0 == $1 }
            #expect(try found.number("vote", "accuracy") == Double(right) / 50)
            #expect(try found.number("vote", "evenVotes") == 2)
            let again = try program.answers(words + ["--neighbours", "7"])
            let information = try found.number("clusters", "normalizedMutualInformation")
            #expect(again == found && (0...1).contains(information))
        }
    }

    @Test func theProtocolStandsAboveTheNumbers() throws {
        let item = try Fixture("retrieval")["random_cosine"]
        try Program.inScratchFolder { program in
            try NPYFile.write(item.tensor("embeddings"), to: program.path("x.npy"))
            let labels = try item.tensor("labels").array(of: Int64.self).map { "class \($0)" }
            try program.write(labels.joined(separator: "\n"), to: "l.txt")
            let result = try program.run("evaluate", "retrieval", "--embeddings", "x.npy", "--labels", "l.txt")
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            for line in result.lines { #expect(line.count <= 80, "\(line)") }
            #expect(
                result.stdout.hasPrefix(
                    """
                    x.npy: each embedding searches all others, itself removed by index, by cosine
                    classes: l.txt
                    queries: 90, 0 lone and left out, 0 with ties, which ids decide; gallery: 90;
                    classes: 7
                    """), "\(result.stdout)")
            let precision = try item.tensor("micro.precision_at_1").item()
            #expect(result.stdout.contains("\nprecision@1             \(String(format: "%.4f", precision))  "))
        }
    }

    @Test func aModelIsMeasuredOnItsOwnImages() throws {
        let program = try TinyRun.finished.get()
        let found = try program.answers(["evaluate", "retrieval", TinyRun.folder, "--no-clusters"])
        #expect(try found.number("protocol", "queryCount") == 32)
        try Program.inScratchFolder { other in
            let images = TinyRun.testImages
            try IDXFile(shape: [32, 28, 28], elements: .bytes(images.pixels))
                .write(to: other.path("images.idx"), compressed: false)
            try IDXFile(shape: [32], elements: .bytes(images.labels.map(UInt8.init)))
                .write(to: other.path("labels.idx"), compressed: false)
            let embedded = try other.run("embed", program.path(TinyRun.folder), "images.idx", "-o", "x.npy")
            #expect(embedded.status == 0, "\(embedded.stderr)")
            let saved = try other.answers([
                "evaluate", "retrieval", "--embeddings", "x.npy", "--labels", "labels.idx", "--no-clusters",
            ])
            #expect(saved["micro"] == found["micro"])
        }
    }

    /// The files' texts, and what the line says.
    @Test(arguments: [
        ("x0\n1\n2\n", "a\n", ["l.txt: classes: there are 1 for 2 embeddings"]),
        ("x0\n1\n2\n", "a\na\n", ["l.txt: classes: all 2 rows are of a", "at least two classes"]),
        ("x0\n1\n2\n", "a\nb\n", ["x.csv: classes: no query has another of its class"]),
        ("x0\n1\ninf\n", "a\nb\n", ["x.csv: row 1: holds a number that is infinite or none"]),
        ("x0\n", "", ["x.csv: holds no embedding"]), ("", "", ["x.csv: is empty"]),
        ("x0\n1\n2\n", "a\n\nb\n", ["l.txt: line 2: is blank"]),
    ])
    func isRefused(numbers: String, labels: String, parts: [String]) throws {
        try Program.inScratchFolder { program in
            try program.write(numbers, to: "x.csv")
            try program.write(labels, to: "l.txt")
            let result = try program.run("evaluate", "retrieval", "--embeddings", "x.csv", "--labels", "l.txt")
            expectOneLine(result, parts)
            #expect(result.stdout.isEmpty)
        }
    }

    @Test func whatIsNotThereIsTold() throws {
        try Program.inScratchFolder { program in
            try program.write("x0\n1\n2\n", to: "x.csv")
            expectOneLine(try program.run("evaluate", "retrieval", "--embeddings", "none.npy"), ["none.npy: does not"])
            let unlabelled = try program.run("evaluate", "retrieval", "--embeddings", "x.csv")
            expectOneLine(unlabelled, ["x.csv: classes: the file does not tell them", "--labels"])
            expectOneLine(try program.run("evaluate", "retrieval", "none"), ["none: does not exist"])
        }
        let program = try TinyRun.finished.get()
        let unknown = try program.run("evaluate", "retrieval", TinyRun.folder, "minst")
        expectOneLine(
            unknown, ["minst: is neither a folder, a CSV file, a RecordIO file nor a known set", "data list"])
    }

    @Test func rowsOfZerosAreWarnedOf() throws {
        try Program.inScratchFolder { program in
            try program.write("label,x0\na,1\na,0\nb,2\nb,-1\n", to: "x.csv")
            let words = ["evaluate", "retrieval", "--embeddings", "x.csv", "--no-clusters"]
            let result = try program.run(words)
            #expect(result.stderr == "warning: x.csv: 1 row of zeros, whose cosine counts as 0\n")
            #expect(try program.run(words + ["--quiet"]).stderr.isEmpty)
        }
    }
}
