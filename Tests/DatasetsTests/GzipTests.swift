import Datasets
import Foundation
import Testing

@Suite struct GzipTests {
    // python3: gzip.compress(b"hello ", mtime=0) + gzip.compress(b"world", mtime=0), in base 64
    static let hello = "H4sIAAAAAAACA8tIzcnJVwAA9vmB7QYAAAAfiwgAAAAAAAIDK88vykkBAEMRdzoFAAAA"

    @Test func readsAllMembers() throws {
        let text = try Gzip.decompress(bytes(Self.hello), limit: 11, path: "x")
        #expect(String(bytes: text, encoding: .utf8) == "hello world")
    }

    @Test func readsBackWhatItWrote() throws {
        for count in [0, 1, 65_536, 200_000] {
            let data = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) })
            #expect(try Gzip.decompress(Gzip.compress(data), limit: count, path: "x") == data)
        }
    }

    @Test func refusesEveryTruncation() throws {
        let whole = try bytes(Self.hello)
        // The first member alone, of 26 bytes, is whole again.
        for count in 0..<whole.count where count != 26 {
            expectRefusal("some.gz", "gzip", "fetch or copy the file again") {
                _ = try Gzip.decompress(whole.prefix(count), limit: 100, path: "some.gz")
            }
        }
    }

    @Test func refusesDamageStrangersAndTooMuch() throws {
        var damaged = try bytes(Self.hello)
        damaged[damaged.count - 8] ^= 1
        expectRefusal("some.gz: gzip", "damaged", "incorrect data check", "fetch") {
            _ = try Gzip.decompress(damaged, limit: 100, path: "some.gz")
        }
        expectRefusal("some.gz: gzip", "3 bytes that are not gzip follow at byte 51", "fetch") {
            _ = try Gzip.decompress(bytes(Self.hello) + Data("abc".utf8), limit: 100, path: "some.gz")
        }
        expectRefusal("some.gz: gzip", "more than the 10 bytes expected", "check") {
            _ = try Gzip.decompress(bytes(Self.hello), limit: 10, path: "some.gz")
        }
    }
}
