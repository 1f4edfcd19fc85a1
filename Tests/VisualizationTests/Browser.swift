import Foundation
import Testing

/// Chromium without a window, driven through its DevTools protocol over a pipe: what a reader would do with a page.
///
/// Not to be used from several tests at once.
final class Browser: @unchecked Sendable {
    /// The browser that the tests of a suite share; see ``BrowserTrait``.
    @TaskLocal static var shared: Browser?

    /// The first of Chromium's names that is a program here; nil where there is none.
    static let path: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let names = ["chromium", "chromium-browser", "google-chrome"]
        return names.flatMap { name in folders.map { "\($0)/\(name)" } }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// What the page reported: exceptions, errors in its log and violations of its policy.
    private(set) var complaints: [String] = []

    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()
    private var buffer = Data()
    private var lastNumber = 0
    private var session: String?

    /// Starts a browser whose profile lies in `folder`.
    init(folder: String) throws {
        let path = try #require(Self.path)
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        // Chromium reads commands from descriptor 3 and answers on 4; as root, and in containers, its sandbox cannot start.
        process.arguments = [
            "-c", "exec \"$0\" \"$@\" 3<&0 4>&1 >/dev/null 2>&1", path, "--headless", "--no-sandbox", "--disable-gpu",
            "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe",
            "--user-data-dir=\(folder)/profile", "about:blank",
        ]
        process.standardInput = commands
        process.standardOutput = answers
        try process.run()
        let target = try call("Target.createTarget", ["url": "about:blank"])
        let identifier = try #require(target["targetId"] as? String)
        session =
            try call("Target.attachToTarget", ["targetId": identifier, "flatten": true])["sessionId"] as? String
        for domain in ["Page", "Runtime", "Log"] { _ = try call("\(domain).enable") }
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }

    /// Opens a file on a screen of a size and waits until it is there; complaints about earlier pages are forgotten.
    func open(_ path: String, width: Int, height: Int, isDark: Bool = false) throws {
        complaints = []
        let isPhone = width < 500
        _ = try call(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": height, "deviceScaleFactor": isPhone ? 2 : 1, "mobile": isPhone])
        _ = try call("Emulation.setTouchEmulationEnabled", ["enabled": isPhone])
        let scheme = ["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]
        _ = try call("Emulation.setEmulatedMedia", ["features": [scheme]])
        _ = try call("Page.navigate", ["url": URL(fileURLWithPath: path).absoluteString])
        for _ in 0..<200 {
            if try evaluate("document.readyState === 'complete' && location.protocol === 'file:'") as? Bool == true {
                return try waitForFrame()
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        Issue.record("\(path) did not open")
    }

    /// Waits until what was asked for is drawn.
    func waitForFrame() throws {
        _ = try evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
    }

    /// The value of an expression in the page; a promise is awaited.
    func evaluate(_ expression: String) throws -> Any? {
        let answer = try call(
            "Runtime.evaluate", ["expression": expression, "returnByValue": true, "awaitPromise": true])
        if let details = answer["exceptionDetails"] { Issue.record("\(expression): \(details)") }
        return (answer["result"] as? [String: Any])?["value"]
    }

    /// The numbers that an expression in the page gives.
    func numbers(_ expression: String) throws -> [Double] {
        try #require(try evaluate(expression) as? [Any]).map { try #require(($0 as? NSNumber)?.doubleValue) }
    }

    /// Sends an event of the mouse: `mouseMoved`, `mousePressed`, `mouseReleased` or `mouseWheel`.
    func mouse(_ kind: String, _ x: Double, _ y: Double, wheel: Double = 0, clicks: Int = 1) throws {
        var event: [String: Any] = ["type": kind, "x": x, "y": y, "deltaX": 0, "deltaY": wheel]
        if kind == "mousePressed" || kind == "mouseReleased" {
            event["button"] = "left"
            event["clickCount"] = clicks
        }
        _ = try call("Input.dispatchMouseEvent", event)
        try waitForFrame()
    }

    /// Sends an event of fingers: `touchStart`, `touchMove` or `touchEnd`, with where they are.
    func touch(_ kind: String, _ places: [(x: Double, y: Double)]) throws {
        let points = places.enumerated().map { ["x": $1.x, "y": $1.y, "id": Double($0)] }
        _ = try call("Input.dispatchTouchEvent", ["type": kind, "touchPoints": points])
        try waitForFrame()
    }

    /// Presses and releases a key such as `Tab` or `ArrowLeft`.
    func press(_ key: String, code: Int, text: String? = nil) throws {
        var event: [String: Any] = ["type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code]
        event["text"] = text
        _ = try call("Input.dispatchKeyEvent", event)
        event["type"] = "keyUp"
        event["text"] = nil
        _ = try call("Input.dispatchKeyEvent", event)
        try waitForFrame()
    }

    /// A picture of the screen as a PNG.
    func screenshot(wholePage: Bool = false) throws -> Data {
        let answer = try call(
            "Page.captureScreenshot", ["format": "png", "captureBeyondViewport": wholePage])
        return try #require((answer["data"] as? String).flatMap { Data(base64Encoded: $0) })
    }

    private func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
        lastNumber += 1
        var message: [String: Any] = ["id": lastNumber, "method": method, "params": parameters]
        message["sessionId"] = session
        try commands.fileHandleForWriting.write(
            contentsOf: try JSONSerialization.data(withJSONObject: message) + Data([0]))
        while true {
            let message = try nextMessage()
            if message["id"] as? Int == lastNumber {
                if let error = message["error"] { Issue.record("\(method): \(error)") }
                return message["result"] as? [String: Any] ?? [:]
            }
            note(message)
        }
    }

    private func note(_ message: [String: Any]) {
        guard let parameters = message["params"] as? [String: Any] else { return }
        switch message["method"] as? String {
        case "Runtime.exceptionThrown": complaints.append("\(parameters)")
        case "Log.entryAdded":
            let entry = parameters["entry"] as? [String: Any]
            if entry?["level"] as? String == "error" { complaints.append("\(entry?["text"] ?? "")") }
        default: break
        }
    }

    /// Messages end with a zero byte.
    private func nextMessage() throws -> [String: Any] {
        while true {
            if let end = buffer.firstIndex(of: 0) {
                let message = buffer[buffer.startIndex..<end]
                buffer = Data(buffer[(end + 1)...])
                return try #require(try JSONSerialization.jsonObject(with: Data(message)) as? [String: Any])
            }
            var readiness = pollfd(
                fd: answers.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            try #require(poll(&readiness, 1, 60_000) > 0, "the browser does not answer")
            let more = answers.fileHandleForReading.availableData
            try #require(!more.isEmpty, "the browser ended")
            buffer += more
        }
    }
}
