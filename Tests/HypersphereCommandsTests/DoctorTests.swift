import Foundation
import Testing

struct DoctorTests {
    private static let names = [
        "hypersphere", "libtorch", "processor", "instructions", "threads", "device", "precision", "layout",
    ]

    @Test func aFactALine() throws {
        try Program.inScratchFolder { program in
            let result = try program.run("doctor", "--device", "cpu")
            #expect(result.status == 0)
            #expect(result.lines.dropLast().map { $0.split(separator: " ")[0] } == Self.names.map { $0[...] })
            for line in result.lines { #expect(line.count <= 80 && !line.hasSuffix(" "), "\(line)") }
            #expect(result.stdout.contains("device        cpu (asked for)\n"))
            for line in result.errorLines { #expect(line.hasPrefix("note: ")) }
        }
    }

    @Test func theSameAsJSON() throws {
        try Program.inScratchFolder { program in
            let result = try program.run("doctor", "--json", "--device", "cpu", "--threads", "1")
            #expect(result.status == 0 && result.stderr.isEmpty)
            let facts = try JSONDecoder().decode([String: String].self, from: Data(result.stdout.utf8))
            #expect(Set(facts.keys) == Set(Self.names))
            #expect(facts["threads"] == "1" && facts["device"] == "cpu (asked for)")
            let text = try program.run("doctor", "--device", "cpu", "--threads", "1").stdout
            for (name, value) in facts {
                let column = name.padding(toLength: 14, withPad: " ", startingAt: 0)
                #expect(text.contains("\(column)\(value)\n"), "\(name)")
            }
        }
    }

    @Test func aDeviceThatIsNotThere() throws {
        try Program.inScratchFolder { program in
            expectOneLine(try program.run("doctor", "--device", "cuda:99"), ["cuda:99: device: ", "use cpu"])
        }
    }
}
