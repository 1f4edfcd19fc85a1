public import ArgumentParser
import Files
import Foundation
import Terminal
import Torch
import Training

/// `hypersphere`, the program.
public struct HypersphereCommand: ParsableCommand {
    /// Names and subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "hypersphere",
        abstract: "Deep metric learning: train, measure, look at and use embeddings of images.",
        discussion: """
            Try it without any data:
              hypersphere train strokes-center
            """,
        version: "hypersphere \(Training.Environment.version), libtorch \(Engine.compiledVersion)",
        subcommands: [
            TrainCommand.self, CompareCommand.self, EmbedCommand.self, EvaluateCommand.self, CalibrateCommand.self,
            IdentifyCommand.self, SearchCommand.self, ProjectCommand.self, AlignCommand.self, LossCommand.self,
            DataCommand.self,
            WeightsCommand.self, DoctorCommand.self,
        ])

    /// Creates the command; its arguments are parsed from the command line.
    public init() {}

    /// Runs the command line of this process and ends it: status 0 done, 1 failed, 2 used wrongly, 130 interrupted.
    ///
    /// A failure is one line on standard error; a result that standard output does not take is one too, unless its reader has gone.
    public static func runAndExit() -> Never {
        // Writing past a limit or to a closed pipe is then an error of the write, which is reported.
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            try Engine.checkVersion()
            Engine.keepMemory()
            try command.run()
        } catch let error as UserFacingError {
            Console.fail("\(error)")
            Foundation.exit(1)
        } catch is Interrupted {
            Foundation.exit(130)
        } catch let status as ExitCode {
            // The command has said what is wrong.
            Foundation.exit(status.rawValue)
        } catch {
            let status = exitCode(for: error)
            if status == .success {
                Console.print(fullMessage(for: error))
                endWell()
            }
            Console.fail(fullMessage(for: error).trimmingCharacters(in: .newlines), prefixed: false)
            Foundation.exit(status == .validationFailure ? 2 : 1)
        }
        endWell()
    }

    private static func endWell() -> Never {
        if TerminalOutput.lostOutput != 0 {
            Console.fail("\(UserFacingError(writing: "standard output", code: TerminalOutput.lostOutput))")
            Foundation.exit(1)
        }
        Foundation.exit(0)
    }
}

/// Thrown when the user stopped the work and what was done has been kept.
struct Interrupted: Error {}
