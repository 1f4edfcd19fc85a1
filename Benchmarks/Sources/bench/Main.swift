import Files
import Foundation

/// Measures this package beside its peers, the forms in turn within one run, and prints medians of ratios.
///
///     bench                            all benches
///     bench serve --batches FILE ...   our form of the training, as a process that answers like the peers' scripts
@main
enum Main {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            if arguments.first == "serve" {
                try TrainingServer(arguments).serve()
            } else {
                try TrainingBench().run()
            }
        } catch {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(1)
        }
    }
}
