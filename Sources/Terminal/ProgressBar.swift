public import Foundation

/// One line that shows how far a long piece of work is, redrawn in place at most ten times a second.
///
///     epoch 3/20 [=========>          ] 28,160/60,000  1,035 images/s  31 s left  loss 0.1234
///
/// It always fits the terminal's width: the bar shrinks first, then goes, and then the rate, the loss, the counts and the
/// time left go in turn. Where the output is not a terminal nothing is written.
public final class ProgressBar {
    private let label: String
    private let total: Int
    private let start: Int
    private let unit: String
    private let output: TerminalOutput
    private let clock: () -> Double
    private let started: Double
    private var drawn: Double?

    private static let interval = 0.1
    private static let widestBar = 30
    private static let narrowestBar = 8

    /// Creates a bar, which is not drawn before the first ``update(done:loss:)``.
    ///
    /// - Parameters:
    ///   - label: what is being done: `epoch 3/20`.
    ///   - total: how many units there are to do.
    ///   - start: how many were done before, as after resuming; they do not count towards the rate.
    ///   - unit: what is counted, for the rate: `images`.
    ///   - output: where to draw.
    ///   - clock: seconds from any fixed moment, never going back.
    public init(
        label: String, total: Int, start: Int = 0, unit: String = "images", output: TerminalOutput = .standardError,
        clock: @escaping () -> Double = { ProcessInfo.processInfo.systemUptime }
    ) {
        precondition(total >= 0, "ProgressBar expected a total of 0 or above, got \(total)")
        self.label = label.onOneLine
        self.total = total
        self.start = start
        self.unit = unit.onOneLine
        self.output = output
        self.clock = clock
        started = clock()
    }

    /// Shows how far the work is, unless the line was drawn less than a tenth of a second ago.
    ///
    /// - Parameters:
    ///   - done: units done, those before the start included.
    ///   - loss: the current loss, shown where there is room.
    public func update(done: Int, loss: Double? = nil) {
        guard output.isTerminal else { return }
        let now = clock()
        if let drawn, now - drawn < Self.interval { return }
        drawn = now
        // The last column stays free: some terminals wrap as soon as it is written.
        let line = line(done: done, loss: loss, elapsed: now - started, width: output.width() - 1)
        output.write("\r\(line)\u{1B}[K")
    }

    /// Clears the line, so that other text can take its place; a later update draws it again.
    public func finish() {
        guard drawn != nil else { return }
        drawn = nil
        output.write("\r\u{1B}[K")
    }

    private func line(done: Int, loss: Double?, elapsed: Double, width: Int) -> String {
        let rate = elapsed > 0 ? Double(done - start) / elapsed : 0
        let counts = "\(formatCount(done))/\(formatCount(total))"
        let speed = rate > 0 ? "\(formatRate(rate)) \(unit)/s" : nil
        let left = rate > 0 ? "\(formatDuration(Double(max(0, total - done)) / rate)) left" : nil
        let lossText = loss.map { "loss \(Self.fourFigures($0))" }

        // From all of it to the least that is worth showing.
        let choices = [
            [counts, speed, left, lossText], [counts, left, lossText], [counts, left], [left], [],
        ]
        for (index, parts) in choices.enumerated() {
            let text = parts.compactMap(\.self).joined(separator: "  ")
            let free = width - label.columns - text.columns - 2
            if index == 0 && free - 3 >= Self.narrowestBar {
                return "\(label) [\(bar(done, width: min(Self.widestBar, free - 3)))] \(text)"
            }
            if free >= 0 { return text.isEmpty ? label : "\(label)  \(text)" }
        }
        return label.fitted(to: width)
    }

    private func bar(_ done: Int, width: Int) -> String {
        let fraction = total > 0 ? min(1, max(0, Double(done) / Double(total))) : 1
        let filled = Int(fraction * Double(width))
        guard filled < width else { return String(repeating: "=", count: width) }
        return String(repeating: "=", count: filled) + ">" + String(repeating: " ", count: width - filled - 1)
    }

    private static func fourFigures(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        let magnitude = abs(value)
        if magnitude >= 1e5 || (magnitude > 0 && magnitude < 1e-4) { return String(format: "%.2e", value) }
        return String(format: magnitude < 10 ? "%.4f" : magnitude < 1000 ? "%.2f" : "%.0f", value)
    }
}
