public import Foundation
import SwiftProtobuf

/// Writes a run's numbers, images and texts for TensorBoard to show.
///
/// A writer always makes a new file, `events.out.tfevents.<seconds>.<host>`; TensorBoard joins the files of a folder in
/// the order of their names. A run that goes on from a checkpoint says so with ``resume(at:wallTime:)``. What was written
/// reaches the file when 64 KiB have gathered, with ``flush()``, and at the end.
///
/// Format: TFRecord frames around TensorBoard's `Event` messages, version `brain.Event:2`.
public final class EventFileWriter {
    /// The file being written.
    public let path: String

    private var file: RecordFile

    /// Creates an event file in `directory`, which has to be there.
    ///
    /// - Parameters:
    ///   - directory: the run's folder.
    ///   - wallTime: seconds since 1970; part of the name, where it is raised until no file has that name.
    /// - Throws: `UserFacingError` when the folder is missing or not writable, or the disk is full.
    public convenience init(directory: String, wallTime: Double = Date().timeIntervalSince1970) throws {
        try self.init(directory: directory, wallTime: wallTime, host: ProcessInfo.processInfo.hostName)
    }

    convenience init(directory: String, wallTime: Double, host: String) throws {
        var seconds = Int(wallTime)
        while true {
            let name = "events.out.tfevents.\(String(format: "%010ld", seconds)).\(host)"
            let path = URL(fileURLWithPath: directory).appendingPathComponent(name).path
            if let file = try RecordFile(creating: path) {
                try self.init(file: file, wallTime: wallTime)
                return
            }
            seconds += 1
        }
    }

    init(file: consuming RecordFile, wallTime: Double) throws {
        path = file.path
        self.file = file
        try append(wallTime: wallTime, step: 0, .fileVersion("brain.Event:2"))
        try flush()
    }

    deinit {
        // An error here has nowhere to go; who needs to know calls flush().
        try? file.flush()
    }

    /// Tells TensorBoard to forget what other files of the folder say about `step` and later ones.
    ///
    /// - Parameters:
    ///   - step: the first step that is going to be done again.
    ///   - wallTime: seconds since 1970.
    /// - Throws: `UserFacingError` when the disk is full.
    public func resume(at step: Int, wallTime: Double = Date().timeIntervalSince1970) throws {
        try append(wallTime: wallTime, step: step, .sessionLog(.with { $0.status = .start }))
    }

    /// Writes one number, rounded to `Float`.
    ///
    /// - Parameters:
    ///   - tag: the chart's name; what stands before its first `/` is the group.
    ///   - value: any number; TensorBoard shows infinities and NaN as such.
    ///   - step: the x axis: usually the number of training steps done.
    ///   - wallTime: seconds since 1970.
    /// - Throws: `UserFacingError` when the disk is full.
    public func scalar(
        tag: String, value: Double, step: Int, wallTime: Double = Date().timeIntervalSince1970
    ) throws {
        try summary(tag, step, wallTime) { $0.simpleValue = Float(value) }
    }

    /// Writes one image.
    ///
    /// - Parameters:
    ///   - tag: the image's name; what stands before its first `/` is the group.
    ///   - png: a whole PNG file.
    ///   - width: pixels a row.
    ///   - height: rows.
    ///   - step: where on the image's slider it stands.
    ///   - wallTime: seconds since 1970.
    /// - Throws: `UserFacingError` when the disk is full.
    public func image(
        tag: String, png: Data, width: Int, height: Int, step: Int, wallTime: Double = Date().timeIntervalSince1970
    ) throws {
        let colorspace = Self.channels(ofPNG: png)
        precondition(colorspace != nil, "image(tag:) expected a PNG file, got \(png.count) other bytes")
        precondition(width > 0 && height > 0, "image(tag:) expected a positive size, got \(width) x \(height)")
        try summary(tag, step, wallTime) { value in
            value.image = .with {
                $0.width = Int32(width)
                $0.height = Int32(height)
                $0.colorspace = colorspace ?? 0
                $0.encodedImageString = png
            }
        }
    }

    /// Writes one text, which TensorBoard reads as Markdown.
    ///
    /// - Parameters:
    ///   - tag: the text's name; what stands before its first `/` is the group.
    ///   - text: the Markdown.
    ///   - step: the step beside which it is shown.
    ///   - wallTime: seconds since 1970.
    /// - Throws: `UserFacingError` when the disk is full.
    public func text(
        tag: String, _ text: String, step: Int, wallTime: Double = Date().timeIntervalSince1970
    ) throws {
        try summary(tag, step, wallTime) { value in
            value.metadata.pluginData.pluginName = "text"
            value.tensor = .with {
                $0.dtype = .dtString
                $0.tensorShape = TensorShape()
                $0.stringVal = [Data(text.utf8)]
            }
        }
    }

    /// Hands everything written so far to the operating system, so that TensorBoard can see it.
    ///
    /// - Throws: `UserFacingError` when the disk is full.
    public func flush() throws {
        try file.flush()
    }

    private typealias Event = Hypersphere_Tensorboard_Event
    private typealias Value = Hypersphere_Tensorboard_Summary.Value
    private typealias TensorShape = Hypersphere_Tensorboard_TensorShapeProto

    private func summary(_ tag: String, _ step: Int, _ wallTime: Double, _ fill: (inout Value) -> Void) throws {
        let value = Value.with {
            $0.tag = tag
            fill(&$0)
        }
        try append(wallTime: wallTime, step: step, .summary(.with { $0.value = [value] }))
    }

    private func append(wallTime: Double, step: Int, _ what: Event.OneOf_What) throws {
        let event = Event.with {
            $0.wallTime = wallTime
            $0.step = Int64(step)
            $0.what = what
        }
        try file.append(try event.serializedData())
    }

    /// Channels of a PNG file, from the colour type in its header; nil when it is none.
    private static func channels(ofPNG data: Data) -> Int32? {
        guard data.count > 25, data.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else { return nil }
        return switch data[data.startIndex + 25] {
        case 0: 1
        case 2, 3: 3
        case 4: 2
        case 6: 4
        default: nil
        }
    }
}
