import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ones } from "../mod.ts";
import { heap } from "./heap.ts";
import { breathe } from "./turn.ts";

Deno.test("breathe() does nothing while there is little garbage", () => {
  heap.turned();
  assertStrictEquals(breathe(), undefined);
});

/** Makes garbage until a turn of the event loop pays. */
function press(): void {
  const x = ones([1 << 18]);
  for (let i = 0; i < 400 && !heap.pressed; i++) x.add(1);
  assert(heap.pressed);
}

Deno.test("breathe() lets the event loop turn once after much garbage was made", async () => {
  let turned = false;
  setTimeout(() => turned = true, 0);
  // The first turns may come before the timer is due.
  const start = performance.now();
  while (!turned && performance.now() - start < 1000) {
    press();
    const turn = breathe();
    assert(turn instanceof Promise);
    assertStrictEquals(breathe(), undefined, "one turn is enough");
    await turn;
  }
  assert(turned);
});

Deno.test("Tensor.item() breathes", async () => {
  const x = ones([3]);
  press();
  assertEquals(await x.sum().item(), 3);
  assert(!heap.pressed);
});
