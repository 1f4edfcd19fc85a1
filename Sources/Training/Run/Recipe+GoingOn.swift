import Configuration
import Files

extension Recipe {
    /// Makes sure that a run can go on as this recipe says: its weights were learnt for a network, a head and images that stay as
    /// they are.
    ///
    /// - Parameter folder: the run, whose recipe is what it began with.
    /// - Throws: `UserFacingError` that names the setting.
    func checkLasting(in folder: RunFolder) throws {
        let kept = try Recipe(of: folder)
        for (own, before) in zip(try lasting, try kept.lasting) where own != before {
            throw UserFacingError(
                folder.recipe, field: own.setting,
                problem: "is what the run has learnt for, and stays while it goes on",
                remedy: "leave it as it is, or begin a new run with --weights \(folder.model)")
        }
    }

    /// Makes sure that there are epochs left where anything is to change.
    ///
    /// - Parameters:
    ///   - done: how many epochs the run has.
    ///   - folder: the run.
    /// - Throws: `UserFacingError` when all are done.
    func checkEpochs(after done: Int, in folder: RunFolder) throws {
        var kept = try Recipe(of: folder)
        // What depends on the machine says nothing about the numbers that are there.
        kept.threads = threads
        guard done >= epochs, try yaml() != kept.yaml() else { return }
        throw UserFacingError(
            folder.recipe, field: "epochs", problem: "the run has all of \(epochs) already, and nothing would change",
            remedy: "ask for more, as epochs=\(done + 1), or begin a new run")
    }

    private init(of folder: RunFolder) throws {
        try self.init(yaml: InputFile.text(folder.recipe), source: folder.recipe)
    }

    /// What a run keeps from its first epoch to its last.
    private var lasting: [(setting: String, text: String)] {
        get throws {
            [
                ("backbone", try ConfigurationWriter.yaml(of: backbone)),
                ("head", type(of: head.settings).name),
                ("losses", losses.map(\.name).joined(separator: ", ")),
                ("data.mean", "\(data.mean)"), ("data.deviation", "\(data.deviation)"),
                ("data.mirror", "\(data.mirror)"),
                ("data.images", data.images.map { "\($0.size) \($0.channels) \($0.resize)" } ?? ""),
            ]
        }
    }
}
