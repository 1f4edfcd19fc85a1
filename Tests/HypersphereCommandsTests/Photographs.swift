import Foundation
import TestSupport
import Testing

/// Six photographs of birds in folders, and a model that learnt from them.
enum Photographs {
    static let recipe = """
        name: photographs
        data: { set: folder, batch: 4, images: { size: [28, 28], geometry: squash, holdOut: 0.4 } }
        backbone: { name: lenet++ }
        head: { name: softmax }
        optimizers: [{ of: [backbone, head], name: sgd, learningRate: 0.01 }]
        gradientLimit: 5
        epochs: 1
        """

    static let files = [
        ("jpeg_420.jpg", "birds/owl/1.jpg"), ("jpeg_444.jpg", "birds/owl/2, cut.jpg"),
        ("jpeg_rgb.jpg", "birds/owl/3.jpg"), ("png_rgb.png", "birds/wren/1.png"),
        ("jpeg_grey.jpg", "birds/wren/2.jpg"), ("png_grey_8.png", "birds/wren/more/3.png"),
    ]

    /// Where the model lies.
    static let model = "runs/photographs-1"

    private static let trained = Result { () throws -> Data in
        try Program.inScratchFolder { program in
            for (source, target) in files { try copy(source, target, in: program) }
            try program.write(recipe, to: "photographs.yaml")
            let checked = try program.run("data", "check", "birds")
            #expect(checked.status == 0 && checked.stdout.hasSuffix("all 6 images can be used\n"))
            let result = try program.run("train", "photographs.yaml", "--data", "birds", "--threads", "1")
            #expect(result.status == 0, "\(result.stderr)")
            return try program.data("\(model)/model.safetensors")
        }
    }

    /// The program beside the photographs and the model.
    static func withModel(_ body: (Program) throws -> Void) throws {
        try Program.inScratchFolder { program in
            for (source, target) in files { try copy(source, target, in: program) }
            try FileManager.default.createDirectory(atPath: program.path(model), withIntermediateDirectories: true)
            try program.write(trained.get(), to: "\(model)/model.safetensors")
            try body(program)
        }
    }

    /// Puts an image of the fixtures at `target`.
    static func copy(_ source: String, _ target: String, in program: Program) throws {
        let path = program.path(target)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: Fixture.path("images/\(source)"), toPath: path)
    }
}
