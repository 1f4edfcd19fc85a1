import Files
import Testing

@Suite struct UserFacingErrorTests {
    @Test func describesItselfInOneLine() {
        let error = UserFacingError(
            "a.txt", field: "size", problem: "it is\n0", remedy: "make it\r\nlarger")
        #expect(error.description == "a.txt: size: it is 0; make it larger")
        #expect(
            UserFacingError("a.txt", problem: "is red", remedy: "paint it").description == "a.txt: is red; paint it")
    }
}
