import ArgumentParser

/// `hypersphere evaluate`.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure embeddings: of a model, or saved by any program.",
        discussion: """
            Saved embeddings are .npy [N, D], .safetensors with the tensor embeddings, or
            .csv with a column for each number; classes stand in the tensor labels, the
            column label, or a file given by --labels. What was compared is printed with
            the numbers; --json has all digits.

            Example:
              hypersphere evaluate retrieval --embeddings features.npy --labels labels.npy
            """,
        subcommands: [
            EvaluateRetrievalCommand.self, EvaluateVerificationCommand.self, EvaluateTemplatesCommand.self,
            EvaluateOpenSetCommand.self, EvaluateFewShotCommand.self,
        ])
}
