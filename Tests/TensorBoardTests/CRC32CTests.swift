import Foundation
import Testing

@testable import TensorBoard

/// Vectors of RFC 3720, appendix B.4; its bytes stand there in order of transmission, the lowest first.
@Suite struct CRC32CTests {
    @Test(arguments: [
        ([UInt8](repeating: 0, count: 32), UInt32(0x8A91_36AA)),
        ([UInt8](repeating: 0xFF, count: 32), UInt32(0x62A8_AB43)),
        ([UInt8](0..<32), UInt32(0x46DD_794E)),
        ([UInt8]((0..<32).reversed()), UInt32(0x113F_DB5C)),
    ])
    func checksumIsThatOfTheStandard(bytes: [UInt8], expected: UInt32) {
        #expect(CRC32C.checksum(Data(bytes)) == expected)
    }

    @Test func nothingHasChecksumZero() {
        #expect(CRC32C.checksum(Data()) == 0)
    }

    // from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
    // hex(masked_crc32c(b"123456789"))
    @Test func maskIsTensorBoards() {
        #expect(CRC32C.masked(Data("123456789".utf8)) == 0xC78A_B0E5)
    }
}
