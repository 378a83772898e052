// What becomes of memory in loops that never free anything:
//
//     deno run bench/garbage.ts [GIGABYTES] [STEPS]
//
// A loop without an await that makes 12 GB of garbage, 1 MB at a time, and
// 20,000 training steps, first without an await and then with one per step.

import { noGrad } from "@gradus/autograd";
import { manualSeed, ones, randn, type Tensor, zeros } from "@gradus/tensor";
import { heap } from "@gradus/tensor/internal";

const MB = 1 << 20;
const gigabytes = Number(Deno.args[0] ?? 12);
const steps = Number(Deno.args[1] ?? 20_000);

function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(0)} MB`;
}

/** The largest sizes seen. */
class Peak {
  used = 0;
  rss = 0;

  look(): void {
    this.used = Math.max(this.used, heap.info().used);
    this.rss = Math.max(this.rss, Deno.memoryUsage().rss);
  }
}

async function report(
  title: string,
  body: (peak: Peak) => void | Promise<void>,
): Promise<void> {
  const before = heap.info(), peak = new Peak();
  const start = performance.now();
  await body(peak);
  const seconds = (performance.now() - start) / 1000;
  peak.look();
  const { used, limit, reserved, blocks, spills, restores } = heap.info();
  console.log(`${title}: ${seconds.toFixed(1)} s`);
  console.log(
    `  heap: ${megabytes(used)} in ${blocks} storages used now, ${
      megabytes(peak.used)
    } at most; limit ${megabytes(limit)}, reserved ${megabytes(reserved)}`,
  );
  console.log(
    `  ${spills - before.spills} storages spilled, ${
      restores - before.restores
    } restored`,
  );
  console.log(
    `  process: ${megabytes(Deno.memoryUsage().rss)} now, ${
      megabytes(peak.rss)
    } at most`,
  );
}

/** A network with one hidden layer and plain gradient descent, by hand. */
function network(): () => Tensor {
  manualSeed(1);
  const x = randn([100, 3]);
  const y = x.at(":", 0, null).mul(0.2)
    .sub(x.at(":", 1, null).mul(1.3))
    .sub(x.at(":", 2, null).mul(0.5))
    .add(randn([100, 1]));
  const w1 = randn([3, 32], { requiresGrad: true });
  const b1 = zeros([1, 32], { requiresGrad: true });
  const w2 = randn([32, 1], { requiresGrad: true });
  const b2 = zeros([1, 1], { requiresGrad: true });
  return () => {
    const hidden = x.mm(w1).add(b1).clamp({ min: 0 });
    const loss = hidden.mm(w2).add(b2).sub(y).pow(2).sum();
    loss.backward();
    noGrad(() => {
      for (const p of [w1, b1, w2, b2]) {
        p.sub_(p.grad!.mul(1e-4));
        p.grad!.zero_();
      }
    });
    return loss;
  };
}

await report(`${gigabytes} GB of garbage, no await`, (peak) => {
  const x = ones([MB / 4]);
  for (let i = 0; i < 1024 * gigabytes; i++) {
    x.add(i);
    if (i % 64 === 0) peak.look();
  }
});

await report(`${steps} training steps, no await`, (peak) => {
  const step = network();
  for (let t = 1; t <= steps; t++) {
    const loss = step().itemSync();
    if (t % 1000 === 0) peak.look();
    if (t === steps) console.log(`loss ${loss.toFixed(4)}`);
  }
});

await report(`${steps} training steps, await loss.item()`, async (peak) => {
  const step = network();
  for (let t = 1; t <= steps; t++) {
    const loss = await step().item();
    if (t % 1000 === 0) peak.look();
    if (t === steps) console.log(`loss ${loss.toFixed(4)}`);
  }
});

await report(`${gigabytes} GB of garbage, an await per 20 MB`, async (peak) => {
  const x = ones([MB / 4]);
  for (let i = 0; i < 1024 * gigabytes; i++) {
    const y = x.add(i);
    if (i % 20 === 0) await y.narrow(0, 0, 1).item();
    if (i % 64 === 0) peak.look();
  }
});
