import Files
import Foundation

/// The protocol of Labeled Faces in the Wild, from 12,000 embeddings of 512 numbers to an accuracy.
struct VerificationBench {
    private let rounds = 9
    private let threads = 2

    func run() throws {
        print("6,000 pairs in 10 folds, D 512, \(threads) threads; \(Machine.processorName);")
        print("the forms in turn, medians; x: speed, the median of ratios by round\n")
        let forms = [
            ("NumPy, every threshold on every fold", Contender.peer("verification.py"), "loops"),
            ("FoldedVerification", Contender.ourselves("verification"), "accuracy"),
            ("with VAL, AUC and EER", Contender.ourselves("verification"), "whole"),
        ]
        let contenders = try forms.map { name, command, form in
            try Contender(name, command + ["--form", form, "--threads", "\(threads)", "--warmup", "1"])
        }
        defer { for contender in contenders { contender.quit() } }
        var times: [[Double]] = forms.map { _ in [] }
        for _ in 0..<rounds {
            for (index, contender) in contenders.enumerated() { times[index].append(try contender.run(1)) }
        }
        var table = Table(["form", "ms", "x NumPy"])
        for (index, contender) in contenders.enumerated() {
            table.append([
                contender.name, text(median(times[index]) * 1000, digits: 1),
                text(medianOfRatios(times[0], times[index]), digits: 2),
            ])
        }
        print(table.markdown)
    }
}
