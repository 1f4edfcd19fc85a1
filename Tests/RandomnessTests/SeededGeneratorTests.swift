import Foundation
import Randomness
import Testing

@Suite struct SeededGeneratorTests {
    /// The published C code (Vigna, splitmix64.c) with x = 1234567, and with x = 0.
    @Test func bitsAreSplitMix64s() {
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(
            (0..<5).map { _ in generator.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
        generator = SeededGenerator(seed: 0)
        #expect(
            (0..<3).map { _ in generator.next() } == [
                16_294_208_416_658_607_535, 7_960_286_522_194_355_700, 487_617_019_471_545_679,
            ])
    }

    /// printf("%.17g", (next() >> 11) * 0x1.0p-53) in C, with x = 1234567.
    @Test func uniformTakesTheHighestBits() {
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(
            (0..<3).map { _ in generator.uniform() } == [
                0.35007954202140812, 0.17364409667091263, 0.53220730406241923,
            ])
    }

    @Test func theStateIsAll() throws {
        var generator = SeededGenerator(seed: 9)
        _ = generator.next()
        var copy = generator
        var decoded = try JSONDecoder().decode(SeededGenerator.self, from: JSONEncoder().encode(generator))
        #expect(decoded == generator)
        let expected = (0..<10).map { _ in generator.next() }
        #expect((0..<10).map { _ in copy.next() } == expected)
        #expect((0..<10).map { _ in decoded.next() } == expected)
    }

    @Test func pathsGiveStreamsOfTheirOwn() {
        var first: Set<UInt64> = []
        for epoch in 0..<20 as Range<UInt64> {
            for index in 0..<50 as Range<UInt64> {
                var generator = SeededGenerator(seed: 1, path: epoch, index)
                var again = SeededGenerator(seed: 1, path: epoch, index)
                let value = generator.next()
                #expect(value == again.next())
                first.insert(value)
            }
        }
        #expect(first.count == 1000)
        #expect(SeededGenerator(seed: 1, path: 2, 3) != SeededGenerator(seed: 1, path: 3, 2))
        #expect(SeededGenerator(seed: 1, path: 2) != SeededGenerator(seed: 2, path: 2))
        #expect(SeededGenerator(seed: 1, path: 0) != SeededGenerator(seed: 1, path: 0, 0))
    }
}
