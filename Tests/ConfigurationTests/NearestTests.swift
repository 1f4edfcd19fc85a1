import Randomness
import Testing

@testable import Configuration

@Suite struct NearestTests {
    @Test(arguments: [
        ("learningrate", "learningRate"), ("learnngRate", "learningRate"), ("momentmu", "momentum"),
        ("Epochs", "epochs"),
        ("epoch", "epochs"), ("arcfase", "arcface"), ("softmaxx", "softmax"), ("lr", nil), ("", nil), ("zebra", nil),
        ("x", nil),
    ])
    func misspeltNamesAreFound(name: String, expected: String?) {
        let known = ["learningRate", "momentum", "epochs", "arcface", "softmax", "y"]
        #expect(nearest(to: name, among: known) == expected)
    }

    @Test func nearerOneWinsAndThenTheFirst() {
        #expect(nearest(to: "cosfacee", among: ["arcface", "cosface"]) == "cosface")
        #expect(nearest(to: "loss1", among: ["loss2", "loss3"]) == "loss2")
    }

    @Test func hugeNamesAreNotCompared() {
        #expect(nearest(to: String(repeating: "a", count: 1_000_000), among: ["a"]) == nil)
    }

    @Test func oneEditIsAlwaysFound() {
        var generator = SeededGenerator(seed: 1)
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        for _ in 0..<2000 {
            let word = (0..<(3 + generator.index(below: 10))).map { _ in letters[generator.index(below: 26)] }
            var edited = word
            let position = generator.index(below: word.count - 1)
            switch generator.index(below: 4) {
            case 0: edited.remove(at: position)
            case 1: edited.insert(letters[generator.index(below: 26)], at: position)
            case 2: edited[position] = letters[generator.index(below: 26)]
            default: edited.swapAt(position, position + 1)
            }
            #expect(nearest(to: String(edited), among: ["0000000000000", String(word)]) == String(word))
        }
    }
}
