import Datasets
import Files
import Foundation
import Testing

@Suite struct ImageFolderTests {
    /// Makes empty files, folders on the way included, below `folder`; a name that ends in a slash is a folder.
    private func make(_ names: [String], in folder: String) throws {
        for name in names {
            let path = "\(folder)/\(name)"
            let parent = name.hasSuffix("/") ? path : (path as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            if !name.hasSuffix("/") { try Data().write(to: URL(fileURLWithPath: path)) }
        }
    }

    private func load(_ names: [String], _ check: (ImageFileSplits, _ folder: String) throws -> Void) throws {
        try withScratchFolder { folder in
            try make(names, in: "\(folder)/birds")
            try check(ImageFolder("\(folder)/birds").load(), "\(folder)/birds")
        }
    }

    private func listed(_ set: ImageFileDataset) -> [String] {
        set.samples.map { "\($0.label) \($0.path.dropFirst(set.root.count + 1))" }
    }

    @Test func classesAndFilesAreSorted() throws {
        let names = [
            "wren/b.JPG", "wren/a.png", "wren/B.jpeg", "wren/deep/er/c.jpg", "Owl/10.jpg", "Owl/9.jpg", "Owl/notes.txt",
            "Owl/.hidden.jpg", "Owl/jpg", ".git/x/y.jpg", "éclair/1.jpg", "readme.md",
        ]
        try load(names) { splits, folder in
            #expect(splits.test == nil && splits.train.name == "birds" && splits.train.root == folder)
            // python3: sorted(["wren", "Owl", "éclair"]) and sorted of each folder's names
            #expect(splits.train.classNames == ["Owl", "wren", "éclair"])
            #expect(
                listed(splits.train) == [
                    "0 Owl/10.jpg", "0 Owl/9.jpg", "1 wren/B.jpeg", "1 wren/a.png", "1 wren/b.JPG",
                    "1 wren/deep/er/c.jpg", "2 éclair/1.jpg",
                ])
        }
    }

    /// A link to a folder above would show other classes' images as this one's, again and again.
    @Test func aLinkToAFolderAboveIsRefused() throws {
        try withScratchFolder { folder in
            try make(["birds/robin/1.jpg", "birds/wren/1.jpg", "more/2.jpg"], in: folder)
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/birds/wren/more", withDestinationPath: "../../more")
            #expect(try ImageFolder("\(folder)/birds").load().train.count == 3)
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/birds/robin/all", withDestinationPath: "..")
            let error = #expect(throws: UserFacingError.self) { _ = try ImageFolder("\(folder)/birds").load() }
            #expect(error?.problem == "is a link to a folder that it lies in", "\(String(describing: error))")
        }
    }

    @Test(arguments: ["test", "val", "valid", "validation"]) func partsAreRecognised(name: String) throws {
        try load(["train/a/1.jpg", "train/b/1.jpg", "\(name)/a/2.jpg", "\(name)/b/2.jpg", "notes.txt"]) { splits, _ in
            #expect(splits.train.classNames == ["a", "b"])
            #expect(splits.train.name == "birds/train" && splits.test?.name == "birds/\(name)")
            #expect(listed(splits.train) == ["0 a/1.jpg", "1 b/1.jpg"])
            #expect(splits.test.map { listed($0) } == ["0 a/2.jpg", "1 b/2.jpg"])
        }
    }

    /// A class that is not measured on keeps its number; others are classes that were not learnt.
    @Test func classesOfBothPartsAreNumberedAlike() throws {
        try load(["train/a/1.jpg", "train/b/1.jpg", "train/c/1.jpg", "test/c/1.jpg", "test/a/1.jpg"]) { splits, _ in
            let test = try #require(splits.test)
            #expect(test.classNames == splits.train.classNames && test.samples.map(\.label) == [0, 2])
        }
        try load(["train/a/1.jpg", "test/b/1.jpg"]) { splits, _ in
            #expect(splits.test?.classNames == ["b"] && splits.test?.samples.map(\.label) == [0])
        }
    }

    @Test func aClassMayBeCalledTrain() throws {
        try load(["train/1.jpg", "car/1.jpg"]) { splits, _ in
            #expect(splits.test == nil && splits.train.classNames == ["car", "train"])
        }
    }

    @Test(arguments: [
        (["a/1.jpg", "b/"], "birds: class b: its folder holds no image that ends in jpeg, jpg, png; put"),
        (["a/1.jpg", "b/1.gif"], "birds: class b: its folder holds no image"),
        (["1.jpg", "2.png"], "birds: it holds 2 images but no folder of a class; put"),
        (["1.jpg"], "birds: it holds 1 image but no folder of a class; put"),
        (["notes.txt"], "birds: it holds no folder of a class; put"),
        ([".hidden/"], "birds: it holds no folder of a class; put"),
        (["train/a/1.jpg", "test/"], "birds/test: it holds no folder of a class; put"),
        (["train/a/1.jpg", "test/a/1.jpg", "val/a/1.jpg"], "birds: parts: it holds test, train, val, of which two"),
    ])
    func isRefused(names: [String], problem: String) throws {
        try withScratchFolder { folder in
            try make(names, in: "\(folder)/birds")
            expectRefusal(problem) { _ = try ImageFolder("\(folder)/birds").load() }
        }
    }

    @Test func whatIsNoFolderIsRefused() throws {
        try withScratchFolder { folder in
            try make(["file"], in: folder)
            expectRefusal("\(folder)/none: does not exist; check") { _ = try ImageFolder("\(folder)/none").load() }
            expectRefusal("\(folder)/file: is no folder; name") { _ = try ImageFolder("\(folder)/file").load() }
        }
    }
}
