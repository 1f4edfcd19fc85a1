import Foundation
import Testing

@testable import Visualization

/// Programmer's mistakes stop the program, with a message that names the operation.
struct PreconditionTests {
    @Test func plotsRefuseCountsThatDoNotFit() async {
        await #expect(processExitsWith: .failure) { _ = LineSeries("a", x: [1], y: []) }
        await #expect(processExitsWith: .failure) { _ = LineChart(title: "", series: [], range: 1...1) }
        await #expect(processExitsWith: .failure) { _ = Figure(title: "", panels: []) }
        await #expect(processExitsWith: .failure) { _ = PlotRange(x: 0...(.infinity), y: 0...1) }
        await #expect(processExitsWith: .failure) { _ = PlotRange(covering: [[1]]) }
        await #expect(processExitsWith: .failure) { _ = Palette.color(-1) }
        await #expect(processExitsWith: .failure) {
            _ = ScatterPlot(
                points: [], labels: [], classNames: [], title: "", size: CGSize(width: 10, height: 10))
        }
        await #expect(processExitsWith: .failure) {
            _ = ScatterPlot(points: [], labels: [], classNames: ["a"], centers: [1], title: "")
        }
        await #expect(processExitsWith: .failure) {
            _ = try CanvasTests.Sample(size: .zero).encoded(as: .svg)
        }
    }

    @Test func reportsRefuseCountsThatDoNotFit() async {
        await #expect(processExitsWith: .failure) { _ = MetricsTable(columns: ["a"], rows: [[1, 2]]) }
        await #expect(processExitsWith: .failure) {
            _ = Thumbnails(width: 0, height: 1, channels: 1, pixels: Data())
        }
        await #expect(processExitsWith: .failure) {
            _ = Thumbnails(width: 2, height: 1, channels: 3, pixels: Data([1]))
        }
        await #expect(processExitsWith: .failure) {
            _ = FeatureMovie(classNames: ["a"], labels: [1], frames: [])
        }
        await #expect(processExitsWith: .failure) {
            _ = FeatureMovie(classNames: ["a"], labels: [0], frames: [FeatureFrame(name: "", points: [1])])
        }
        await #expect(processExitsWith: .failure) {
            _ = FeatureMovie(classNames: ["a"], labels: [0], frames: [], sampleNumbers: [1, 2])
        }
    }
}
