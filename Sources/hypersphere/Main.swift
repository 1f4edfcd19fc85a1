import HypersphereCommands

@main
enum Main {
    static func main() { HypersphereCommand.runAndExit() }
}
