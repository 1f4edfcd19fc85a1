import ArgumentParser

/// How results are told.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the protocol and the numbers as JSON, with all digits.")
    var json = false

    @Flag(help: "Show no progress and no warnings.")
    var quiet = false
}
