import CCairo
import Foundation
import Testing

/// A PNG decoded by cairo, to look at single pixels.
struct Pixels {
    let width: Int
    let height: Int
    private let bytes: [UInt8]
    private let stride: Int
    private let isGrey: Bool

    init(png: Data) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).png")
        try png.write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        let surface = try #require(cairo_image_surface_create_from_png(path.path))
        defer { cairo_surface_destroy(surface) }
        try #require(cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS)
        width = Int(cairo_image_surface_get_width(surface))
        height = Int(cairo_image_surface_get_height(surface))
        stride = Int(cairo_image_surface_get_stride(surface))
        isGrey = cairo_image_surface_get_format(surface) == CAIRO_FORMAT_A8
        bytes = Array(UnsafeBufferPointer(start: cairo_image_surface_get_data(surface), count: stride * height))
    }

    /// Red, green, blue of the pixel in column `x` of row `y`.
    subscript(x: Int, y: Int) -> [UInt8] {
        if isGrey { return [UInt8](repeating: bytes[y * stride + x], count: 3) }
        let start = y * stride + 4 * x
        return [bytes[start + 2], bytes[start + 1], bytes[start]]
    }

    /// The middle of all pixels of this color, and their number; cairo rounds opacities to 8 bits, so 1 off is the same.
    func find(_ color: [UInt8]) -> (x: Double, y: Double, count: Int) {
        var sum = (x: 0, y: 0)
        var count = 0
        for y in 0..<height {
            for x in 0..<width where isClose(x, y, color) {
                sum.x += x
                sum.y += y
                count += 1
            }
        }
        return (Double(sum.x) / Double(max(count, 1)), Double(sum.y) / Double(max(count, 1)), count)
    }

    private func isClose(_ x: Int, _ y: Int, _ color: [UInt8]) -> Bool {
        let start = y * stride + 4 * x
        for channel in 0..<3 where abs(Int(bytes[start + 2 - channel]) - Int(color[channel])) > 1 { return false }
        return true
    }
}

/// Whether an SVG's coordinates are all finite; the letters of embedded pictures do not count.
func hasOnlyNumbers(_ svg: Data) -> Bool {
    let text = String(decoding: svg, as: UTF8.self).replacing(/base64,[^"]*/, with: "")
    return !text.contains("nan") && !text.contains("inf")
}

/// Runs `body` with an empty folder that is gone afterwards.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("visualization-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
}
