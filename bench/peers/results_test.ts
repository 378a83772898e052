import { assertEquals } from "@std/assert";
import {
  bestPeer,
  type Cell,
  dissenters,
  median,
  type RowResult,
  secondsOf,
} from "./results.ts";

function cell(seconds: number, answer = 1): Cell {
  return { how: "eager", answer, samples: [seconds], median: seconds };
}

function row(cells: Record<string, Cell>): RowResult {
  return { id: "add", title: "add", cells };
}

Deno.test("median() takes the middle or the mean of two", () => {
  assertEquals(median([3, 1, 20]), 3);
  assertEquals(median([4, 1, 2, 30]), 3);
});

Deno.test("secondsOf() is undefined where there is no figure", () => {
  const cells = { Gradus: cell(2), tfjs: { absent: "not here" } };
  assertEquals(secondsOf(row(cells), "Gradus"), 2);
  assertEquals(secondsOf(row(cells), "tfjs"), undefined);
  assertEquals(secondsOf(row(cells), "JAX"), undefined);
});

Deno.test("bestPeer() leaves Gradus out, and those not asked for", () => {
  const cells = {
    "Gradus": cell(1),
    "Gradus 1 thread": cell(2),
    "PyTorch": cell(4),
    "JAX": cell(3),
    "tfjs": { absent: "not here" },
  };
  assertEquals(bestPeer(row(cells)), { name: "JAX", seconds: 3 });
  assertEquals(bestPeer(row(cells), ["PyTorch", "tfjs"])?.name, "PyTorch");
  assertEquals(bestPeer(row({ Gradus: cell(1) })), undefined);
});

Deno.test("dissenters() names those with another answer", () => {
  const cells = {
    Gradus: cell(1, 2),
    PyTorch: cell(1, 2.0001),
    JAX: cell(1, 2.1),
    tfjs: cell(1, 1.9999),
  };
  assertEquals(dissenters(row(cells)), ["JAX"]);
});
