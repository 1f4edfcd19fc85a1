import Files
import Testing
import Torch

@Suite struct EngineTests {
    @Test func loadsTheVersionThatItWasCompiledAgainst() throws {
        try Engine.checkVersion()
        #expect(Engine.compiledVersion.hasPrefix("2."))
        #expect(Engine.loadedVersion.split(separator: ".").count >= 2)
        #expect(!Engine.processorCapability.isEmpty)
        #expect(Engine.threadCount >= 1)
    }

    @Test func choosesTheProcessorByName() throws {
        #expect(try Device.choose("cpu").device == .cpu)
        let automatic = try Device.choose("auto")
        #expect(!automatic.reason.isEmpty)
        if Device.count(of: .cuda) == 0 && Device.count(of: .mps) == 0 { #expect(automatic.device == .cpu) }
    }

    @Test(arguments: ["", "gpu", "CPU", "cpu:", "cpu:x", "cpu:-1", "cuda:0:0", ":", "cuda: 0"])
    func refusesWhatIsNoDevice(name: String) {
        #expect(
            throws: UserFacingError(
                name, field: "device", problem: "is not a device", remedy: "use auto, cpu, cuda, cuda:N or mps")
        ) { try Device.choose(name) }
    }

    @Test(arguments: ["cpu:1", "cuda:9999"]) func refusesADeviceThatIsNotThere(name: String) throws {
        let error = try #require(throws: UserFacingError.self) { try Device.choose(name) }
        #expect(error.subject == name && error.field == "device")
        #expect(error.problem.hasPrefix("there are "))
    }

    @Test func namesDevicesAsTorchDoes() {
        #expect("\(Device.cpu) \(Device.cuda(1)) \(Device.mps)" == "cpu cuda:1 mps")
    }
}
