import Datasets
import Testing

@Suite struct StrokesTests {
    @Test(arguments: Strokes.Classes.allCases) func drawsBalancedLegibleSets(classes: Strokes.Classes) {
        let strokes = Strokes(classes: classes, seed: 3)
        let count = classes.names.count
        let set = strokes.dataset(count: 20 * count, name: "drawn")
        #expect(count == [.digits: 10, .letters: 26, .all: 36][classes])
        #expect(set.name == "drawn" && set.height == 28 && set.width == 28 && set.channels == 1)
        #expect(set.labels == (0..<set.count).map { Int64($0 % count) })
        for image in 0..<set.count {
            let pixels = set.pixels[(image * 784)..<((image + 1) * 784)]
            #expect((20...300).contains(pixels.count { $0 > 100 }), "image \(image)")
            // Ink that touches the frame has been cut off.
            let frame = pixels.enumerated().filter { $0.offset / 28 % 27 == 0 || $0.offset % 28 % 27 == 0 }
            #expect(frame.count { $0.element > 100 } < 20, "image \(image)")
        }
    }

    @Test func eachImageIsAFunctionOfSeedAndIndex() {
        let strokes = Strokes(classes: .all, seed: 5)
        let set = strokes.dataset(count: 700, name: "drawn")
        for index in [699, 0, 255, 256, 511, 300] {
            #expect(strokes.image(index) == Array(set.pixels[(index * 784)..<((index + 1) * 784)]))
            #expect(strokes.label(index) == set.labels[index])
        }
        #expect(strokes.image(4) != strokes.image(40))
        #expect(strokes.image(4) != Strokes(classes: .all, seed: 6).image(4))
        #expect(set.fingerprint == strokes.dataset(count: 700, name: "again").fingerprint)
    }

    @Test func splitsShareNoImage() {
        let splits = Strokes(classes: .digits, seed: 0).splits(train: 300, test: 100)
        #expect(splits.train.name == "strokes-digits/train" && splits.test.name == "strokes-digits/test")
        #expect(splits.train.count == 300 && splits.test.count == 100)
        func images(_ set: ImageDataset) -> Set<[UInt8]> {
            Set((0..<set.count).map { Array(set.pixels[($0 * 784)..<(($0 + 1) * 784)]) })
        }
        #expect(images(splits.train).count == 300)
        #expect(images(splits.train).isDisjoint(with: images(splits.test)))
    }
}
