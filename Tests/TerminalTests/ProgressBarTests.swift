import Testing

@testable import Terminal

@Suite struct ProgressBarTests {
    private final class Screen {
        var width = 80
        var now = 100.0
        var written: [String] = []

        func output(isTerminal: Bool = true) -> TerminalOutput {
            TerminalOutput(isTerminal: isTerminal, width: { self.width }, write: { self.written.append($0) })
        }

        func bar(_ label: String = "epoch 3/20", total: Int = 60_000, start: Int = 0) -> ProgressBar {
            ProgressBar(label: label, total: total, start: start, output: output(), clock: { self.now })
        }

        /// The last line that was drawn, without what moves the cursor.
        var line: String? {
            written.last.map { $0.replacing("\r", with: "").replacing("\u{1B}[K", with: "") }
        }
    }

    @Test func lineHasEverythingAtEightyColumns() {
        let screen = Screen()
        let bar = screen.bar()
        screen.now += 10
        bar.update(done: 30_000, loss: 0.123_45)
        #expect(screen.line == "epoch 3/20 [=====>     ] 30,000/60,000  3,000 images/s  10 s left  loss 0.1235")
        #expect(screen.written == ["\r\(screen.line ?? "")\u{1B}[K"])
    }

    @Test(arguments: [
        (60, "epoch 3/20  30,000/60,000  10 s left  loss 0.5000"), (49, "epoch 3/20  30,000/60,000  10 s left"),
        (40, "epoch 3/20  30,000/60,000  10 s left"), (30, "epoch 3/20  10 s left"), (12, "epoch 3/20"), (6, "epoc…"),
        (1, ""), (0, ""),
    ])
    func narrowTerminalsShowLess(width: Int, expected: String) {
        let screen = Screen()
        screen.width = width
        let bar = screen.bar()
        screen.now += 10
        bar.update(done: 30_000, loss: 0.5)
        #expect(screen.line == expected)
    }

    @Test func lineNeverReachesTheLastColumn() {
        for width in 2...200 {
            for label in ["", "a", "epoch 3/20", "a label that is itself far longer than it should be", "学習 3/20"] {
                for (done, total) in [(0, 0), (0, 10), (10, 10), (123_456_789, 1_000_000_000), (11, 10)] {
                    let screen = Screen()
                    screen.width = width
                    let bar = screen.bar(label, total: total)
                    screen.now += 3
                    bar.update(done: done, loss: -1234.5)
                    #expect((screen.line ?? "").columns <= width - 1, "\(width) \(screen.line ?? "")")
                }
            }
        }
    }

    @Test func redrawsAtMostTenTimesASecond() {
        let screen = Screen()
        let bar = screen.bar()
        for step in 1...1000 {
            screen.now = 100 + Double(step) / 500
            bar.update(done: step)
        }
        #expect((19...21).contains(screen.written.count))
    }

    @Test func workDoneBeforeDoesNotCountTowardsTheRate() {
        let screen = Screen()
        let bar = screen.bar(total: 1000, start: 900)
        screen.now += 5
        bar.update(done: 950)
        #expect(screen.line?.hasSuffix("950/1,000  10 images/s  5.0 s left") == true)
    }

    @Test func finishClearsTheLineOnce() {
        let screen = Screen()
        let bar = screen.bar()
        bar.finish()
        #expect(screen.written.isEmpty)
        bar.update(done: 1)
        bar.finish()
        bar.finish()
        #expect(screen.written.count == 2)
        #expect(screen.written.last == "\r\u{1B}[K")
    }

    @Test func nothingIsWrittenToAFile() {
        let screen = Screen()
        let bar = ProgressBar(label: "a", total: 2, output: screen.output(isTerminal: false), clock: { screen.now })
        bar.update(done: 1, loss: 1)
        bar.finish()
        #expect(screen.written.isEmpty)
    }

    @Test func labelCannotMoveTheCursor() {
        let screen = Screen()
        screen.bar("a\nb\u{1B}[2Jc").update(done: 0)
        #expect(screen.line?.hasPrefix("a b [2Jc ") == true)
    }
}
