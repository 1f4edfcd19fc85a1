import ArgumentParser
import Datasets
import Faces
import Files
import Foundation
import Terminal
import Torch
import Visualization

/// `hypersphere align`.
struct AlignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "align",
        abstract: "Cut faces out of images, with eyes, nose and mouth at fixed places.",
        usage: "hypersphere align IMAGES [--landmarks CSV] -o DIR [options]",
        discussion: """
            The CSV file has a column path, below IMAGES, and x0,y0 to x4,y4: the eye on
            the image's left, that on its right, the tip of the nose, the left and the
            right corner of the mouth; or 68 points in iBUG's order. Pixels count from
            the center of the upper left one. An image may stand there once for each of
            its faces. Without the file, each image has a .pts file of 68 points beside it.

            DIR appears when all is done, with a PNG file for each face.

            Examples:
              hypersphere align photographs --landmarks faces.csv -o aligned
              hypersphere align 300w --size 112x96 -o aligned --sheet sheet.png
            """)

    @Argument(help: "The folder of the images.")
    var images: String

    @Option(help: "The CSV file of points; .pts files beside the images when left out.")
    var landmarks: String?

    @Option(name: .shortAndLong, help: "The folder to make.")
    var output: String

    @Option(help: "Rows and columns of a face: 112x112 or 112x96.", transform: Self.template)
    var size = FaceTemplate.square

    @Option(help: "A picture to look at: the mean face and some of the faces; .png, .svg or .pdf.")
    var sheet: String?

    @OptionGroup var options: DeviceOptions

    @Flag(help: "Show no progress.")
    var quiet = false

    func run() throws {
        let (device, _) = try options.choose()
        let list =
            try landmarks.map { try LandmarkList(csv: $0) }
            ?? LandmarkList(
                besideImages: ImageFolder(images).images().map { String($0.dropFirst(images.count + 1)) }, in: images)
        let aligner = FaceAligner(to: size)
        let plan = try AlignmentPlan(list, images: images, aligner: aligner)
        let interruption = Interruption()
        var preview = AlignmentPreview(count: list.faces.count, template: size)
        let bar = quiet ? nil : ProgressBar(label: "aligning", total: list.faces.count)
        defer { bar?.finish() }
        let decoder = ImageDecoder()
        var done = 0
        try NewFolder.write(output) { folder in
            for image in plan.images {
                if interruption.isRequested { throw Interrupted() }
                let decoded = try decoder.decode(image.path)
                let pixels = decoded.pixels.withUnsafeBytes {
                    Tensor(bytes: $0, shape: [decoded.height, decoded.width, decoded.channels], dtype: .uint8)
                }
                let planes = pixels.permuted([2, 0, 1]).to(device)
                let faces = aligner.cut(image.faces.map(\.transform), outOf: planes).to(.cpu)
                for (place, face) in image.faces.enumerated() {
                    let picture = faces[place].sampleImage
                    try folder.write(picture.png(), to: face.output)
                    preview.add(picture, named: face.output)
                    done += 1
                }
                bar?.update(done: done)
            }
        }
        bar?.finish()
        Console.print(
            "\(output): \(Console.counted(done, "face")) of \(Console.counted(plan.images.count, "image")), \(size.rawValue)"
        )
        if let sheet {
            try preview.sheet.write(to: sheet)
            Console.print("\(sheet): the mean face and \(Console.counted(preview.shownCount, "face"))")
        }
    }

    private static func template(_ text: String) throws -> FaceTemplate {
        guard let template = FaceTemplate(rawValue: text) else {
            throw ValidationError(
                "--size expects \(FaceTemplate.allCases.map(\.rawValue).joined(separator: " or ")), got \(text)")
        }
        return template
    }
}
