import Foundation
import Testing
import TestSupport

struct WeightsTests {
    /// Bytes of a file that `Tools/reference/weights.py` made.
    private func content(_ name: String, of kind: String = "good") throws -> Data {
        let listed = try #require(try Fixture.json("weights.json")[kind]?.list?.first { $0["name"]?.text == name })
        return try #require(Data(base64Encoded: listed["content"]?.list?.first?["piece"]?.text ?? ""))
    }

    @Test func listsNamesShapesAndTypes() throws {
        try Program.inScratchFolder { program in
            try program.write(content("nested"), to: "a.pth")
            let result = try program.run("weights", "a.pth")
            #expect(result.status == 0 && result.stderr.isEmpty)
            #expect(
                result.stdout == """
                    name         shape          type
                    -----------  -------------  -------
                    conv.bias    2              float32
                    conv.weight  2 x 1 x 3 x 3  float32
                    fc.bias      3              float32
                    fc.weight    3 x 2          float32

                    format    pytorch
                    total     29 numbers in 4 tensors, 116 bytes
                    part      state_dict
                    also has  the whole

                    """)
        }
    }

    @Test func theSameAsJSON() throws {
        try Program.inScratchFolder { program in
            try program.write(content("two_parts"), to: "a.pth")
            let result = try program.run("weights", "a.pth", "--json", "--part", "ema")
            #expect(result.status == 0 && result.stderr.isEmpty)
            let facts = try JSONDecoder().decode(Setting.self, from: Data(result.stdout.utf8))
            #expect(facts["format"]?.text == "pytorch" && facts["part"]?.text == "ema")
            #expect(facts["numbers"]?.integer == 29 && facts["bytes"]?.integer == 116)
            #expect(facts["otherParts"]?.list == [.text("model")])
            let first = try #require(facts["tensors"]?.list?.last)
            #expect(first["name"]?.text == "fc.weight" && first["type"]?.text == "float32")
            #expect(first["shape"]?.list == [.integer(3), .integer(2)])
        }
    }

    @Test func codeIsRefusedAndNotRun() throws {
        try Program.inScratchFolder { program in
            for name in ["os_system_2", "os_system_4", "eval_2"] {
                try program.write(content(name, of: "hostile"), to: "\(name).pth")
                expectOneLine(
                    try program.run("weights", "\(name).pth"),
                    ["\(name).pth: holds ", "which is Python code; none of it was run", "model.state_dict()"])
            }
        }
    }
}
