import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  add,
  cast,
  type Expr,
  ge,
  gt,
  lit,
  load,
  lt,
  scalar,
  select,
} from "../expr.ts";
import { portable } from "./portable.ts";

Deno.test("portable() leaves expressions of 32-bit types as they are", () => {
  const e = add(load(0, "f32"), cast(load(1, "i32"), "f32"));
  assertStrictEquals(portable()(e), e);
});

Deno.test("portable() compares and selects i32 values as i32", () => {
  const make = (lane: "i32" | "i64") => {
    const y = cast(load(0, "i32"), lane);
    const inside = ge(y, scalar(0, lane));
    return cast(select(inside, y, lit(7, lane)), "i32");
  };
  assertEquals(portable()(make("i64")), make("i32"));
});

Deno.test("portable() leaves i64 where values may be out of range", () => {
  const wide = cast(load(0, "i32"), "i64");
  assertEquals(portable()(add(wide, lit(1, "i64"))).type, "i64");
  assertEquals(portable()(lit(2n ** 40n, "i64")).type, "i64");
  assertEquals(portable()(cast(load(0, "f32"), "i64")).type, "i64");
});

Deno.test("portable() gives NaN for a rare case that needs f64", () => {
  const x = load(0, "f32");
  const seldom = cast(add(cast(x, "f64"), lit(1, "f64")), "f32");
  const rare = (usual: Expr): Expr => ({
    ...select(gt(x, lit(5, "f32")), seldom, usual),
    value: 1,
  });
  assertEquals(
    portable()(rare(x)),
    select(gt(x, lit(5, "f32")), lit(NaN, "f32"), x),
  );
  const narrow = select(lt(x, lit(0, "f32")), x, x);
  assertStrictEquals(portable()({ ...narrow, value: 1 }).op, "select");
});
