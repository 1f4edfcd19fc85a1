import Foundation
import Testing

@testable import Terminal

@Suite struct TerminalOutputTests {
    #if os(Linux)
        @Test func terminalTellsItsWidthAsItChanges() throws {
            let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            try #require(terminal >= 0)
            defer { close(terminal) }
            let output = TerminalOutput.system(terminal)
            #expect(output.isTerminal)
            for columns in [57, 132] {
                var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
                try #require(ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)
                #expect(output.width() == columns)
            }
        }
    #endif

    @Test func pipeIsNoTerminalAndGetsEverything() throws {
        let pipe = Pipe()
        let output = TerminalOutput.system(pipe.fileHandleForWriting.fileDescriptor)
        #expect(!output.isTerminal)
        #expect(output.width() == 80)
        output.write("Müller\n")
        output.write("")
        try pipe.fileHandleForWriting.close()
        #expect(try pipe.fileHandleForReading.readToEnd() == Data("Müller\n".utf8))
    }
}
