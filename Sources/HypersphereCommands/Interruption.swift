import Dispatch
import Foundation
import Synchronization

/// Ctrl-C as a question that the training asks after each batch; a second Ctrl-C ends the program at once.
final class Interruption {
    private let requests = Requests()
    private let source: any DispatchSourceSignal

    /// Takes over the signal as long as this is there; then Ctrl-C ends the program again.
    init() {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler { [requests] in
            if requests.count.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
        }
        source.resume()
    }

    deinit {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }

    /// Whether Ctrl-C was pressed.
    var isRequested: Bool { requests.count.load(ordering: .relaxed) > 0 }

    private final class Requests: Sendable {
        let count = Atomic<Int>(0)
    }
}
