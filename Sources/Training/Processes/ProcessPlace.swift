import Files
public import Foundation

/// Where a process stands among those that train together, as whoever started it says in the environment.
///
/// Understood are this program's own `--processes` and `torchrun --no-python` (`RANK`, `WORLD_SIZE`, `LOCAL_RANK`,
/// `LOCAL_WORLD_SIZE`, `MASTER_ADDR`, `MASTER_PORT`), Slurm's `srun`, and `mpirun` of Open MPI, MPICH and Intel MPI.
public struct ProcessPlace: Sendable, Equatable {
    /// Which of all processes this one is, from 0.
    public let rank: Int
    /// How many there are on all machines.
    public let size: Int
    /// Which of the processes on this machine this one is, from 0.
    public let localRank: Int
    /// How many there are on this machine.
    public let localSize: Int
    /// The name or address of the machine on which they meet.
    public let host: String
    /// The port at which they meet.
    public let port: Int
    /// Whether this process serves the meeting place, and not the one that started it.
    public let serves: Bool

    /// The port of the meeting place where none is named: PyTorch's.
    static let defaultPort = 29500

    private enum Key {
        static let host = "MASTER_ADDR"
        static let port = "MASTER_PORT"
    }

    /// The names that one way of starting gives the numbers.
    private struct Names {
        let rank: String
        let size: String
        let localRank: String
        let localSize: String
        /// Whether it starts processes on one machine alone unless it says otherwise.
        var hosts: [String] = []
    }

    private static let known = [
        Names(rank: "RANK", size: "WORLD_SIZE", localRank: "LOCAL_RANK", localSize: "LOCAL_WORLD_SIZE"),
        Names(
            rank: "OMPI_COMM_WORLD_RANK", size: "OMPI_COMM_WORLD_SIZE", localRank: "OMPI_COMM_WORLD_LOCAL_RANK",
            localSize: "OMPI_COMM_WORLD_LOCAL_SIZE"),
        Names(rank: "PMI_RANK", size: "PMI_SIZE", localRank: "MPI_LOCALRANKID", localSize: "MPI_LOCALNRANKS"),
        // A batch script has SLURM_PROCID too, but only `srun` starts tasks in a step.
        Names(
            rank: "SLURM_PROCID", size: "SLURM_STEP_NUM_TASKS", localRank: "SLURM_LOCALID",
            localSize: "SLURM_NTASKS_PER_NODE", hosts: ["SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST"]),
    ]

    /// The place that the environment tells of; nil for a process on its own.
    ///
    /// - Throws: `UserFacingError` that names the variable that is missing or no such number.
    public init?(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        guard let names = Self.known.first(where: { environment[$0.size] != nil }) else { return nil }
        func number(_ key: String) throws -> Int? {
            guard let text = environment[key] else { return nil }
            guard let value = Int(text), value >= 0 else {
                throw UserFacingError(
                    key, problem: "is \"\(text)\", which is no number of 0 or more", remedy: Self.remedy)
            }
            return value
        }
        func needed(_ key: String, beside other: String) throws -> Int {
            guard let value = try number(key) else {
                throw UserFacingError(key, problem: "is missing beside \(other)", remedy: Self.remedy)
            }
            return value
        }
        size = try needed(names.size, beside: names.rank)
        guard size > 1 else { return nil }
        rank = try needed(names.rank, beside: names.size)
        guard rank < size else {
            throw UserFacingError(
                names.rank, problem: "is \(rank), of \(size) processes", remedy: "give ranks from 0 to \(size - 1)")
        }
        // Without a word about machines there is one.
        localRank = try number(names.localRank) ?? rank
        localSize = max(1, try number(names.localSize) ?? size)
        let hosts = names.hosts.compactMap { environment[$0] }.compactMap(Self.firstHost)
        guard let host = environment[Key.host] ?? hosts.first ?? (localSize == size ? "127.0.0.1" : nil) else {
            throw UserFacingError(
                Key.host, problem: "is missing, and the \(size) processes are on several machines",
                remedy: "set it to the address of rank 0's machine, in every process")
        }
        self.host = host
        // Jobs of Slurm on the same machine are kept apart by their numbers.
        let job = try number("SLURM_JOB_ID").map { 20000 + $0 % 10000 }
        port = try number(Key.port) ?? (names.hosts.isEmpty ? nil : job) ?? Self.defaultPort
        guard port < 65536 else {
            throw UserFacingError(Key.port, problem: "is \(port)", remedy: "give a port below 65536")
        }
        serves = rank == 0 && environment["TORCHELASTIC_USE_AGENT_STORE"] != "True"
    }

    private static let remedy = "start the processes with --processes, torchrun --no-python, srun or mpirun"

    /// The first of Slurm's hosts, such as `node[03-07,12],gpu1`: `node03`.
    static func firstHost(of list: String) -> String? {
        guard let first = list.prefix(while: { $0 != "," }).split(separator: "[").first else { return nil }
        guard let open = list.firstIndex(of: "["), list[..<open] == first else { return String(first) }
        let number = list[list.index(after: open)...].prefix { $0.isNumber }
        return String(first) + String(number)
    }

    /// The variables that tell the process of a rank on this machine its place.
    public static func environment(rank: Int, size: Int, host: String, port: Int) -> [String: String] {
        [
            "RANK": "\(rank)", "WORLD_SIZE": "\(size)", "LOCAL_RANK": "\(rank)", "LOCAL_WORLD_SIZE": "\(size)",
            Key.host: host, Key.port: "\(port)", "TORCHELASTIC_USE_AGENT_STORE": "True",
        ]
    }
}
