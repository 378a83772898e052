import { assert, assertEquals } from "@std/assert";
import { Generator } from "@gradus/tensor";
import type { Node } from "./node.ts";
import { ReadyQueue } from "./queue.ts";

Deno.test("ReadyQueue gives the node that was recorded last", () => {
  const queue = new ReadyQueue();
  const random = new Generator().manualSeed(1);
  const waiting: number[] = [];
  const found: number[] = [], expected: number[] = [];
  const push = (sequence: number) => {
    queue.push({ sequence } as Node);
    waiting.push(sequence);
  };
  const pop = () => {
    found.push(queue.pop().sequence);
    expected.push(waiting.sort((a, b) => a - b).pop()!);
  };
  for (let i = 0; i < 500; i++) {
    const draw = random.uint32();
    push(draw % 7 === 0 ? Infinity : draw % 100);
    if (draw % 3 === 0) pop();
  }
  while (!queue.empty) pop();
  assert(waiting.length === 0 && found.length === 500);
  assertEquals(found, expected);
});
