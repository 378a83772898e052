import { assertEquals, assertThrows } from "@std/assert";
import { pickRows, ROWS } from "./rows.ts";

Deno.test("ROWS have names of their own", () => {
  assertEquals(new Set(ROWS.map(({ id }) => id)).size, ROWS.length);
});

Deno.test("pickRows() takes names and their beginnings", () => {
  const ids = pickRows(["matmul-64", "flower"]).map(({ id }) => id);
  assertEquals(ids, [
    "flower-eager",
    "flower-compiled",
    "flower-repeat",
    "matmul-64",
  ]);
});

Deno.test("pickRows() refuses a name that picks nothing", () => {
  assertThrows(
    () => pickRows(["add", "flow"]),
    RangeError,
    'Cannot pick rows as "flow" is not one of add-10,',
  );
});
