import Files
import Testing

@testable import Training

/// What whoever starts processes says of their places.
struct ProcessPlaceTests {
    @Test func aProcessOnItsOwn() throws {
        #expect(try ProcessPlace(environment: [:]) == nil)
        #expect(try ProcessPlace(environment: ["RANK": "0", "WORLD_SIZE": "1"]) == nil)
        // A batch script of Slurm, before any `srun`.
        #expect(try ProcessPlace(environment: ["SLURM_PROCID": "0", "SLURM_NTASKS": "8", "SLURM_JOB_ID": "5"]) == nil)
    }

    @Test func torchrun() throws {
        let place = try #require(
            try ProcessPlace(environment: [
                "RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4", "MASTER_ADDR": "node-0",
                "MASTER_PORT": "1234", "TORCHELASTIC_USE_AGENT_STORE": "True",
            ]))
        #expect((place.rank, place.size, place.localRank, place.localSize) == (5, 8, 1, 4))
        #expect(place.host == "node-0" && place.port == 1234 && !place.serves)
    }

    @Test(arguments: [("0", true), ("1", false)]) func theLeaderServesWhereNobodyElseDoes(rank: String, serves: Bool)
        throws
    {
        let place = try #require(try ProcessPlace(environment: ["RANK": rank, "WORLD_SIZE": "2"]))
        #expect(place.serves == serves && place.host == "127.0.0.1" && place.port == 29500)
    }

    @Test func slurm() throws {
        let place = try #require(
            try ProcessPlace(environment: [
                "SLURM_PROCID": "3", "SLURM_STEP_NUM_TASKS": "4", "SLURM_LOCALID": "1", "SLURM_NTASKS_PER_NODE": "2",
                "SLURM_STEP_NODELIST": "gpu[07-08]", "SLURM_JOB_ID": "123456",
            ]))
        #expect((place.rank, place.size, place.localRank, place.localSize) == (3, 4, 1, 2))
        #expect(place.host == "gpu07" && place.port == 23456 && !place.serves)
    }

    @Test(arguments: [
        ("node03", "node03"), ("node[03-07,12],gpu1", "node03"), ("a-1,b[2-3]", "a-1"),
        ("rack2-node[1,5]", "rack2-node1"),
    ]) func theFirstOfSlurmsHosts(list: String, host: String) {
        #expect(ProcessPlace.firstHost(of: list) == host)
    }

    @Test func messagePassing() throws {
        let open = try #require(
            try ProcessPlace(environment: [
                "OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_LOCAL_RANK": "1",
                "OMPI_COMM_WORLD_LOCAL_SIZE": "2",
            ]))
        #expect((open.rank, open.size, open.host) == (1, 2, "127.0.0.1"))
        let other = try #require(
            try ProcessPlace(environment: [
                "PMI_RANK": "2", "PMI_SIZE": "4", "MPI_LOCALRANKID": "0", "MPI_LOCALNRANKS": "2",
                "MASTER_ADDR": "10.0.0.1",
            ]))
        #expect((other.rank, other.size, other.localRank, other.localSize) == (2, 4, 0, 2))
    }

    @Test(arguments: [
        (["WORLD_SIZE": "2"], "RANK: is missing beside WORLD_SIZE"),
        (["RANK": "2", "WORLD_SIZE": "2"], "RANK: is 2, of 2 processes"),
        (["RANK": "-1", "WORLD_SIZE": "2"], "RANK: is \"-1\", which is no number of 0 or more"),
        (["RANK": "0", "WORLD_SIZE": "2", "MASTER_PORT": "70000"], "MASTER_PORT: is 70000"),
        (
            ["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_LOCAL_SIZE": "2"],
            "MASTER_ADDR: is missing, and the 4 processes are on several machines"
        ),
    ]) func whatCannotBe(environment: [String: String], problem: String) {
        #expect {
            try ProcessPlace(environment: environment)
        } throws: {
            "\($0)".hasPrefix(problem)
        }
    }
}
