import Foundation
import Testing
import TestSupport

extension Program {
    /// Runs a command with --json, which succeeds in silence, and reads what it prints.
    func answers(_ words: [String], sourceLocation: SourceLocation = #_sourceLocation) throws -> Setting {
        let result = try run(words + ["--json", "--threads", "1"])
        #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)", sourceLocation: sourceLocation)
        return try JSONDecoder().decode(Setting.self, from: Data(result.stdout.utf8))
    }
}

extension Setting {
    /// The number at a path of keys.
    func number(_ keys: String...) throws -> Double {
        var value = self
        for key in keys { value = try #require(value[key], "\(key)") }
        return try #require(value.number)
    }

    /// The numbers of the list of a key.
    func numbers(_ key: String) throws -> [Double] {
        let list = try #require(self[key]?.list, "\(key)")
        return try list.map { try #require($0.number) }
    }
}
