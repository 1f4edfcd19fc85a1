import Testing

@testable import Terminal

@Suite struct FormatsTests {
    @Test(arguments: [
        (0, "0 ms"), (-3, "0 ms"), (0.35, "350 ms"), (0.9994, "999 ms"), (0.9996, "1.0 s"), (4.25, "4.2 s"),
        (9.96, "10 s"),
        (47.4, "47 s"), (59.6, "1 min 00 s"), (725, "12 min 05 s"), (3599.7, "1 h 00 min"), (11_220, "3 h 07 min"),
        (86_399, "1 d 0 h"), (187_200, "2 d 4 h"), (.infinity, "?"), (.nan, "?"), (1e300, "?"),
    ])
    func duration(seconds: Double, expected: String) {
        #expect(formatDuration(seconds) == expected)
    }

    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1035, "1,035"), (60_000, "60,000"), (1_000_000, "1,000,000"),
        (-1035, "-1,035"),
        (-999, "-999"), (.min, "-9,223,372,036,854,775,808"),
    ])
    func count(value: Int, expected: String) {
        #expect(formatCount(value) == expected)
    }

    @Test(arguments: [
        (1035, "1,035"), (9999, "9,999"), (10_000, "10.0 k"), (12_431, "12.4 k"), (99_960, "100 k"), (999_499, "999 k"),
        (999_500, "1.00 M"), (1_250_000, "1.25 M"), (-12_431, "-12.4 k"), (.max, "9.22 E"),
    ])
    func shortCount(value: Int, expected: String) {
        #expect(formatCountShort(value) == expected)
    }

    @Test(arguments: [(0.25, "0.25"), (0.997, "1.0"), (3.44, "3.4"), (9.97, "10"), (1035.4, "1,035"), (.infinity, "?")])
    func rate(value: Double, expected: String) {
        #expect(formatRate(value) == expected)
    }
}
