import { assert, assertEquals } from "@std/assert";
import { sizeClass } from "./pool.ts";

Deno.test("sizeClass() holds what is asked for and wastes a fifth at most", () => {
  for (let bytes = 0; bytes < 5000; bytes++) {
    const size = sizeClass(bytes);
    assertEquals(size % 256, 0);
    assert(size >= bytes && size <= Math.max(256, bytes + 255, 1.25 * bytes));
    assertEquals(sizeClass(size), size);
  }
});

Deno.test("sizeClass() has four sizes between powers of two", () => {
  const sizes = new Set<number>();
  for (let bytes = (1 << 20) + 1; bytes <= 1 << 21; bytes += 1000) {
    sizes.add(sizeClass(bytes));
  }
  assertEquals(sizes.size, 4);
});
