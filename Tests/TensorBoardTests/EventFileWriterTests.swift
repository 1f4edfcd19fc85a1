import Files
import Foundation
import Testing

@testable import TensorBoard

@Suite final class EventFileWriterTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    // tensorboard 2.21.0:
    //
    // png = base64.b64decode(onePixel)
    // image = Summary.Image(height=1, width=1, colorspace=4, encoded_image_string=png)
    // writer = RecordWriter(out)
    // for event in [
    //     Event(wall_time=1700000000.5, file_version="brain.Event:2"),
    //     Event(wall_time=1700000001.25, step=40, session_log=SessionLog(status=SessionLog.START)),
    //     Event(wall_time=1700000002.0, step=41, summary=Summary(value=[Summary.Value(tag="train/loss", simple_value=0.125)])),
    //     Event(wall_time=1700000003.0, step=42, summary=Summary(value=[Summary.Value(tag="figures/features", image=image)])),
    //     Event(wall_time=1700000004.0, step=43, summary=text_pb("recipe", "epochs: **5**")),
    // ]:
    //     writer.write(event.SerializeToString())
    // base64.b64encode(out.getvalue())
    private let reference = """
        GAAAAAAAAACjf0siCQAAIED8VNlBGg1icmFpbi5FdmVudDoyKzUxEA8AAAAAAAAAbVMrCQkAAFBA/FTZQRAoOgIIAeJc9RcgAAAAAAAAACnt\
        qVAJAACAQPxU2UEQKSoTChEKCnRyYWluL2xvc3MVAAAAPoZOIBhxAAAAAAAAAJyX53MJAADAQPxU2UEQKipkCmIKEGZpZ3VyZXMvZmVhdHVy\
        ZXMiTggBEAEYBCJGiVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg\
        gq4tuXE2AAAAAAAAAE9XjO8JAAAAQfxU2UEQKyopCicKBnJlY2lwZUITCAcSAEINZXBvY2hzOiAqKjUqKkoICgYKBHRleHQc7L18
        """

    private let onePixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

    @Test func bytesAreThoseOfTensorBoard() throws {
        let png = try #require(Data(base64Encoded: onePixel))
        let writer = try EventFileWriter(directory: folder.path, wallTime: 1_700_000_000.5)
        try writer.resume(at: 40, wallTime: 1_700_000_001.25)
        try writer.scalar(tag: "train/loss", value: 0.125, step: 41, wallTime: 1_700_000_002)
        try writer.image(tag: "figures/features", png: png, width: 1, height: 1, step: 42, wallTime: 1_700_000_003)
        try writer.text(tag: "recipe", "epochs: **5**", step: 43, wallTime: 1_700_000_004)
        try writer.flush()
        let written = try Data(contentsOf: URL(fileURLWithPath: writer.path))
        #expect(written.base64EncodedString() == reference)
    }

    @Test func nameHasSecondsAndHost() throws {
        let writer = try EventFileWriter(directory: folder.path, wallTime: 7.9, host: "here")
        #expect(writer.path == folder.appendingPathComponent("events.out.tfevents.0000000007.here").path)
    }

    @Test func filesOfOneSecondAreKeptApartAndInOrder() throws {
        let first = try EventFileWriter(directory: folder.path, wallTime: 1_700_000_000, host: "here")
        let second = try EventFileWriter(directory: folder.path, wallTime: 1_700_000_000, host: "here")
        #expect(first.path < second.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    @Test func everythingIsWrittenWhenTheWriterGoes() throws {
        var writer: EventFileWriter? = try EventFileWriter(directory: folder.path, wallTime: 0, host: "here")
        let path = try #require(writer?.path)
        for step in 0..<3000 { try writer?.scalar(tag: "loss", value: 1, step: step, wallTime: 1) }
        writer = nil
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        var records = 0
        while data.count >= 16 {
            let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            data = Data(data.dropFirst(16 + length))
            records += 1
        }
        #expect(records == 3001)
        #expect(data.isEmpty)
    }

    @Test func missingFolderIsNamed() throws {
        let path = folder.appendingPathComponent("missing").path
        let error = try #require(throws: UserFacingError.self) { try EventFileWriter(directory: path, wallTime: 1) }
        #expect(error.problem == "the folder \(path) does not exist")
        #expect(error.subject.hasPrefix(path))
    }

    #if os(Linux)
        @Test func fullDiskIsSaid() throws {
            let error = try #require(throws: UserFacingError.self) {
                let full = RecordFile(descriptor: open("/dev/full", O_WRONLY), path: "run/events")
                _ = try EventFileWriter(file: full, wallTime: 1)
            }
            #expect(error.description.hasPrefix("run/events: no room left to write it; free some space"))
        }
    #endif

    @Test func imageThatIsNoneIsRefused() async {
        await #expect(processExitsWith: .failure) {
            let folder = FileManager.default.temporaryDirectory.path
            let writer = try EventFileWriter(directory: folder, wallTime: 1)
            unlink(writer.path)
            try writer.image(tag: "figure", png: Data("GIF89a".utf8), width: 1, height: 1, step: 0)
        }
    }
}
