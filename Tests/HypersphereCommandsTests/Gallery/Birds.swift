import Foundation
import TestSupport

/// A trained model beside known images, `birds`, and new ones, `new`.
enum Birds {
    private static let images = [
        ("jpeg_411", "birds/owl/1.jpg"), ("jpeg_rgb", "birds/owl/2.jpg"), ("jpeg_grey", "birds/wren/1.jpg"),
        ("jpeg_411", "new/a.jpg"), ("jpeg_grey", "new/b, c.jpg"), ("jpeg_orientation_3", "new/d.jpg"),
        ("jpeg_narrow", "new/e.jpg"),
    ]

    static func withImages(_ body: (Program) throws -> Void) throws {
        try TinyRun.withCopy { program in
            for (name, target) in images {
                let path = program.path(target)
                try FileManager.default.createDirectory(
                    atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: Fixture.path("images/\(name).jpg"), toPath: path)
            }
            try body(program)
        }
    }
}
