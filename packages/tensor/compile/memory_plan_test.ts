import { assert, assertEquals } from "@std/assert";
import * as x from "../expr.ts";
import type { Buffer, Graph, GraphNode } from "./graph.ts";
import { lehmer, randomContents, runGraph } from "./graph_run_testing.ts";
import { GraphBuilder, temporary, type Value } from "./graph_testing.ts";
import { livesOf, planMemory } from "./memory_plan.ts";

const none: ReadonlySet<Buffer> = new Set();

/** What a buffer of `bytes` bytes takes. */
function taken(bytes: number): number {
  return Math.ceil((bytes + 16) / 64) * 64;
}

/** A node that reads and writes. */
function node(reads: readonly Buffer[], writes: readonly Buffer[]): GraphNode {
  return { kind: "host", name: "step", reads, writes, run() {} };
}

/** The most bytes that are needed at one node: no plan can do with less. */
function needed(graph: Graph): number {
  const lives = livesOf(graph, none);
  return Math.max(
    0,
    ...graph.nodes.map((_, i) =>
      lives.filter((l) => l.first <= i && i <= l.last)
        .reduce((sum, l) => sum + taken(l.buffer.bytes), 0)
    ),
  );
}

Deno.test("planMemory() needs two buffers for a chain", () => {
  const g = new GraphBuilder();
  let value = g.input([100]);
  for (let i = 0; i < 20; i++) {
    value = g.map("neg", [100], [value], x.neg)[0]!;
  }
  g.map("copy", [100], [value], (v) => v, { into: [g.input([100])] });
  const { offsets, bytes } = planMemory(g.graph, none);
  assertEquals(bytes, 2 * 448);
  assertEquals([...offsets.values()].slice(0, 4), [0, 448, 0, 448]);
  assertEquals(offsets.size, 20);
});

Deno.test("planMemory() leaves out what outlives the run and what is in keep", () => {
  const g = new GraphBuilder();
  const a = g.input([100]);
  const [b] = g.map("neg", [100], [a], x.neg);
  const [c] = g.map("sqrt", [100], [b!], x.sqrt);
  const { offsets, bytes } = planMemory(g.graph, new Set([c!.buffer]));
  assertEquals([...offsets], [[b!.buffer, 0]]);
  assertEquals(bytes, 448);
});

Deno.test("planMemory() puts 16 bytes after every buffer and begins them at multiples of 64", () => {
  const sizes = [0, 1, 48, 49, 64, 1000];
  const buffers = sizes.map(temporary);
  const { offsets, bytes } = planMemory(
    { nodes: [node([], buffers)] },
    none,
  );
  const ascending = buffers.toSorted((a, b) =>
    offsets.get(a)! - offsets.get(b)!
  );
  ascending.forEach((buffer, i) => {
    const next = ascending[i + 1];
    const end = next ? offsets.get(next)! : bytes;
    assertEquals(offsets.get(buffer)! % 64, 0);
    assert(offsets.get(buffer)! + buffer.bytes + 16 <= end);
  });
  assertEquals(bytes, 64 + 64 + 64 + 128 + 128 + 1024);
});

Deno.test("planMemory() keeps what is read before it is written from the start", () => {
  const early = temporary(100), late = temporary(100);
  const out = temporary(100);
  const graph = {
    nodes: [
      node([], [early]),
      node([early], [out]),
      node([out], []),
      node([late], [out]),
    ],
  };
  const { offsets } = planMemory(graph, none);
  assertEquals(new Set(offsets.values()).size, 3);
});

Deno.test("planMemory() does not take an epilogue for a read of what was there before", () => {
  const g = new GraphBuilder();
  const data = g.input([8, 8]);
  const [first] = g.map("neg", [8, 8], [data], x.neg);
  const product = g.product(data, data);
  g.map("relu", [8, 8], [product], (v) => x.max(v, x.lit(0, "f32")), {
    into: [product],
  });
  const epilogue = g.nodes.pop(), whole = g.nodes.pop();
  assert(epilogue?.kind === "launch" && whole?.kind === "product");
  const nodes = [...g.nodes, { ...whole, epilogue }];
  const { offsets, bytes } = planMemory({ nodes }, none);
  assertEquals(offsets.get(first!.buffer), offsets.get(product.buffer));
  assertEquals(bytes, 320);
});

Deno.test("planMemory() takes the smallest gap that fits and joins gaps", () => {
  const [small, wall, large, end] = [1000, 10, 4000, 10].map(temporary) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const [fits, both] = [900, 5000].map(temporary) as [Buffer, Buffer];
  const { offsets, bytes } = planMemory({
    nodes: [
      node([], [small]),
      node([], [wall]),
      node([], [large]),
      node([], [end]),
      node([small, large], []),
      node([], [fits]),
      node([fits, wall], []),
      node([], [both]),
      node([both, end], []),
    ],
  }, none);
  assertEquals(offsets.get(fits), offsets.get(small));
  assertEquals(offsets.get(both), offsets.get(small));
  assertEquals(bytes, taken(1000) + taken(4000) + 2 * taken(10));
});

/** Nodes that read and write buffers of random sizes, many of them for a short time. */
function randomGraph(seed: number, count: number): Graph {
  const next = lehmer(seed), nodes: GraphNode[] = [];
  const buffers: Buffer[] = [];
  const some = (most: number) =>
    Array.from({ length: Math.floor(next() * (most + 1)) }, () => {
      const back = Math.floor(20 * next() ** 3 * Math.min(5, buffers.length));
      return buffers.at(-1 - back) ?? temporary(64);
    });
  for (let i = 0; i < count; i++) {
    const reads = some(3);
    const fresh = Array.from(
      { length: 1 + Math.floor(next() * 2) },
      () => temporary(Math.floor(10 ** (5 * next()))),
    );
    buffers.push(...fresh);
    nodes.push(node(reads, [...fresh, ...some(1)]));
  }
  return { nodes };
}

Deno.test("planMemory() never lets buffers overlap that are needed at the same node", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const graph = randomGraph(seed, 60);
    const { offsets, bytes } = planMemory(graph, none);
    const lives = livesOf(graph, none);
    assertEquals(offsets.size, lives.length);
    for (const a of lives) {
      const from = offsets.get(a.buffer)!;
      const to = from + a.buffer.bytes + 16;
      assert(from >= 0 && from % 64 === 0 && to <= bytes);
      for (const b of lives) {
        if (a === b || a.last < b.first || b.last < a.first) continue;
        const other = offsets.get(b.buffer)!;
        assert(other >= to || other + b.buffer.bytes + 16 <= from);
      }
    }
  }
});

Deno.test("planMemory() needs little more memory than the fullest node", () => {
  let bytes = 0, least = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const graph = randomGraph(seed, 100);
    bytes += planMemory(graph, none).bytes;
    least += needed(graph);
  }
  assert(bytes >= least);
  assert(bytes < 1.2 * least, `expected about ${least} bytes, got ${bytes}`);
});

Deno.test("planMemory() changes no result of a graph", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const next = lehmer(seed), g = new GraphBuilder();
    const input = g.input([3, 5]), out = g.input([3, 5]);
    const values: Value[] = [input];
    for (let i = 0; i < 30; i++) {
      const pick = () => values.at(-1 - Math.floor(4 * next()))! ?? input;
      const [made] = g.map(
        "mix",
        [3, 5],
        [pick(), pick()],
        (a, b, s) => x.sub(x.mul(a, s!), b),
        { scalars: [0.5] },
      );
      values.push(made!);
    }
    g.map("copy", [3, 5], [values.at(-1)!], (v) => v, { into: [out] });
    const contents = new Map([[input.buffer, randomContents(input, next)]]);
    const plan = planMemory(g.graph, none);
    assert(plan.bytes <= 6 * taken(60));
    assertEquals(
      runGraph(g.graph, [out.buffer], { contents, plan }),
      runGraph(g.graph, [out.buffer], { contents }),
    );
  }
});

Deno.test("planMemory() is fast for large graphs, many gaps included", () => {
  const graph = randomGraph(7, 5000);
  const many = Array.from({ length: 5000 }, (_, i) => temporary(i));
  const all = node([], many), half = many.filter((_, i) => i % 2 === 0);
  const fresh = Array.from({ length: 5000 }, (_, i) => temporary(i));
  const gaps = {
    nodes: [all, node(half, []), ...fresh.map((b) => node([], [b])), all],
  };
  const begin = performance.now();
  planMemory(graph, none);
  planMemory(gaps, none);
  assert(performance.now() - begin < 1000);
});
