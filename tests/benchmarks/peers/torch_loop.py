"""PyTorch, the fastest plain loop: rows shuffled as one tensor and cut into views, fused Adam."""

from tests.benchmarks.arrays import Arrays
from tests.benchmarks.jobs import Job
from tests.benchmarks.peers import Tick


def prepare(job: Job) -> None:
    import torch

    torch.manual_seed(42)
    # small steps lose more by sharing them out than they gain
    if 6 * job.multiply_adds * job.batch < 40e6:
        torch.set_num_threads(1)


def train(job: Job, arrays: Arrays, epochs: int, tick: Tick) -> float:
    import torch

    binary = job.classes == 2
    X, X_test = torch.from_numpy(arrays.X_train), torch.from_numpy(arrays.X_test)
    kind = torch.float32 if binary else torch.int64
    y, y_test = torch.from_numpy(arrays.y_train).to(kind), torch.from_numpy(arrays.y_test).to(kind)
    layers: list[torch.nn.Module] = []
    for before, after in zip(job.widths, job.widths[1:], strict=False):
        layers += [torch.nn.Linear(before, after), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    loss_of = torch.nn.functional.binary_cross_entropy_with_logits if binary else torch.nn.functional.cross_entropy
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
    accuracy = 0.0
    for epoch in range(epochs):
        order = torch.randperm(len(X))
        total = torch.zeros(())
        for X_batch, y_batch in zip(X[order].split(job.batch), y[order].split(job.batch), strict=True):
            output = model(X_batch)
            loss = loss_of(output.squeeze(1) if binary else output, y_batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(X_batch)
        with torch.no_grad():
            output = model(X_test).squeeze(1) if binary else model(X_test)
            total.item(), loss_of(output, y_test).item()
            accuracy = float((((output > 0) if binary else output.argmax(1)) == y_test).float().mean())
        tick(epoch + 1)
    return accuracy
