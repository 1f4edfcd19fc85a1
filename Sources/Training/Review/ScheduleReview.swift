import NeuralNetwork

/// Schedules that reach beyond the end of the training.
enum ScheduleReview {
    static func findings(_ subject: ReviewedModel) -> [Finding] {
        subject.recipe.optimizers.enumerated().flatMap { index, optimizer in
            let schedule = optimizer.schedule
            let place = "optimizers[\(index)].schedule"
            let steps = subject.steps(of: schedule)
            let training = "the training has \(steps) \(schedule.unit.rawValue)s"
            guard schedule.warmUp == 0 || schedule.warmUp < steps else {
                return [
                    Finding(
                        severity: .error, setting: "\(place).warmUp",
                        problem: "\(schedule.warmUp), and \(training), so that the learning rate is never reached",
                        remedy: "lower it below \(steps), or raise epochs")
                ]
            }
            let left = steps - schedule.warmUp
            let after = schedule.warmUp == 0 ? "" : " after the warm-up of \(schedule.warmUp)"
            switch schedule.settings {
            case let multistep as MultiStepSettings:
                let beyond = multistep.milestones.filter { $0 >= left }
                guard !beyond.isEmpty else { return [] }
                return [
                    Finding(
                        severity: .warning, setting: "\(place).milestones",
                        problem:
                            "\(beyond.map(String.init).joined(separator: ", "))\(after) is never reached: \(training)",
                        remedy: "keep milestones below \(left), or raise epochs")
                ]
            case let step as StepSettings where step.every >= left:
                return [
                    Finding(
                        severity: .warning, setting: "\(place).every",
                        problem: "\(step.every)\(after) is never reached: \(training), so that the rate never falls",
                        remedy: "lower it below \(left), or raise epochs")
                ]
            default: return []
            }
        }
    }
}
