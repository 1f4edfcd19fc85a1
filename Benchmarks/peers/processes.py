"""PyTorch's DistributedDataParallel over Gloo trains ResNet18's small form: images a second, printed as one line of JSON.

The tuned form of `resnet.py`, each process with its part of a batch of 128 random images of 28 x 28. Batch normalisation is each
process's own: PyTorch has no synchronised one for processors.
"""

import argparse
import json
import os
import time

import torch
from torch import distributed
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel

from resnet import Net

BATCH = 128
# Until then the memory of each process still grows.
WARM_UP = 20


def train(rank, processes, threads, steps, port, results):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    net = Net().to(memory_format=torch.channels_last)
    if processes > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
        distributed.init_process_group("gloo", rank=rank, world_size=processes)
        net = DistributedDataParallel(net, gradient_as_bucket_view=True)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, fused=True)
    images = torch.randn(BATCH // processes, 3, 28, 28).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(10, (BATCH // processes,))
    for step in range(WARM_UP + steps):
        if step == WARM_UP:
            begin = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            predictions = net(images)
        loss = functional.cross_entropy(predictions.float(), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        loss.item()
    results.put(BATCH * steps / (time.perf_counter() - begin))
    if processes > 1:
        distributed.destroy_process_group()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--port", type=int, default=29517)
    arguments = parser.parse_args()
    context = torch.multiprocessing.get_context("spawn")
    results = context.SimpleQueue()
    shape = (arguments.processes, arguments.threads, arguments.steps, arguments.port, results)
    workers = [context.Process(target=train, args=(rank, *shape)) for rank in range(arguments.processes)]
    for worker in workers:
        worker.start()
    speeds = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    print(json.dumps({"imagesPerSecond": min(speeds)}), flush=True)


if __name__ == "__main__":
    main()
