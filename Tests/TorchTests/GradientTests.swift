import Foundation
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct GradientTests {
    /// x = (torch.arange(12, dtype=torch.float64).reshape(3, 4) * 0.5 - 2).requires_grad_()
    /// w = (torch.arange(8, dtype=torch.float64).reshape(4, 2) * 0.25 - 1).requires_grad_()
    /// loss = ((x @ w).exp().sum(1).log() * torch.linalg.vector_norm(x, dim=1) / (x.square().mean(1) + 1)).mean()
    /// loss.backward(); print(loss.item(), w.grad.tolist(), x.grad.tolist())
    @Test func compositeAgreesWithTorch() {
        let x = ((Tensor((0..<12).map(Double.init), shape: [3, 4]) * 0.5) - 2).requiringGradient()
        let w = ((Tensor((0..<8).map(Double.init), shape: [4, 2]) * 0.25) - 1).requiringGradient()
        let logarithms = x.matrixProduct(w).exponential().sum(along: [1]).logarithm()
        let loss = (logarithms * x.norm(along: 1) / (x.squared().mean(along: [1]) + 1)).mean()
        #expect(x.gradient == nil)
        loss.backward()
        expectEqual(loss.item(), 1.6947628508129744, relative: 1e-14)
        let expectedW = [
            -0.4682847630657414, 0.2548393151926802, -0.28519618891469956, 0.5022055861213932, -0.10210761476365773,
            0.7495718570501062, 0.0809809593873841, 0.9969381279788192,
        ]
        let expectedX = [
            -0.2289258014628545, -0.08789478154587937, 0.053136238371095774, 0.1941672582880709, -0.2761194566752586,
            -0.10463871737633137, 0.06684202192259586, 0.2383227612215231, -0.17486703611838728, -0.07286881306001422,
            0.02912940999835882, 0.13112763305673186,
        ]
        if let gradient = w.gradient {
            expectEqual(gradient, Tensor(expectedW, shape: [4, 2]), absolute: 1e-15, relative: 1e-13)
        }
        if let gradient = x.gradient {
            expectEqual(gradient, Tensor(expectedX, shape: [3, 4]), absolute: 1e-15, relative: 1e-13)
        }
        #expect(w.gradient != nil && x.gradient != nil)
    }

    @Test func gradientsAddUpUntilCleared() {
        let x = Tensor([2.0]).requiringGradient()
        let loss = (x * x).sum()
        loss.backward(keepingGraph: true)
        loss.backward()
        #expect(x.gradient?.item() == 8)
        x.gradient = nil
        #expect(x.gradient == nil)
        (x * x * x).backward(Tensor([0.5]))
        #expect(x.gradient?.item() == 6)
    }

    @Test func detachedTensorsGetNone() {
        let x = Tensor([2.0]).requiringGradient()
        #expect((x * 2).requiresGradient && !(x * 2).detached().requiresGradient)
        ((x.detached() * x).sum()).backward()
        #expect(x.gradient?.item() == 2)
    }

    @Test func withoutGradientsNests() {
        let x = Tensor([1.0]).requiringGradient()
        withoutGradients {
            #expect(!(x * 2).requiresGradient)
            withoutGradients { #expect(!(x * 2).requiresGradient) }
            #expect(!(x * 2).requiresGradient)
        }
        #expect((x * 2).requiresGradient)
    }

    @Test func withoutGradientsEndsWhenTheBodyThrows() {
        struct Stop: Error {}
        let x = Tensor([1.0]).requiringGradient()
        #expect(throws: Stop.self) { try withoutGradients { throw Stop() } }
        #expect((x * 2).requiresGradient)
    }

    @Test func withoutGradientsIsForItsThreadOnly() {
        withoutGradients {
            let recorded = onAnotherThread { (Tensor([1.0]).requiringGradient() * 2).requiresGradient }
            #expect(recorded)
        }
        #expect((Tensor([1.0]).requiringGradient() * 2).requiresGradient)
    }
}

/// Runs `body` on a new thread and waits for it.
func onAnotherThread(_ body: @escaping @Sendable () -> Bool) -> Bool {
    final class Answer: @unchecked Sendable {
        // Written by the thread before the semaphore is signalled, read after.
        var value = false
    }
    let answer = Answer()
    let done = DispatchSemaphore(value: 0)
    Thread {
        answer.value = body()
        done.signal()
    }.start()
    done.wait()
    return answer.value
}
