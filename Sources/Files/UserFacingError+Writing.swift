import Foundation

extension UserFacingError {
    /// The error of a file that could not be written.
    ///
    /// - Parameters:
    ///   - path: the file, as the user knows it.
    ///   - code: the system's error number.
    public init(writing path: String, code: Int32) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let problem: String
        let remedy: String
        switch code {
        case ENOSPC, EDQUOT, EFBIG:
            problem = "no room left to write it"
            remedy = "free some space or choose another folder; what was there before is whole"
        case EACCES, EPERM, EROFS:
            problem = "the folder \(folder) cannot be written to"
            remedy = "choose a folder that you may write to"
        case ENOENT, ENOTDIR:
            problem = "the folder \(folder) does not exist"
            remedy = "create it or choose another one"
        case EISDIR:
            problem = "there is a folder of that name"
            remedy = "choose another file name"
        default:
            problem = "cannot be written: \(String(cString: strerror(code)))"
            remedy = "choose another place"
        }
        self.init(path, problem: problem, remedy: remedy)
    }
}
