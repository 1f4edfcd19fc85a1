import Testing

@testable import Terminal

@Suite struct TextTableTests {
    private var methods: TextTable {
        var table = TextTable(["method", "accuracy", "images/s"])
        table.append(["softmax", "98.7 %", "1,035"])
        table.append(["arcface", "99.1 ± 0.2 %", "990"])
        table.append(["center", "-", "12.4 k"])
        return table
    }

    @Test func numbersStandOnTheRight() {
        #expect(
            methods.text() == """
                method       accuracy  images/s
                -------  ------------  --------
                softmax        98.7 %     1,035
                arcface  99.1 ± 0.2 %       990
                center              -    12.4 k

                """)
    }

    @Test func widestTextIsCutToFit() {
        var table = TextTable(["file", "class", "score"])
        table.append(["photographs/holidays/2024/beach.jpg", "a person", "0.98"])
        #expect(
            table.text(width: 40) == """
                file                     class     score
                -----------------------  --------  -----
                photographs/holidays/2…  a person   0.98

                """)
    }

    @Test func numbersAreNeverCut() {
        #expect(methods.text(width: 10).contains("99.1 ± 0.2 %"))
    }

    /// A difference whose interval excludes 0.
    @Test func markedNumbersAreNumbers() {
        var table = TextTable(["method", "accuracy"])
        table.append(["a", "+0.10±0.04*"])
        table.append(["b", "-1.2"])
        #expect(table.text(width: 10).contains(" +0.10±0.04*\n") && table.text().contains("         -1.2\n"))
    }

    @Test func wideCharactersTakeTwoColumns() {
        var table = TextTable(["name", "n"])
        table.append(["学習", "1"])
        table.append(["e\u{301}te", "2"])
        table.append(["👩‍🔬", "3"])
        let rows = table.text().split(separator: "\n").dropFirst(2)
        #expect(rows == ["学習  1", "e\u{301}te   2", "👩‍🔬    3"])
    }

    @Test func datesAndSizesAreText() {
        var table = TextTable(["date", "x"])
        table.append(["2024-01-01", "112x112"])
        table.append(["soon", "a"])
        #expect(table.text().hasSuffix("2024-01-01  112x112\nsoon        a\n"))
    }

    @Test func cellsStayOnTheirLine() {
        var table = TextTable(["a"])
        table.append(["x\r\ny\u{1B}[31m"])
        #expect(table.text() == "a\n--------\nx y [31m\n")
    }

    @Test func emptyTableIsItsHeader() {
        #expect(TextTable(["a", "bc"]).text() == "a  bc\n-  --\n")
        #expect(TextTable([]).text() == "\n\n")
    }

    @Test func headerIsBoldOnATerminal() {
        let text = methods.text(style: TextStyle(isEnabled: true))
        #expect(text.hasPrefix("\u{1B}[1mmethod       accuracy  images/s\u{1B}[0m\n"))
    }
}
