import Datasets
import Files
import Foundation
import Testing

@Suite struct ImageManifestTests {
    private static let files = ["1.jpg", "2.jpg", "3.jpg", "a, b.jpg", "say \"x\".jpg", "two\nlines.jpg", "中心.png"]

    private func load(_ text: String, _ check: (_ list: String, () throws -> ImageFileSplits) throws -> Void) throws {
        try withScratchFolder { folder in
            for file in Self.files { try Data().write(to: URL(fileURLWithPath: "\(folder)/\(file)")) }
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/list.csv"))
            try check("\(folder)/list.csv") { try ImageManifest("\(folder)/list.csv").load() }
        }
    }

    private func listed(_ set: ImageFileDataset?) -> [String]? {
        set?.samples.map { "\(set?.classNames[Int($0.label)] ?? "") \(($0.path as NSString).lastPathComponent)" }
    }

    @Test func listsWithoutSplitAreOnePart() throws {
        try load("path,label\n2.jpg,wren\n1.jpg,Owl\n3.jpg,wren\n") { _, load in
            let splits = try load()
            #expect(splits.test == nil && splits.train.name == "list")
            #expect(splits.train.classNames == ["Owl", "wren"])
            #expect(listed(splits.train) == ["wren 2.jpg", "Owl 1.jpg", "wren 3.jpg"])
            #expect(splits.train.samples.map(\.label) == [1, 0, 1])
        }
    }

    @Test func quotesLineEndsAndFurtherColumns() throws {
        let text =
            "\u{FEFF}note,group,path,label\r\n,\"day 1\",\"a, b.jpg\",wren\r\n\r\n\"x,\r\ny\",,\"say \"\"x\"\".jpg\",\"an \"\"owl\"\"\"\r\n"
            + "n,b,\"two\nlines.jpg\",wren\r\n,,中心.png,wren"
        try load(text) { _, load in
            let train = try load().train
            #expect(
                listed(train) == ["wren a, b.jpg", "an \"owl\" say \"x\".jpg", "wren two\nlines.jpg", "wren 中心.png"])
            #expect(train.samples.map(\.group) == ["day 1", nil, "b", nil])
        }
    }

    @Test(arguments: ["test", "val", "valid", "validation"]) func splitsAreParts(name: String) throws {
        try load("path,label,split\n1.jpg,b,train\n2.jpg,a,train\n3.jpg,b,\(name)\n") { _, load in
            let splits = try load()
            #expect(splits.train.name == "list/train" && splits.test?.name == "list/test")
            #expect(listed(splits.train) == ["b 1.jpg", "a 2.jpg"])
            // The classes of the training are the test's too.
            #expect(splits.test?.classNames == ["a", "b"] && listed(splits.test) == ["b 3.jpg"])
        }
    }

    @Test func unseenClassesAreNumberedOnTheirOwn() throws {
        try load("path,label,split\n1.jpg,b,train\n2.jpg,a,train\n3.jpg,c,test\n") { _, load in
            let splits = try load()
            #expect(splits.train.classNames == ["a", "b"] && splits.test?.classNames == ["c"])
        }
    }

    @Test(arguments: [
        ("", ": is empty; begin"),
        ("path,class\n1.jpg,a\n", "line 1: lacks the column label, it has path, class; name"),
        ("label\na\n", "line 1: lacks the column path, it has label; name"),
        ("path,path,label\n", "line 1: the column path stands there twice; remove"),
        ("path,label\n", "split: no image is listed for train; list"),
        ("path,label,split\n1.jpg,a,test\n", "split: no image is listed for train; list"),
        ("path,label\n1.jpg,a\n\nnone.jpg,a\n", "line 4: none.jpg does not exist; paths are relative"),
        ("path,label\n\"two\nlines.jpg\",a\n.,a\n", "line 4: . is a folder; paths"),
        ("path,label\n1.jpg, \n", "line 2: the label is blank; name"),
        ("path,label\n,a\n", "line 2: the path is blank; name"),
        ("path,label\n1.jpg,a\n2.jpg,a\n./1.jpg,b\n", "line 4: ./1.jpg stands on line 2 too; list"),
        ("path,label\n1.jpg\n", "line 2: expected 2 fields as in the first line, got 1; quote"),
        ("path,label\na, b.jpg,a\n", "line 2: expected 2 fields as in the first line, got 3; quote"),
        (
            "path,label,split\n1.jpg,a,Train\n",
            "line 2: the split is \"Train\"; write train, test, val, valid, validation"
        ),
        (
            "path,label,split\n1.jpg,a,train\n2.jpg,a,test\n3.jpg,a,val\n",
            "line 4: the split is val, and test before; list"
        ),
        ("path,label\n1.jpg,\"a\n", "line 2: a quote is not closed; close"),
        ("path,label\n1.jpg,a \"b\"\n", "line 2: a quote stands within a field; quote"),
        ("path,label\n1.jpg,\"a\"b\n", "line 2: text follows a quoted field; quote"),
    ])
    func isRefused(text: String, problem: String) throws {
        try load(text) { list, load in expectRefusal(list, problem) { _ = try load() } }
    }

    @Test func otherEncodingsAreRefused() throws {
        try withScratchFolder { folder in
            let list = "\(folder)/list.csv"
            try Data("path,label\n1.jpg,caf".utf8 + [0xE9, 0x0A]).write(to: URL(fileURLWithPath: list))
            expectRefusal(list, "line 2: is not UTF-8 text; save") { _ = try ImageManifest(list).load() }
        }
    }
}
