public import Testing
import Torch

/// Runs each test of a suite alone among all tests that use tensors, and fails those that leave a tensor alive.
///
/// The count of live tensors belongs to the process, and one process runs the tests of all targets side by side. Every
/// suite whose tests make tensors in this process has this trait, so that none of them counts another's.
public struct NoLeaksTrait: SuiteTrait, TestTrait, TestScoping {
    /// True: the trait is for each test of a suite.
    public var isRecursive: Bool { true }

    /// Waits for its turn, runs the test, and counts.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        await Turn.shared.begin()
        let before = Tensor.liveCount
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        recordLeaks(since: before, sourceLocation: test.sourceLocation)
        await Turn.shared.end()
        try outcome.get()
    }
}

extension Trait where Self == NoLeaksTrait {
    /// For suites that use tensors: see ``NoLeaksTrait``.
    public static var noLeaks: Self { Self() }
}

/// Runs `body` and fails the test when more or fewer tensors are alive afterwards.
///
/// To be called in suites with the trait ``NoLeaksTrait`` only.
public func expectNoLeaks<Result>(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Result
) rethrows -> Result {
    let before = Tensor.liveCount
    let result = try body()
    recordLeaks(since: before, sourceLocation: sourceLocation)
    return result
}

private func recordLeaks(since before: Int, sourceLocation: SourceLocation) {
    let after = Tensor.liveCount
    if after != before {
        Issue.record(
            "\(after - before) tensors left alive: \(before) before, \(after) after", sourceLocation: sourceLocation)
    }
}

/// Hands out the right to use tensors, one test at a time, in the order of asking.
private actor Turn {
    static let shared = Turn()

    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func begin() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func end() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
