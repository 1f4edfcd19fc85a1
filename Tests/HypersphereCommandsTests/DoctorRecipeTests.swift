import Foundation
import Testing

/// `doctor RECIPE`.
struct DoctorRecipeTests {
    @Test func nothingStandsOut() throws {
        try Program.inScratchFolder { program in
            let result = try program.run("doctor", "mnist-center")
            #expect(result.status == 0 && result.stderr.isEmpty)
            #expect(result.stdout == "mnist-center: nothing stands out\n")
            let json = try program.run("doctor", "mnist-center", "--json")
            #expect(json.status == 0)
            #expect(try JSONDecoder().decode([[String: String]].self, from: Data(json.stdout.utf8)).isEmpty)
        }
    }

    /// One line each; the status tells errors from warnings.
    @Test func whatCannotWork() throws {
        try Program.inScratchFolder { program in
            let words = ["doctor", "strokes-center", "head={name: cosface}"]
            let wide = try program.run(words)
            #expect(wide.status == 1 && wide.stderr.isEmpty && wide.lines.count == 2, "\(wide.stderr)")
            #expect(wide.stdout.hasPrefix("error: head.margin: 0.35 off the cosine "), "\(wide.stdout)")
            let short = try program.run(words + ["head.margin=0.1", "gradientLimit=null"])
            #expect(short.status == 0 && short.lines.count == 2)
            #expect(short.stdout.hasPrefix("warning: gradientLimit: "), "\(short.stdout)")
            let both = try program.run(words + ["gradientLimit=null", "--json"])
            let findings = try JSONDecoder().decode([[String: String]].self, from: Data(both.stdout.utf8))
            #expect(both.status == 1)
            #expect(findings.map { $0["setting"] } == ["head.margin", "gradientLimit"])
            #expect(findings.allSatisfy { Set($0.keys) == ["severity", "setting", "problem", "remedy"] })
        }
    }

    /// What training would refuse as it begins.
    @Test(arguments: [
        ("backbone={name: iresnet50}", "error: image size: is 28 x 28, the backbone takes 112 x 112; choose another"),
        ("frozen=[{of: [backbone.conv9]}]", "error: frozen[0].of: the model has no backbone.conv9"),
        ("data.mean=[0.1, 0.2]", "error: data.mean: has 2 numbers for 1 channels"),
        ("weights={file: none.pth}", "error: none.pth: does not exist"),
    ])
    func whatDoesNotFit(setting: String, problem: String) throws {
        try Program.inScratchFolder { program in
            let result = try program.run("doctor", "strokes-center", setting)
            #expect(result.status == 1 && result.stderr.isEmpty && result.stdout.hasPrefix(problem), "\(result.stdout)")
        }
    }

    @Test func whatIsNoRecipe() throws {
        try Program.inScratchFolder { program in
            expectOneLine(try program.run("doctor", "mnist-centr"), ["mnist-centr: recipe: ", "mnist-center"])
            expectOneLine(
                try program.run("doctor", "mnist-compare"),
                ["mnist-compare: recipe: is a built-in comparison; run hypersphere compare mnist-compare"])
            expectOneLine(
                try program.run("compare", "mnist-center"),
                ["mnist-center: recipe: is a built-in recipe; run hypersphere train mnist-center"])
            expectOneLine(try program.run("doctor", "mnist-center", "epoch=3"), ["epoch=3: ", "epochs"])
            expectOneLine(try program.run("doctor", "mnist-center", "--data", "none"), ["none: mnist: it lacks"])
        }
    }
}
